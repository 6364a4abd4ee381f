"""The workers of a drain and their synchronisation; here with threads."""

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
        """Return whether the event is set."""

    def set(self) -> None:
        """Set the event."""

    def wait(self, timeout: float) -> bool:
        """Wait until the event is set, for at most ``timeout`` seconds; return whether it is."""


class Queue(Protocol):
    """A queue from many threads or tasks to others; nothing in it is None."""

    def put(self, *items: Any) -> None:
        """Put items at its end."""

    def get(self, timeout: float | None) -> Any:
        """Return the first item, or None if none arrives within ``timeout`` seconds."""


class Concurrency(Protocol):
    """How the workers of one drain, and its writer, run at the same time."""

    def event(self) -> Event:
        """Return an event that the writer may wait for."""

    def jobs(self) -> Queue:
        """Return a queue from the writer to the workers."""

    def ends(self) -> Queue:
        """Return a queue from the workers to the writer."""

    def rest(self, seconds: float) -> None:
        """Let the writer rest."""

    def run(self, workers: Mapping[str, Work], writer: Work, *, stop: Event) -> None:
        """Run the workers, by name, to their end, and the writer beside them.

        An exception that strikes meanwhile sets ``stop``, and is raised when all have ended.
        """


class Threads:
    """Concurrency by threads."""

    def event(self) -> Event:
        """Return a threading event."""
        return threading.Event()

    def jobs(self) -> Queue:
        """Return a queue of threads."""
        return ThreadQueue()

    def ends(self) -> Queue:
        """Return a queue of threads."""
        return ThreadQueue()

    def rest(self, seconds: float) -> None:
        """Let a thread rest."""
        time.sleep(seconds)

    def run(self, workers: Mapping[str, Work], writer: Work, *, stop: Event) -> None:
        """Run the workers; see ``Concurrency``."""
        group, alone = _ThreadGroup(), _ThreadGroup()
        try:
            alone.start("outbox-writer", writer)
            for name, work in workers.items():
                group.start(name, work)
            group.join()
        except BaseException:  # an interrupt: submissions in progress are finished first
            stop.set()
            group.join()
            raise
        finally:
            alone.join()


class ThreadQueue:
    """A queue of threads."""

    def __init__(self) -> None:
        self._items: SimpleQueue[Any] = SimpleQueue()

    def put(self, *items: Any) -> None:
        """Put items at its end."""
        for each in items:
            self._items.put(each)

    def get(self, timeout: float | None) -> Any:
        """Return its first item; None when none came within so many seconds."""
        try:
            return self._items.get(timeout=timeout) if timeout != 0 else self._items.get_nowait()
        except Empty:
            return None


class _ThreadGroup:
    """Threads that can be waited for even if an exception interrupts the waiting.

    If a signal handler's exception interrupts ``Thread.join``, a running thread is taken for an
    ended one (CPython up to 3.12), so each thread reports its end itself.
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
        except BaseException:  # an interrupt, or no more threads can be started
            if not _runs(thread):
                self._started.remove(name)
            raise

    def join(self) -> None:
        while len(self._ended) < len(self._started):
            with suppress(Empty):
                self._wake.get(timeout=_LOOK_S)


def _runs(thread: threading.Thread) -> bool:
    """Return whether a thread whose start was interrupted is running nevertheless."""
    for _ in range(10):
        if thread.ident is not None:
            return True
        time.sleep(_LOOK_S)
    return False
