"""The SDK's own HTTP transport for threads, with its own interface and httpx's."""

from __future__ import annotations

from functools import partial

import httpx

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.httpx_terms import outgoing_of, response_on
from sha_disclosure.delivery.idle import IdleLanes
from sha_disclosure.delivery.lane import Clock
from sha_disclosure.delivery.route import Route
from sha_disclosure.delivery.thread_lane import ThreadLane
from sha_disclosure.settings import Timeouts


class LaneTransport(httpx.BaseTransport):
    """The transport of ``KantaClient``. Thread-safe.

    After ``close``, exchanges in progress finish on their connections, which are then closed.
    """

    def __init__(self, route: Route, limits: Timeouts, connections: int) -> None:
        self.route = route
        self._limits = limits
        self._idle = IdleLanes(partial(ThreadLane, route), connections)

    def exchange(self, request: Outgoing) -> Answer:
        """Send a request and return its answer. Raises httpx's transport errors."""
        lane = self._idle.take()
        try:
            return lane.exchange(request, Clock.start(self._limits))
        finally:
            self._idle.give_back(lane)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Do the same with httpx's types."""
        outgoing = outgoing_of(request, self.route, request.read())
        fault, lane = None, self._idle.take()
        try:
            try:
                lane.exchange(outgoing, Clock.start(self._limits))
            except httpx.TransportError as error:
                fault = error
            return response_on(lane, request, fault)
        finally:
            self._idle.give_back(lane)

    def close(self) -> None:
        """Close idle connections; busy ones are closed after their exchange."""
        self._idle.close()
