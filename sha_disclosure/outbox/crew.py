"""The workers of a drain, and what they wait for: threads, here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Protocol

_LOOK_S = 0.1

Work = Callable[[], None]


class Event(Protocol):
    """The part of ``threading.Event`` that a drain uses."""

    def is_set(self) -> bool:
        """Return whether it happened."""

    def set(self) -> None:
        """Let it happen."""

    def clear(self) -> None:
        """Begin to wait for it anew."""

    def wait(self, timeout: float) -> bool:
        """Wait for it, so many seconds at most; return whether it happened."""


class Crew(Protocol):
    """Runs the workers of one drain."""

    def event(self) -> Event:
        """Return an event that the workers may wait for."""

    def run(self, workers: Mapping[str, Work], beside: Work, *, stop: Event, ended: Event) -> None:
        """Run the workers, by name, to their end, and another beside them until ``ended``.

        An exception that strikes meanwhile sets ``stop``, and is raised when they have ended.
        """


class Threads:
    """Workers that are threads."""

    def event(self) -> Event:
        """Return an event of threads."""
        return threading.Event()

    def run(self, workers: Mapping[str, Work], beside: Work, *, stop: Event, ended: Event) -> None:
        """Run the workers; see ``Crew``."""
        gang, heartbeat = _Gang(), _Gang()
        try:
            heartbeat.start("outbox-leases", beside)
            for name, work in workers.items():
                gang.start(name, work)
            gang.join()
        except BaseException:  # an interrupt: submissions under way are finished first
            stop.set()
            gang.join()
            raise
        finally:
            ended.set()
            heartbeat.join()


class _Gang:
    """Threads that are waited for in such a way that an exception in the waiting one is harmless.

    ``Thread.join`` that a signal handler's exception ends takes a thread that runs for one that
    ended (CPython up to 3.12), so each says by itself that it did.
    """

    def __init__(self) -> None:
        self._started: list[str] = []
        self._ended: list[str] = []
        self._wake: SimpleQueue[None] = SimpleQueue()

    def start(self, name: str, work: Work) -> None:
        def ending() -> None:
            try:
                work()
            finally:
                self._ended.append(name)
                self._wake.put(None)

        thread = threading.Thread(target=ending, name=name)
        self._started.append(name)
        try:
            thread.start()
        except BaseException:  # an interrupt, or there can be no more threads
            if not _runs(thread):
                self._started.remove(name)
            raise

    def join(self) -> None:
        while len(self._ended) < len(self._started):
            with suppress(Empty):
                self._wake.get(timeout=_LOOK_S)


def _runs(thread: threading.Thread) -> bool:
    """Return whether a thread whose start was interrupted came to run all the same."""
    for _ in range(10):
        if thread.ident is not None:
            return True
        time.sleep(_LOOK_S)
    return False
