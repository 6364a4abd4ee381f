"""Processes of the tests that add and drain, to be killed at any moment.

They are forked from one that has imported this module, so that each begins at once: it imports
nothing of the tests.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

from sha_disclosure import DisclosureNotice, KantaClient, Settings
from sha_disclosure.outbox import Outbox, Timing, database_fork
from sha_disclosure.outbox.database_fork import LentEngine

TAKEN_OVER_SOON = Timing(lease_s=1.0, poll_s=0.05, patience_s=3.0)
_PATIENCE_S = 60.0
Say = Callable[..., None]


@cache
def forkserver() -> ForkServerContext:
    """Return what begins such processes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    here = Path(__file__).parent
    path = os.pathsep.join(map(str, (here.parents[1], here)))
    with patch.dict(os.environ, {"PYTHONPATH": path}):
        ensure_running()
    return context


class Child:
    """A process that does some work and says how far it is."""

    def __init__(self, work: Callable[..., None], *given: Any) -> None:
        self._heard, says = multiprocessing.Pipe(duplex=False)
        self._process = forkserver().Process(target=_work, args=(says, work, given), daemon=True)
        self._process.start()
        says.close()

    def hear(self) -> str:
        """Return what it says next; nothing once it has ended."""
        if not self._heard.poll(_PATIENCE_S):
            self.kill()
            raise TimeoutError
        try:
            return str(self._heard.recv())
        except EOFError:
            return ""

    def ended(self) -> tuple[list[str], int | None]:
        """Wait for its end; return the rest of what it said, and its exit code."""
        said = list(iter(self.hear, ""))
        self._process.join(_PATIENCE_S)
        return said, self._process.exitcode

    def kill(self, number: int = signal.SIGKILL) -> bool:
        """Send it a signal, as others do; return whether it ran until then."""
        pid = self._process.pid if self._process.exitcode is None else None
        if pid is not None:
            os.kill(pid, number)
        return pid is not None


def _work(says: Connection, work: Callable[..., None], given: tuple[Any, ...]) -> None:
    def say(*words: object) -> None:
        says.send(" ".join(map(str, words)))

    try:
        work(say, *given)
    except Exception:
        say(traceback.format_exc())
        raise


class Steps:
    """Counts the steps a database sees and dies at one of them."""

    def __init__(self, last: int | None) -> None:
        self.count = 0
        self._last = last

    def __call__(self, *_: object) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Count before each statement, BEGIN and COMMIT, and after the last of a transaction."""
        if engine.dialect.name == "sqlite":  # the driver itself tells, whatever road it is on
            event.listen(
                engine.pool, "checkout", lambda driver, *_: driver.set_trace_callback(self)
            )
            event.listen(engine.pool, "checkin", self)
            return
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, self)
        event.listen(engine.pool, "checkin", self)


def adds_and_drains(
    say: Say,
    place: str,
    settings: Settings,
    notices: Sequence[DisclosureNotice] = (),
    kill_at: int | None = None,
) -> None:
    """Say ``ready``; ``added ID DIGEST`` once ``add`` has returned; ``steps N`` and ``done``."""
    steps = Steps(kill_at)
    with Outbox(place) as outbox, KantaClient(settings) as kanta:
        steps.watch(outbox._database.engine)
        say("ready")
        for notice in notices:
            prepared = kanta.prepare(notice)
            say("trying", prepared.notice_ids[0], prepared.digest)
            outbox.add(prepared)
            say("added", prepared.notice_ids[0], prepared.digest)
        outbox.drain(kanta, timing=TAKEN_OVER_SOON)
    say("steps", steps.count)
    say("done")


def opens(place: str) -> None:
    """Open an outbox that holds one message."""
    with Outbox(place, create=False) as outbox:
        assert len(outbox.list()) == 1


def forks_while_it_drains(say: Say, place: str, settings: Settings) -> None:
    """Fork, stop, say ``stopped``, and return when the child has drained a message by itself.

    However long the child takes to forget the connections of its parent, it waits for none.
    """
    forget = LentEngine.in_child
    patch.object(LentEngine, "in_child", lambda engine: time.sleep(0.2) or forget(engine)).start()
    database_fork._LONGEST_WAIT_S = 2 * _PATIENCE_S
    outbox = Outbox(place)
    drainer = outbox.drainer(KantaClient(settings), timing=TAKEN_OVER_SOON).start()
    _until(lambda: drainer.health().ok)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
        child = os.fork()
    if child == 0:
        _until(lambda: drainer.health().ok)
        if not drainer.health().ok:
            os._exit(3)  # it waits for what its parent has lent
        _until(lambda: drainer.report().delivered)
        ended = drainer.health().ok and drainer.stop(10)
        os._exit(0 if ended and drainer.report().delivered else 1)
    drainer.stop(10)
    say("stopped")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _until(seen: Callable[[], object]) -> None:
    ends = time.monotonic() + _PATIENCE_S / 3
    while not seen() and time.monotonic() < ends:
        time.sleep(0.02)


def commands(_: Say, out: Path, *arguments: str) -> None:
    """Run the command, as a process of its own does; what it prints goes to a file."""
    from sha_disclosure.cli import main  # noqa: PLC0415 - not every child needs it

    with out.open("wb") as opened:
        os.dup2(opened.fileno(), 1)
    sys.argv = ["sha-disclosure", *arguments]
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    main()
