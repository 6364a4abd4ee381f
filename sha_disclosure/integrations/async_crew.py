"""The workers of an asyncio drain: tasks that run the outbox's code in greenlets.

Like SQLAlchemy's own code on asyncio: a call that would block a thread yields to the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.util import await_only, greenlet_spawn

from sha_disclosure.outbox.crew import Event, Queue, Work


class AwaitedEvent:
    """An asyncio event with the interface of a threading one, for code that runs in a greenlet."""

    def __init__(self, event: asyncio.Event | None = None) -> None:
        self._event = event or asyncio.Event()

    def is_set(self) -> bool:
        """Return whether the event is set."""
        return self._event.is_set()

    def set(self) -> None:
        """Set the event."""
        self._event.set()

    def clear(self) -> None:
        """Clear the event."""
        self._event.clear()

    def wait(self, timeout: float) -> bool:
        """Wait until the event is set, for at most ``timeout`` seconds; return whether it is."""
        await_only(self._wait(timeout))
        return self.is_set()

    async def _wait(self, timeout: float) -> None:  # noqa: ASYNC109 - as in threading
        bound = asyncio.timeout(timeout)
        try:
            async with bound:
                await self._event.wait()
        except TimeoutError:
            if not bound.expired():
                raise


class AwaitedQueue:
    """An asyncio queue with the interface of a threading one, for code that runs in a greenlet."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Any] = asyncio.Queue()
        self.put = self._items.put_nowait

    def get(self, timeout: float | None) -> Any:
        """Return the first item, or None if none arrives within ``timeout`` seconds."""
        if not self._items.empty():
            return self._items.get_nowait()
        return None if timeout == 0 else await_only(self._get(timeout))

    async def _get(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - as in threading
        bound = asyncio.timeout(timeout)
        try:
            async with bound:
                return await self._items.get()
        except TimeoutError:
            if not bound.expired():
                raise
            return None


class Tasks:
    """A crew whose workers are tasks."""

    def event(self) -> Event:
        """Return an asyncio event."""
        return AwaitedEvent()

    def queue(self) -> Queue:
        """Return an asyncio queue."""
        return AwaitedQueue()

    def run(self, workers: Mapping[str, Work], beside: Work, *, stop: Event, ended: Event) -> None:
        """Run the workers; see ``sha_disclosure.outbox.crew.Crew``."""
        await_only(_run(workers, beside, stop, ended))


async def _run(workers: Mapping[str, Work], beside: Work, stop: Event, ended: Event) -> None:
    writer = asyncio.create_task(greenlet_spawn(beside), name="outbox-writer")
    tasks = [asyncio.create_task(greenlet_spawn(work), name=name) for name, work in workers.items()]
    try:
        await asyncio.wait(tasks)
    except BaseException:  # a cancellation: submissions in progress are finished first
        stop.set()
        await asyncio.wait(tasks)
        raise
    finally:
        ended.set()
        await writer
