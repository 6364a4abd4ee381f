"""Supervised draining on asyncio (valvottu purku): a drain with start, health and stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from sha_disclosure.boundary import boundary
from sha_disclosure.outbox import DrainerHealth, DrainReport
from sha_disclosure.outbox.drain_state import Watch
from sha_disclosure.outbox.supervision import Supervision

AsyncDrainOnce = Callable[[asyncio.Event, Watch], Awaitable[object]]
"""Drains until the event is set."""


class AsyncDrainer:
    """Drains an outbox in a task of the running loop until it is stopped (purkaja).

    Created by ``AsyncOutbox.drainer``; the asyncio counterpart of ``Drainer``. If a process
    forks, start it in the child.
    """

    def __init__(
        self,
        drain: AsyncDrainOnce,
        supervision: Supervision,
        *,
        require: Callable[[], Awaitable[None]],
    ) -> None:
        self._drain = drain
        self._supervision = supervision
        self._require = require
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @boundary
    async def start(self) -> Self:
        """Start draining; does nothing if it is already running.

        Raises OutboxError and ConfigurationError if draining is not possible.
        """
        if not self.running:
            await self._require()
            self._stop = asyncio.Event()
            self._supervision.begin()
            self._task = asyncio.create_task(self._run(self._stop), name="outbox-drainer")
        return self

    async def stop(self, timeout: float = 30.0) -> bool:  # noqa: ASYNC109 - as in Drainer
        """Stop draining and return whether it ended within ``timeout`` seconds; see ``Drainer``."""
        self._stop.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=timeout)
        return not self.running

    @property
    def running(self) -> bool:
        """Whether it is running."""
        return self._task is not None and not self._task.done()

    def health(self) -> DrainerHealth:
        """Return whether it is running, when it last reached its database, and any error."""
        return self._supervision.health(running=self.running)

    def report(self) -> DrainReport:
        """Return what has been done since the start."""
        return self._supervision.report()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._drain(stop, self._supervision.watch())
            except Exception as error:  # noqa: BLE001 - whatever ended it, the queue waits
                wait_s = self._supervision.failed(error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait_s)
