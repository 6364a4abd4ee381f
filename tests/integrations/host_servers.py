"""Example hosts under the server programs that run such systems, and what users send to them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Self

import pytest
from places import NOTICES, ROOT
from sockets import free_port

GUNICORN = ("gunicorn", "--preload", "-w", "3", "records:app()")
UVICORN = ("uvicorn", "--factory", "records:app")
NOTICE = json.loads((NOTICES / "statute-to-authority.json").read_bytes())
_CHILDREN = Path("/proc/{0}/task/{0}/children")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class HostServer:
    """A host of ``examples/hosts`` under gunicorn or uvicorn, at a port of its own."""

    def __init__(
        self, name: str, program: Sequence[str], variables: dict[str, str], folder: Path
    ) -> None:
        self._command = [sys.executable, "-m", *program]
        self._log = folder / f"{name}.log"
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        place = f"127.0.0.1:{self._port}"
        self._command += ["-b", place] if program is GUNICORN else ["--port", str(self._port)]
        self._folder = ROOT / "examples" / "hosts" / name
        path = os.pathsep.join([str(self._folder), str(ROOT), os.environ.get("PYTHONPATH", "")])
        self._variables = {**os.environ, "PYTHONPATH": path, **variables}

    def start(self) -> Self:
        """Start it, and return when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            if self._answers():
                return self
            time.sleep(0.05)
        pytest.fail(self.log())

    def _answers(self) -> bool:
        try:
            with _OPENER.open(f"{self.url}/health", timeout=10):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def log(self) -> str:
        """Return the end of what the server wrote."""
        return self._log.read_text("utf-8")[-5000:]

    def processes(self) -> list[int]:
        """Return the process of the server and those of its workers."""
        children = Path(str(_CHILDREN).format(self._process.pid)).read_text("ascii")
        return [self._process.pid, *map(int, children.split())]

    def kill(self) -> None:
        """End all its processes as a power failure would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)

    def terminate(self) -> float:
        """Send SIGTERM to the server; return how many seconds passed until no process is left."""
        began, group = time.monotonic(), self._process.pid
        self._process.terminate()
        self._process.wait(60)
        while _alive(group):
            assert time.monotonic() - began < 60, "a worker stayed"
            time.sleep(0.02)
        return time.monotonic() - began

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Start it, and leave nothing of it behind."""
        try:
            yield self.start()
        finally:
            if _alive(self._process.pid):
                self.kill()


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


class Users:
    """Threads that post the disclosures ``d-0`` to ``d-N``, whatever the server does meanwhile.

    A user presses the button again after a failure; every third disclosure is refused by the
    host's database at its commit, and is given up then.
    """

    def __init__(self, url: str, count: int, *, threads: int = 4) -> None:
        self._url = f"{url}/disclose"
        self._numbers = iter(range(count))
        self._lock = threading.Lock()
        self.done = 0
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def start(self) -> Self:
        """Begin."""
        for each in self._threads:
            each.start()
        return self

    def wait_for(self, count: int) -> None:
        """Return when that many are done."""
        while self.done < count:
            assert any(each.is_alive() for each in self._threads), self.done
            time.sleep(0.01)

    def join(self) -> None:
        """Return when all are done."""
        for each in self._threads:
            each.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            self._post(number)
            with self._lock:
                self.done += 1

    def _post(self, number: int) -> None:
        body = json.dumps(NOTICE | {"id": None, "reference": f"d-{number}"}).encode()
        refused_at = None
        # One that was committed while its answer was lost is refused by its key from then on.
        while refused_at is None or (number % 3 != 2 and time.monotonic() < refused_at + 15):
            code = self._once(body)
            if code == 201:
                return
            if code == 500:
                refused_at = refused_at or time.monotonic()
            time.sleep(0.1)

    def _once(self, body: bytes) -> int:
        asked = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
        try:
            with _OPENER.open(asked, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (OSError, HTTPException):  # no server, or one that was killed while it answered
            return 0
