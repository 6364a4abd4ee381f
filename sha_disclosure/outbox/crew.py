"""The workers of a drain, and what they wait for: threads, here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol

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


class Queue(Protocol):
    """The part of ``queue.SimpleQueue`` that a drain uses; nothing in it is None."""

    def put(self, item: Any, /) -> None:
        """Put an item at its end."""

    def get(self, timeout: float | None) -> Any:
        """Return its first item; None when none came within so many seconds."""


class Crew(Protocol):
    """Runs the workers of one drain, and its writer."""

    def event(self) -> Event:
        """Return an event that the workers may wait for."""

    def queue(self) -> Queue:
        """Return a queue between the workers and the writer."""

    def run(self, workers: Mapping[str, Work], beside: Work, *, stop: Event, ended: Event) -> None:
        """Run the workers, by name, to their end, and the writer ``beside`` them.

        ``ended`` is set when the workers have ended. An exception that strikes meanwhile sets
        ``stop``, and is raised when all have ended.
        """


class Threads:
    """Workers that are threads."""

    def event(self) -> Event:
        """Return an event of threads."""
        return threading.Event()

    def queue(self) -> Queue:
        """Return a queue of threads."""
        return _Queue()

    def run(self, workers: Mapping[str, Work], beside: Work, *, stop: Event, ended: Event) -> None:
        """Run the workers; see ``Crew``."""
        gang, writer = _Gang(), _Gang()
        try:
            writer.start("outbox-writer", beside)
            for name, work in workers.items():
                gang.start(name, work)
            gang.join()
        except BaseException:  # an interrupt: submissions under way are finished first
            stop.set()
            gang.join()
            raise
        finally:
            ended.set()
            writer.join()


class _Queue:
    """A queue of threads."""

    def __init__(self) -> None:
        self._items: SimpleQueue[Any] = SimpleQueue()
        self.put = self._items.put

    def get(self, timeout: float | None) -> Any:
        try:
            return self._items.get(timeout=timeout) if timeout != 0 else self._items.get_nowait()
        except Empty:
            return None


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
