"""The SDK's own HTTP transport: a stack of idle lanes to one service, for threads and asyncio.

There is no pool with places: a request takes an idle lane or opens one, and a lane comes back
only after a clean exchange. What is interrupted, cancelled or left by a fork is just closed.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.channel import Incoming, Outgoing
from sha_disclosure.delivery.lane import Clock, Lane
from sha_disclosure.delivery.route import Route
from sha_disclosure.settings import Timeouts

_KEPT_S = 5.0  # servers close what is idle for longer


class _Idle:
    """The lanes that serve no request, the last used on top; safe for threads and forks."""

    def __init__(self, route: Route, most: int) -> None:
        self._route = route
        self._lanes: deque[tuple[Lane, float]] = deque(maxlen=most)
        self._closed = False

    def take(self) -> Lane:
        """Return an idle lane on which nothing came meanwhile, or one to be opened."""
        while True:
            try:
                lane, until = self._lanes.pop()
            except IndexError:
                return Lane(self._route)
            if lane.own and time.monotonic() < until and lane.quiet():
                return lane
            lane.close()

    def give_back(self, lane: Lane) -> None:
        """Keep a lane for another request, or close one that did not end its exchange cleanly."""
        if not lane.ready or self._closed or len(self._lanes) == self._lanes.maxlen:
            lane.close()
            return
        self._lanes.append((lane, time.monotonic() + _KEPT_S))
        if self._closed:  # closed in between, by another thread
            self.close()

    def close(self) -> None:
        """Close the idle lanes, and from now on each busy one after its exchange."""
        self._closed = True
        while self._lanes:
            try:
                lane, _ = self._lanes.pop()
            except IndexError:
                return
            lane.close()

    def __len__(self) -> int:
        return len(self._lanes)


class LaneTransport(httpx.BaseTransport):
    """The transport of ``KantaClient``; may be used by many threads.

    After ``close`` what is under way ends on its connection, which is closed then.
    """

    def __init__(self, route: Route, limits: Timeouts, connections: int) -> None:
        self.route = route
        self._limits = limits
        self._idle = _Idle(route, connections)

    def exchange(self, request: Outgoing) -> Answer:
        """Send a request and return its answer. Raises httpx's transport errors."""
        clock, lane = Clock.start(self._limits), self._idle.take()
        try:
            incoming = _begin(lane, request, clock)
            answer = Answer.head(incoming.status, incoming.headers)
            if answer.encoded:
                return answer
            body = bytearray()
            while part := lane.part(incoming, clock):
                body += part
            return replace(answer, body=bytes(body))
        finally:
            self._idle.give_back(lane)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Do the same in httpx's terms: the body is read as the caller iterates over it."""
        outgoing = _outgoing(request, self.route, request.read())
        clock, lane = Clock.start(self._limits), self._idle.take()
        try:
            incoming = _begin(lane, outgoing, clock)
            return _response(request, lane, incoming, _Parts(self._idle, lane, incoming, clock))
        except BaseException:
            lane.close()
            raise

    def close(self) -> None:
        """Close the connections that serve no request; the others after it."""
        self._idle.close()


def _begin(lane: Lane, request: Outgoing, clock: Clock) -> Incoming:
    if not lane.ready:
        lane.open(clock)
    return lane.request(request, clock)


class _Parts(httpx.SyncByteStream):
    """The body of an answer, read from its lane; to be closed, as httpx does."""

    def __init__(self, idle: _Idle, lane: Lane, incoming: Incoming, clock: Clock) -> None:
        self._idle = idle
        self._lane: Lane | None = lane
        self._incoming = incoming
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        while self._lane and (part := self._lane.part(self._incoming, self._clock)):
            yield part
        self.close()

    def close(self) -> None:
        lane, self._lane = self._lane, None
        if lane is not None:
            self._idle.give_back(lane)


class AsyncLaneTransport(httpx.AsyncBaseTransport):
    """The same for ``AsyncKantaClient``, in any event loop."""

    def __init__(self, route: Route, limits: Timeouts, connections: int) -> None:
        self.route = route
        self._limits = limits
        self._idle = _Idle(route, connections)
        self._connections = connections
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]
        self._places = WeakKeyDictionary()

    async def exchange(self, request: Outgoing) -> Answer:
        """Send a request and return its answer. Raises httpx's transport errors."""
        places = await self._placed()
        lane = None
        try:
            clock, lane = Clock.start(self._limits), self._idle.take()
            incoming = await _begin_async(lane, request, clock)
            answer = Answer.head(incoming.status, incoming.headers)
            if answer.encoded:
                return answer
            body = bytearray()
            while part := await lane.part_async(incoming, clock):
                body += part
            return replace(answer, body=bytes(body))
        finally:
            places.release()
            if lane is not None:
                self._idle.give_back(lane)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Do the same in httpx's terms: the body is read as the caller iterates over it."""
        outgoing = _outgoing(request, self.route, await request.aread())
        places = await self._placed()
        lane = None
        try:
            clock, lane = Clock.start(self._limits), self._idle.take()
            incoming = await _begin_async(lane, outgoing, clock)
            parts = _AsyncParts(self._idle, lane, incoming, clock, places)
            return _response(request, lane, incoming, parts)
        except BaseException:
            places.release()
            if lane is not None:
                lane.close()
            raise

    async def aclose(self) -> None:
        """Close the connections that serve no request; the others after it."""
        self._idle.close()

    async def _placed(self) -> asyncio.Semaphore:
        """Take a place among the exchanges of this loop; the caller releases it.

        Tasks are cheap: without a bound, thousands at once would open as many connections.
        """
        loop = asyncio.get_running_loop()
        places = self._places.get(loop)
        if places is None:
            places = self._places[loop] = asyncio.Semaphore(self._connections)
        if not places.locked():
            await places.acquire()
            return places
        bound = asyncio.timeout(self._limits.connect_s)
        try:
            async with bound:
                await places.acquire()
        except TimeoutError:
            if not bound.expired():
                raise
            raise httpx.PoolTimeout("") from None
        return places


async def _begin_async(lane: Lane, request: Outgoing, clock: Clock) -> Incoming:
    if not lane.ready:
        await lane.open_async(clock)
    return await lane.request_async(request, clock)


class _AsyncParts(httpx.AsyncByteStream):
    """The body of an answer, read from its lane; to be closed, as httpx does."""

    def __init__(
        self,
        idle: _Idle,
        lane: Lane,
        incoming: Incoming,
        clock: Clock,
        places: asyncio.Semaphore,
    ) -> None:
        self._idle = idle
        self._lane: Lane | None = lane
        self._incoming = incoming
        self._clock = clock
        self._places = places

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._lane and (part := await self._lane.part_async(self._incoming, self._clock)):
            yield part
        self._end()

    async def aclose(self) -> None:
        self._end()

    def __del__(self) -> None:
        self._end()  # a task cancelled in a transport around this one may drop the answer

    def _end(self) -> None:
        lane, self._lane = self._lane, None
        if lane is not None:
            self._places.release()
            self._idle.give_back(lane)


class _Stream:
    """What httpx's extension ``network_stream`` shows of a lane: its TLS."""

    def __init__(self, lane: Lane) -> None:
        self._tls = lane.tls

    def get_extra_info(self, info: str) -> Any:
        """Return the TLS of the connection for ``ssl_object``, else None."""
        return self._tls if info == "ssl_object" else None


def _outgoing(request: httpx.Request, route: Route, body: bytes) -> Outgoing:
    if not route.leads_to(request.url):
        message = "This transport goes to the service of its settings only"
        raise httpx.UnsupportedProtocol(message)
    headers = [
        (name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw
    ]
    return Outgoing(request.method, request.url.raw_path.decode("ascii"), headers, body)


def _response(
    request: httpx.Request,
    lane: Lane,
    incoming: Incoming,
    stream: httpx.SyncByteStream | httpx.AsyncByteStream,
) -> httpx.Response:
    return httpx.Response(
        incoming.status,
        headers=incoming.headers,
        stream=stream,
        request=request,
        extensions={"http_version": b"HTTP/1.1", "network_stream": _Stream(lane)},
    )
