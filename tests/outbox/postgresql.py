"""A private PostgreSQL cluster for tests, where PostgreSQL and its driver are installed.

Run by a user that is not root (PostgreSQL refuses root), on a socket in a folder of its own,
with no TCP port.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

_END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_GRANT = "GRANT USAGE ON SCHEMA public TO PUBLIC"


def _program(name: str) -> str | None:
    found = shutil.which(name)
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return found or (str(places[0]) if places else None)


def cluster_or_reason(*, durable: bool = False) -> Cluster | str:
    """Return a cluster to start, or why there is none; ``durable``: its commits wait for the disk.

    In tests a server is killed, but no machine is lost.
    """
    if not all(map(_program, ("initdb", "postgres", "pg_ctl"))):
        return "PostgreSQL is not installed (apt-get install postgresql)"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed (pip install 'psycopg[binary]')"
    if os.geteuid() != 0:
        return Cluster(None, durable=durable)
    for name in ("postgres", "nobody"):
        try:
            return Cluster(pwd.getpwnam(name).pw_name, durable=durable)
        except KeyError:
            continue
    return "PostgreSQL cannot run as root and there is no user postgres or nobody"


class Cluster:
    """A cluster that lives as long as the tests."""

    def __init__(self, user: str | None, *, durable: bool) -> None:
        self._user = user
        self._fsync = "on" if durable else "off"
        self._count = 0
        self._free: list[str] = []

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="outbox-pg-"))
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        made = ("-A", "trust", "-U", "outbox", "-E", "UTF8", "--no-sync", "--no-instructions")
        self._run("initdb", "-D", str(self._data), *made)
        self._start()
        return self

    def _start(self) -> None:
        options = (
            f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync={self._fsync}"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-o", options, "start")

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        ended = subprocess.run(
            [str(_program(program)), *arguments],
            user=self._user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if ended.returncode:
            pytest.fail(f"{program}: {ended.stderr[-500:]}")

    def restart(self) -> None:
        """Stop the server as a crash would, and start it again."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        self._start()

    @property
    def user(self) -> str | None:
        """The user the server runs as, when it is not this process's."""
        return self._user

    @property
    def folder(self) -> Path:
        """The folder of the server's socket."""
        return self._folder

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of an empty database, emptied again afterwards."""
        name = self._free.pop() if self._free else self._made()
        yield f"postgresql://outbox@/{name}?host={self._folder}"
        self._do(name, _END_OTHERS, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", _GRANT)
        self._free.append(name)

    def _made(self) -> str:
        self._count += 1
        name = f"outbox_{os.getpid()}_{self._count}"
        self._do("postgres", f"CREATE DATABASE {name}")
        return name

    def _do(self, database: str, *statements: str) -> None:
        import psycopg  # noqa: PLC0415 - known to be there by now

        where: dict[str, Any] = {"host": str(self._folder), "user": "outbox", "dbname": database}
        with psycopg.connect(**where, autocommit=True) as server:
            for statement in statements:
                server.execute(statement.encode())
