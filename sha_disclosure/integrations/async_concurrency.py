"""The workers of an asyncio drain: tasks that run the outbox's code in greenlets.

Like SQLAlchemy's own code on asyncio: a call that would block a thread yields to the loop. The
writer is a thread if its database connection blocks, and otherwise a task like the workers.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, TypeVar

from sqlalchemy.util import await_only, greenlet_spawn

from sha_disclosure.outbox.concurrency import Event, Queue, ThreadQueue, Work

_T = TypeVar("_T")


class Tasks:
    """Concurrency by asyncio: the workers and the writer are tasks."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def event(self) -> Event:
        """Return an asyncio event."""
        return self.event_of(asyncio.Event())

    def event_of(self, event: asyncio.Event) -> Event:
        """Return an asyncio event with the interface of a threading one."""
        return _Event(event, self._loop, self.wait_for)

    def jobs(self) -> Queue:
        """Return an asyncio queue."""
        return _Queue(self._loop)

    def ends(self) -> Queue:
        """Return an asyncio queue."""
        return _Queue(self._loop)

    def rest(self, seconds: float) -> None:
        """Sleep, in the writer."""
        self.wait_for(asyncio.sleep(seconds))

    def run(self, workers: Mapping[str, Work], writer: Work, *, stop: Event) -> None:
        """Run the workers; see ``sha_disclosure.outbox.concurrency.Concurrency``."""
        self.wait_for(_run({**workers, "outbox-writer": writer}, stop))

    def wait_for(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Wait, in the writer, for a coroutine that runs in the loop."""
        return await_only(work)


class TasksBesideThread(Tasks):
    """Concurrency by asyncio whose writer is the thread that calls ``run``."""

    def ends(self) -> Queue:
        """Return a threading queue."""
        return ThreadQueue()

    def run(self, workers: Mapping[str, Work], writer: Work, *, stop: Event) -> None:
        """Run the workers in the loop, and the writer in this thread."""
        working = asyncio.run_coroutine_threadsafe(_run(workers, stop), self._loop)
        writer()
        working.result()

    def wait_for(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Wait, in the writer, for a coroutine that runs in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def in_thread(work: Callable[[], _T], stop: asyncio.Event) -> _T:
    """Do work in a thread of its own; a cancellation sets ``stop`` and is raised when it ends."""
    ended: Future[_T] = Future()

    def do() -> None:
        try:
            ended.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised to whoever waits for it
            ended.set_exception(error)

    context = copy_context()
    threading.Thread(target=context.run, args=(do,), name="outbox-writer", daemon=True).start()
    waiting = asyncio.wrap_future(ended)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({waiting})
        waiting.exception()  # seen: the cancellation is raised in its place
        raise


async def _run(works: Mapping[str, Work], stop: Event) -> None:
    tasks = [asyncio.create_task(greenlet_spawn(work), name=name) for name, work in works.items()]
    try:
        await asyncio.wait(tasks)
    except BaseException:  # a cancellation: submissions in progress are finished first
        stop.set()
        await asyncio.wait(tasks)
        raise


class _Event:
    """An asyncio event, for code that runs in a greenlet or in another thread."""

    def __init__(
        self,
        event: asyncio.Event,
        loop: asyncio.AbstractEventLoop,
        wait_for: Callable[[Coroutine[Any, Any, object]], object],
    ) -> None:
        self._event = event
        self._loop = loop
        self._wait_for = wait_for

    def is_set(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        self._loop.call_soon_threadsafe(self._event.set)

    def wait(self, timeout: float) -> bool:
        self._wait_for(_within(timeout, self._event.wait()))
        return self.is_set()


class _Queue:
    """An asyncio queue for code that runs in a greenlet; any thread may put items into it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._items: asyncio.Queue[Any] = asyncio.Queue()
        self._loop = loop

    def put(self, *items: Any) -> None:
        self._loop.call_soon_threadsafe(self._put, items)

    def _put(self, items: tuple[Any, ...]) -> None:
        for each in items:
            self._items.put_nowait(each)

    def get(self, timeout: float | None) -> Any:
        if not self._items.empty():
            return self._items.get_nowait()
        return None if timeout == 0 else await_only(_within(timeout, self._items.get()))


async def _within(seconds: float | None, work: Coroutine[Any, Any, _T]) -> _T | None:
    """Return the result of a coroutine, or None if it takes longer than ``seconds``."""
    bound = asyncio.timeout(seconds)
    try:
        async with bound:
            return await work
    except TimeoutError:
        if not bound.expired():
            raise
        return None
