"""The workers of a drain on asyncio: tasks, in which the outbox's code waits by greenlets.

As SQLAlchemy runs its own code on asyncio: what would block a thread gives the loop back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.util import await_only, greenlet_spawn

from sha_disclosure.outbox.crew import Event, Queue, Work


class AwaitedEvent:
    """An event of asyncio with the face of one of threads, for code that runs in a greenlet."""

    def __init__(self, event: asyncio.Event | None = None) -> None:
        self._event = event or asyncio.Event()

    def is_set(self) -> bool:
        """Return whether it happened."""
        return self._event.is_set()

    def set(self) -> None:
        """Let it happen."""
        self._event.set()

    def clear(self) -> None:
        """Begin to wait for it anew."""
        self._event.clear()

    def wait(self, timeout: float) -> bool:
        """Wait for it, so many seconds at most; return whether it happened."""
        await_only(self._wait(timeout))
        return self.is_set()

    async def _wait(self, timeout: float) -> None:  # noqa: ASYNC109 - as of threads
        bound = asyncio.timeout(timeout)
        try:
            async with bound:
                await self._event.wait()
        except TimeoutError:
            if not bound.expired():
                raise


class AwaitedQueue:
    """A queue of asyncio with the face of one of threads, for code that runs in a greenlet."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Any] = asyncio.Queue()
        self.put = self._items.put_nowait

    def get(self, timeout: float | None) -> Any:
        """Return its first item; None when none came within so many seconds."""
        if not self._items.empty():
            return self._items.get_nowait()
        return None if timeout == 0 else await_only(self._get(timeout))

    async def _get(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - as of threads
        bound = asyncio.timeout(timeout)
        try:
            async with bound:
                return await self._items.get()
        except TimeoutError:
            if not bound.expired():
                raise
            return None


class Tasks:
    """Workers that are tasks."""

    def event(self) -> Event:
        """Return an event of asyncio."""
        return AwaitedEvent()

    def queue(self) -> Queue:
        """Return a queue of asyncio."""
        return AwaitedQueue()

    def run(self, workers: Mapping[str, Work], beside: Work, *, stop: Event, ended: Event) -> None:
        """Run the workers; see ``sha_disclosure.outbox.crew.Crew``."""
        await_only(_run(workers, beside, stop, ended))


async def _run(workers: Mapping[str, Work], beside: Work, stop: Event, ended: Event) -> None:
    writer = asyncio.create_task(greenlet_spawn(beside), name="outbox-writer")
    tasks = [asyncio.create_task(greenlet_spawn(work), name=name) for name, work in workers.items()]
    try:
        await asyncio.wait(tasks)
    except BaseException:  # a cancellation: submissions under way are finished first
        stop.set()
        await asyncio.wait(tasks)
        raise
    finally:
        ended.set()
        await writer
