"""A lane: one connection to the service, one exchange at a time.

A lane that did not end its exchange cleanly is closed and never used again, so an exchange that
is cancelled or interrupted at any time leaves nothing behind. The socket is a plain one, bound
to no event loop and never shared with a forked process. ``ThreadLane`` and ``AsyncLane``
drive it.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from dataclasses import dataclass
from enum import IntEnum

import h11
import httpx

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.channel import Channel, Outgoing, ProxyRefusal
from sha_disclosure.delivery.incoming import AnswerTooLong, Incoming, Steps
from sha_disclosure.delivery.route import Route
from sha_disclosure.settings import Timeouts

CHUNK = 64 * 1024
"""The maximum number of bytes received at once."""

FAULTS = (OSError, UnicodeError, h11.ProtocolError, ProxyRefusal, AnswerTooLong)
"""What may end what is done on a lane, beside time-outs: ``_translated`` says it in httpx's terms.
"""


class AttemptTimeout(httpx.TimeoutException):
    """The total time of an attempt expired, however much of an answer had been received."""


class Stage(IntEnum):
    """The state of a lane; from ``BEGUN`` on the service may have received the request."""

    CLOSED = 0
    CONNECTED = 1
    GREETED = 2
    READY = 3
    BEGUN = 4


@dataclass(slots=True)
class Clock:
    """The remaining time of one attempt."""

    limits: Timeouts
    ends_at: float

    @classmethod
    def start(cls, limits: Timeouts) -> Clock:
        """Return the clock of an attempt that starts now."""
        return cls(limits, time.monotonic() + limits.attempt_s)

    def left(self, most: float) -> float:
        """Return the seconds that one step may take now; 0 or less means none."""
        return min(most, self.ends_at - time.monotonic())


class Lane:
    """The common part of both kinds of lane: its state and its operations.

    Operations raise httpx's transport errors; exceptions of the host's own code, such as a
    signal handler, pass through unchanged.
    """

    def __init__(self, route: Route) -> None:
        self._route = route
        self._socket: socket.socket | None = None
        self._channel = Channel()
        self._process = os.getpid()
        self.incoming: Incoming | None = None
        self.stage = Stage.CLOSED

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS layer that the service speaks, once the handshake has begun."""
        return self._channel.tls

    @property
    def received(self) -> Answer | None:
        """The part received of the answer to the last request, once its headers are complete."""
        return self.incoming.answer if self.incoming is not None else None

    @property
    def ready(self) -> bool:
        """Whether it is connected and idle."""
        return self.stage is Stage.READY

    @property
    def own(self) -> bool:
        """Whether this process opened it, rather than inheriting it through a fork."""
        return self._process == os.getpid()

    def quiet(self) -> bool:
        """Return whether a ready lane is still connected and has received nothing unsolicited."""
        if self._socket is None:
            return False
        received = b""
        try:
            received = self._socket.recv(CHUNK)
        except BlockingIOError:
            return True
        except OSError as fault:
            if fault.errno is None:
                raise
            return False
        try:
            return bool(received) and self._channel.at_rest(received)
        except ssl.SSLError:
            return False

    def close(self) -> None:
        """Close the socket without sending anything: another process may hold it too."""
        if self._socket is not None:
            self._socket.close()
        self.stage = Stage.CLOSED

    def _made(self, family: int, kind: int, protocol: int) -> socket.socket:
        """Return the socket of this lane, not connected yet."""
        self._socket = made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _opening(self) -> Steps[None]:
        route, proxy = self._route, self._route.proxy
        if proxy is not None and proxy.tls is not None:
            yield from self._channel.start_tls(proxy.tls, proxy.host)
        if proxy is not None:
            yield from self._channel.tunnel(route.host, route.port, proxy.authorization)
        if route.tls is not None:
            self.stage = Stage.GREETED
            yield from self._channel.start_tls(route.tls, route.host)
        self.stage = Stage.READY

    def _exchanging(self, request: Outgoing) -> Steps[Answer]:
        self.incoming = None
        # A request that cannot be encoded fails before anything has begun.
        data = self._channel.sealed(request.encoded())
        self.stage = Stage.BEGUN
        yield data
        self.incoming = incoming = Incoming(self._channel, request.method)  # while we wait
        answer = yield from incoming.read()
        if incoming.reusable:
            self.stage = Stage.READY
        return answer

    def _limit(self, clock: Clock, *, writing: bool = False) -> float:
        if self.stage is Stage.GREETED:
            return clock.limits.connect_s
        return clock.limits.write_s if writing else clock.limits.read_s

    def _late(self, clock: Clock, kind: type[httpx.TimeoutException]) -> httpx.TimeoutException:
        if self.stage < Stage.BEGUN:
            return httpx.ConnectTimeout("")
        return AttemptTimeout("") if clock.ends_at <= time.monotonic() else kind("")

    def _translated(self, fault: Exception) -> httpx.TransportError:
        """Return a fault of the connection as httpx's error; raise what is none of it."""
        if isinstance(fault, OSError) and fault.errno is None:
            raise fault  # the system's own have a number; one of a signal handler has none
        if self.stage < Stage.BEGUN:
            if isinstance(fault, ProxyRefusal):
                return httpx.ProxyError(str(fault))
            proxied = self.stage is Stage.CONNECTED and isinstance(fault, h11.ProtocolError)
            return httpx.ProxyError("") if proxied else httpx.ConnectError("")
        if isinstance(fault, h11.ProtocolError | AnswerTooLong):
            return httpx.RemoteProtocolError("")
        return httpx.ReadError("")
