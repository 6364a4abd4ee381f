"""The outbox on asyncio (extra ``async``): in the host's own AsyncSession, drained in its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import Any, Protocol, Required, Self, TypeAlias, TypedDict, TypeVar, Unpack

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_scoped_session,
)
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only, greenlet_spawn

from sha_disclosure.boundary import boundary
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import ConfigurationError, Rejected
from sha_disclosure.events import Event, Listener, Listeners
from sha_disclosure.integrations.async_concurrency import Tasks, TasksBesideThread, in_thread
from sha_disclosure.integrations.async_drainer import AsyncDrainer
from sha_disclosure.messages import message
from sha_disclosure.outbox import (
    AddedNotice,
    DrainReport,
    Entry,
    Health,
    Outbox,
    OutboxKey,
    State,
    Status,
    Timing,
)
from sha_disclosure.outbox.clients import policy_of
from sha_disclosure.outbox.drain_state import Watch
from sha_disclosure.outbox.engines import is_asynchronous
from sha_disclosure.outbox.supervision import Supervision
from sha_disclosure.settings import OutboxPolicy
from sha_disclosure.sources import Sources

import_module("greenlet")  # SQLAlchemy imports it late, and its error names no extra

_T = TypeVar("_T")
_G = TypeVar("_G")
AsyncJoined: TypeAlias = AsyncSession | AsyncConnection | async_scoped_session[Any]


class AsyncClient(Protocol):
    """The part of ``AsyncKantaClient`` that a drain uses (lähettäjä)."""

    async def submit(
        self,
        prepared: PreparedNotice,
        *,
        listener: Listener | None = None,
        stop: asyncio.Event | None = None,
    ) -> Receipt:
        """Send a prepared notice and return its receipt, or raise a SubmissionError."""

    async def confirms(self, refusal: Rejected) -> bool:
        """Return whether a refusal is confirmed to be the service's decision on the notice."""

    async def renew_when_due(self) -> None:
        """Check for renewed keys if a check is due."""


class Options(TypedDict, total=False):
    """The options of a drain, independent of its client."""

    workers: Required[int]
    until_empty: bool
    breaker: Breaker | None
    timing: Timing | None
    watch: Watch | None


class AsyncOutbox:
    """``Outbox`` for asyncio: ``await add``, ``await drain``, ``async with``.

    ``place``: a file for SQLite, a SQLAlchemy URL, or the caller's own ``AsyncEngine``. Unless the
    URL names an asyncio driver (``postgresql+asyncpg://``), threads wait for the database instead
    of the loop. Use it in one event loop; if a process forks, open it in the child. The keyword
    arguments are those of ``Outbox``; ``listeners`` are called in the loop's thread.
    """

    def __init__(
        self,
        place: str | Path | URL | AsyncEngine,
        *,
        keys: Sequence[OutboxKey] = (),
        limit: int = 100_000,
        create: bool = True,
        sources: Sources | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        given = place.sync_engine if isinstance(place, AsyncEngine) else place
        self._blocks = not isinstance(place, AsyncEngine) and not is_asynchronous(place)
        self._listeners = Listeners(listeners)
        self._make = lambda heard: Outbox(
            given,
            keys=keys,
            limit=limit,
            create=create,
            sources=sources,
            listeners=[heard] if listeners else [],
        )
        self._sources = sources or Sources()
        self._outbox: Outbox | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    @boundary
    async def open(self) -> Self:
        """Open it; the first call of any other method does so too.

        Raises OutboxError and ConfigurationError like ``Outbox``, and ConfigurationError once it
        is closed.
        """
        await self._opened()
        return self

    async def _opened(self) -> Outbox:
        async with self._opening:
            if self._closed:
                raise ConfigurationError(message("arguments.closed_outbox"))
            if self._outbox is None:
                self._outbox = await self._spawn(self._make, self._notify_in_loop())
            return self._outbox

    def _notify_in_loop(self) -> Listener:
        """Return what notifies the listeners in this loop's thread, whoever reports an event."""
        loop, here, notify = asyncio.get_running_loop(), get_ident(), self._listeners.notify

        def heard(event: Event) -> None:
            if get_ident() == here:
                notify(event)
            else:
                loop.call_soon_threadsafe(notify, event)

        return heard

    async def _spawn(self, work: Callable[[_G], _T], given: _G) -> _T:
        """Do work on the database: what blocks is done in a thread."""
        return await (asyncio.to_thread if self._blocks else greenlet_spawn)(work, given)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; an engine passed by the caller stays open."""
        self._closed = True
        if self._outbox is not None:
            await self._spawn(Outbox.close, self._outbox)

    async def _do(self, work: Callable[[Outbox], _T]) -> _T:
        return await self._spawn(work, await self._opened())

    @boundary
    async def add(
        self, prepared: PreparedNotice, connection: AsyncJoined | None = None
    ) -> AddedNotice:
        """Add a prepared notice, in the transaction of an AsyncSession or AsyncConnection.

        See ``Outbox.add``.
        """
        if connection is None:
            return await self._do(lambda outbox: outbox.add(prepared))
        return await self._join(connection, lambda outbox, mine: outbox.add(prepared, mine))

    @boundary
    async def add_many(
        self, messages: Sequence[PreparedNotice], connection: AsyncJoined | None = None
    ) -> list[AddedNotice]:
        """Add prepared notices in one transaction: all of them, or none; see ``Outbox.add_many``.

        ``connection`` is as in ``add``.
        """
        if connection is None:
            return await self._do(lambda outbox: outbox.add_many(messages))
        return await self._join(connection, lambda outbox, mine: outbox.add_many(messages, mine))

    async def _join(
        self, connection: AsyncJoined, work: Callable[[Outbox, Session | Connection], _T]
    ) -> _T:
        given = connection() if isinstance(connection, async_scoped_session) else connection
        outbox = await self._opened()
        if isinstance(given, AsyncSession):
            return await given.run_sync(lambda session: work(outbox, session))
        if isinstance(given, AsyncConnection):
            return await given.run_sync(lambda mine: work(outbox, mine))
        kind = f"{type(given).__module__}.{type(given).__qualname__}"
        raise ConfigurationError(message("outbox.joining.not_asynchronous", kind=kind))

    @boundary
    async def drain(  # noqa: PLR0913 - as in Outbox
        self,
        kanta: AsyncClient,
        *,
        workers: int = 8,
        until_empty: bool = True,
        stop: asyncio.Event | None = None,
        breaker: Breaker | None = None,
        timing: Timing | None = None,
        policy: OutboxPolicy | None = None,
    ) -> DrainReport:
        """Deliver what is due through an ``AsyncKantaClient``, with at most ``workers`` at once.

        See ``Outbox.drain``. A cancellation takes effect once submissions in progress are finished.
        """
        return await self._drain(
            kanta,
            workers=workers,
            until_empty=until_empty,
            stop=stop or asyncio.Event(),
            breaker=breaker,
            timing=timing,
            policy=policy,
        )

    @boundary
    def drainer(
        self,
        kanta: AsyncClient,
        *,
        workers: int = 8,
        breaker: Breaker | None = None,
        timing: Timing | None = None,
        policy: OutboxPolicy | None = None,
    ) -> AsyncDrainer:
        """Return a drainer, which delivers notices as they become due, in its own task.

        ::

            async with outbox.drainer(kanta) as drainer:  # or await start() and stop(timeout)
                ...
                drainer.health()

        The keyword arguments are those of ``drain``. See ``Outbox.drainer``.
        """
        chosen, listeners = timing or Timing(), self._listeners
        shared = breaker or Breaker(clock=self._sources.clock, listeners=[listeners.notify])

        async def drain(stop: asyncio.Event, watch: Watch) -> None:
            await self._drain(
                kanta,
                workers=workers,
                until_empty=False,
                stop=stop,
                breaker=shared,
                timing=chosen,
                policy=policy,
                watch=watch,
            )

        async def require() -> None:
            (await self._opened()).draining.require(workers)

        supervision = Supervision(chosen, listeners, self._sources)
        return AsyncDrainer(drain, supervision, require=require)

    async def _drain(
        self,
        kanta: AsyncClient,
        *,
        stop: asyncio.Event,
        policy: OutboxPolicy | None,
        **options: Unpack[Options],
    ) -> DrainReport:
        outbox, loop = await self._opened(), asyncio.get_running_loop()
        concurrency = TasksBesideThread(loop) if self._blocks else Tasks(loop)

        def drain() -> DrainReport:
            return outbox.draining.run(
                _Awaiting(kanta, stop, concurrency),
                concurrency,
                policy=policy or policy_of(kanta),
                stop=concurrency.event_of(stop),
                **options,
            )

        return await (in_thread(drain, stop) if self._blocks else greenlet_spawn(drain))

    @boundary
    async def status(self) -> Status:
        """Return the number of messages by state and the age of the oldest pending one."""
        return await self._do(lambda outbox: outbox.status())

    @boundary
    async def health(
        self, *, max_age: float | None = None, max_quarantined: int | None = None
    ) -> Health:
        """Return whether the outbox can be read and is within thresholds; see ``Outbox.health``."""
        return await self._do(
            lambda outbox: outbox.health(max_age=max_age, max_quarantined=max_quarantined)
        )

    @boundary
    async def list(
        self, state: State | None = None, *, after: int = 0, limit: int = 1000
    ) -> list[Entry]:
        """Return entries in order; see ``Outbox.list``."""
        return await self._do(lambda outbox: outbox.list(state, after=after, limit=limit))

    @boundary
    async def show(self, notice_id: str) -> Entry:
        """Return the entry of a notice, with its stored message verified; see ``Outbox.show``."""
        return await self._do(lambda outbox: outbox.show(notice_id))

    @boundary
    async def evidence(self, notice_id: str) -> dict[str, Any]:
        """Return the history of a notice; see ``Outbox.evidence``."""
        return await self._do(lambda outbox: outbox.evidence(notice_id))

    @boundary
    async def retry(self, notice_id: str | None = None, *, state: State | None = None) -> int:
        """Make one message, or all of a state, due immediately; see ``Outbox.retry``."""
        return await self._do(lambda outbox: outbox.retry(notice_id, state=state))

    @boundary
    async def forget_delivered(self, before: datetime) -> int:
        """Remove the content of messages delivered before a time and return their number."""
        return await self._do(lambda outbox: outbox.forget_delivered(before))


class _Awaiting:
    """An asyncio client with the interface of a blocking one, for a drain's workers and writer."""

    def __init__(self, kanta: AsyncClient, stop: asyncio.Event, concurrency: Tasks) -> None:
        self._kanta = kanta
        self._stop = stop
        self._concurrency = concurrency

    def submit(self, prepared: PreparedNotice, *, listener: Listener | None = None) -> Receipt:
        return await_only(self._kanta.submit(prepared, listener=listener, stop=self._stop))

    def confirms(self, refusal: Rejected) -> bool:
        return await_only(self._kanta.confirms(refusal))

    def renew_when_due(self) -> None:
        self._concurrency.wait_for(self._kanta.renew_when_due())
