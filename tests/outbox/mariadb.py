"""A private MariaDB server for tests, where MariaDB and a driver are installed.

In a folder of its own, for outboxes on a port of the loopback interface, set to be as little
strict as it can be.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import pytest
from sockets import free_port

_SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_START_S = 60


def server_or_reason() -> Server | str:
    """Return a server to start, or why there is none."""
    if not all(shutil.which(name, path=_SBIN) for name in ("mariadbd", "mariadb-install-db")):
        return "MariaDB is not installed (apt-get install mariadb-server)"
    if importlib.util.find_spec("pymysql") is None:
        return "PyMySQL is not installed (pip install PyMySQL)"
    if os.geteuid() != 0:
        return Server(None)
    for name in ("mysql", "nobody"):
        with suppress(KeyError):
            return Server(pwd.getpwnam(name).pw_name)
    return "MariaDB cannot run as root and there is no user mysql or nobody"


class Server:
    """A server that lives as long as the tests."""

    def __init__(self, user: str | None) -> None:
        self._user = user
        self._count = 0

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="outbox-mariadb-"))
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        made = self._start(
            "mariadb-install-db", "--auth-root-authentication-method=normal", "--skip-test-db"
        )
        _, said = made.communicate()
        if made.returncode:
            pytest.fail(f"mariadb-install-db: {said[-500:]}")
        self._port = free_port()
        self._serve()
        self.execute(
            "CREATE USER outbox@'127.0.0.1'", "GRANT ALL PRIVILEGES ON *.* TO outbox@'127.0.0.1'"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                str(shutil.which(program, path=_SBIN)),
                "--no-defaults",
                f"--datadir={self._folder / 'data'}",
                # As it starts, a server removes what it finds of temporary tables there.
                f"--tmpdir={self._folder}",
                *arguments,
            ],
            user=self._user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "mariadbd" else subprocess.DEVNULL,
            text=True,
        )

    def _serve(self) -> None:
        self._process = self._start(
            "mariadbd",
            "--bind-address=127.0.0.1",
            f"--port={self._port}",
            "--skip-name-resolve",
            f"--socket={self._socket}",
            f"--pid-file={self._folder / 'pid'}",
            "--sql-mode=",
            "--lock-wait-timeout=60",  # a day otherwise: a table left locked would hang the tests
            "--character-set-server=latin1",
        )
        deadline = time.monotonic() + _START_S
        while True:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as asked:
                asked.connect(str(self._socket))
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("mariadbd does not start")
            time.sleep(0.05)

    @property
    def _socket(self) -> Path:
        return self._folder / "s"

    def _connected(self) -> Any:
        import pymysql  # noqa: PLC0415 - known to be there by now

        return pymysql.connect(unix_socket=str(self._socket), user="root", autocommit=True)

    def execute(self, *statements: str) -> None:
        """Do as the server's administrator."""
        with self._connected() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def stop(self) -> None:
        """Stop the server as a crash would."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Stop the server as a crash would, and start it again."""
        self.stop()
        self._serve()

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of a new database, dropped afterwards."""
        self._count += 1
        name = f"outbox_{os.getpid()}_{self._count}"
        self.execute(f"CREATE DATABASE {name}")
        yield f"mysql://outbox@127.0.0.1:{self._port}/{name}"
        self.execute(f"DROP DATABASE {name}")
