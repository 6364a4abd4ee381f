"""The SDK's own HTTP transport for asyncio, with its own interface and httpx's."""

from __future__ import annotations

import asyncio
from functools import partial
from weakref import WeakKeyDictionary

import httpx

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.async_lane import AsyncLane
from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.httpx_terms import outgoing_of, response_on
from sha_disclosure.delivery.idle import IdleLanes
from sha_disclosure.delivery.lane import Clock
from sha_disclosure.delivery.route import Route
from sha_disclosure.settings import Timeouts


class AsyncLaneTransport(httpx.AsyncBaseTransport):
    """The transport of ``AsyncKantaClient``, in any event loop.

    After ``aclose``, exchanges in progress finish on their connections, which are then closed.
    """

    def __init__(self, route: Route, limits: Timeouts, connections: int) -> None:
        self.route = route
        self._limits = limits
        self._idle = IdleLanes(partial(AsyncLane, route), connections)
        self._connections = connections
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]
        self._places = WeakKeyDictionary()

    async def exchange(self, request: Outgoing) -> Answer:
        """Send a request and return its answer. Raises httpx's transport errors."""
        places = await self._placed()
        lane = None
        try:
            lane = self._idle.take()
            return await lane.exchange(request, Clock.start(self._limits))
        finally:
            places.release()
            if lane is not None:
                self._idle.give_back(lane)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Do the same with httpx's types."""
        outgoing = outgoing_of(request, self.route, await request.aread())
        places = await self._placed()
        fault, lane = None, None
        try:
            lane = self._idle.take()
            try:
                await lane.exchange(outgoing, Clock.start(self._limits))
            except httpx.TransportError as error:
                fault = error
            return response_on(lane, request, fault)
        finally:
            places.release()
            if lane is not None:
                self._idle.give_back(lane)

    async def aclose(self) -> None:
        """Close idle connections; busy ones are closed after their exchange."""
        self._idle.close()

    async def _placed(self) -> asyncio.Semaphore:
        """Acquire a slot among the exchanges of this loop; the caller releases it.

        Tasks are cheap: without a limit, thousands at once would open as many connections.
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
