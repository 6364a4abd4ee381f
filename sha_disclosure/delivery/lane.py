"""A lane: one connection to the service, driven by threads or by asyncio, one exchange at a time.

A lane that did not end its exchange cleanly is closed and never used again, so an exchange that
was cancelled or interrupted at any moment leaves nothing behind. The socket is a plain one, bound
to no event loop and never shared with a process that forked.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import h11
import httpx

from sha_disclosure.delivery.channel import (
    AnswerTooLong,
    Channel,
    Incoming,
    Outgoing,
    ProxyRefusal,
    Steps,
)
from sha_disclosure.delivery.route import Route
from sha_disclosure.settings import Timeouts

_T = TypeVar("_T")
_CHUNK = 64 * 1024

_FAULTS = (OSError, UnicodeError, h11.ProtocolError, ProxyRefusal, AnswerTooLong)


class AttemptTimeout(httpx.TimeoutException):
    """The whole time of an attempt was over, however much of an answer had come."""


class Stage(IntEnum):
    """How far a lane has come; from ``BEGUN`` on the service may hold what was sent."""

    CLOSED = 0
    CONNECTED = 1
    GREETED = 2
    READY = 3
    BEGUN = 4


@dataclass(slots=True)
class Clock:
    """The time that one attempt has left."""

    limits: Timeouts
    ends_at: float

    @classmethod
    def start(cls, limits: Timeouts) -> Clock:
        """Return the clock of an attempt that begins now."""
        return cls(limits, time.monotonic() + limits.attempt_s)

    def left(self, most: float) -> float:
        """Return the seconds that one step may take now; 0 or less: none."""
        return min(most, self.ends_at - time.monotonic())


class Lane:
    """One connection. ``open``, ``request`` and ``part`` are for threads, others for asyncio.

    All raise httpx's transport errors; what the host's own code raises, such as a signal
    handler, passes through unchanged.
    """

    def __init__(self, route: Route) -> None:
        self._route = route
        self._socket: socket.socket | None = None
        self._channel = Channel()
        self._process = os.getpid()
        self.stage = Stage.CLOSED

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS that the service speaks, once it was greeted."""
        return self._channel.tls

    @property
    def ready(self) -> bool:
        """Whether it stands and serves no request."""
        return self.stage is Stage.READY

    @property
    def own(self) -> bool:
        """Whether this process opened it, and none that forked from that one."""
        return self._process == os.getpid()

    def quiet(self) -> bool:
        """Return whether the connection stands and nothing came that nobody asked for."""
        if self._socket is None:
            return False
        received = b""
        try:
            received = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return self._channel.at_rest()
        except OSError as fault:
            if fault.errno is None:
                raise
            return False
        try:
            return bool(received) and self._channel.at_rest(received)
        except ssl.SSLError:
            return False

    def close(self) -> None:
        """Close the socket, and say nothing on it: another process may hold it too."""
        if self._socket is not None:
            self._socket.close()
        self.stage = Stage.CLOSED

    # --- threads ---------------------------------------------------------------------------------

    def open(self, clock: Clock) -> None:
        """Connect and shake hands."""
        with self._translating():
            self._connect(clock)
            self._run(self._opening(), clock)

    def request(self, request: Outgoing, clock: Clock) -> Incoming:
        """Send a request; return its answer from the head on."""
        with self._translating():
            return self._run(self._requesting(request), clock)

    def part(self, answer: Incoming, clock: Clock) -> bytes:
        """Return the next part of an answer's body, or nothing at its end."""
        with self._translating():
            return self._run(self._part(answer), clock)

    def _connect(self, clock: Clock) -> None:
        host, port = self._route.address
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ends_at = time.monotonic() + clock.left(clock.limits.connect_s)
        for others, (family, kind, protocol, _, address) in zip(
            range(len(found), 0, -1), found, strict=True
        ):
            self._socket = socket.socket(family, kind, protocol)
            _set_up(self._socket)
            try:
                self._connect_to(address, (ends_at - time.monotonic()) / others)
                break
            except (OSError, httpx.ConnectTimeout) as fault:
                self._socket.close()
                if others == 1 or (isinstance(fault, OSError) and fault.errno is None):
                    raise
        self.stage = Stage.CONNECTED

    def _connect_to(self, address: tuple[str | int | bytes, ...], seconds: float) -> None:
        assert self._socket is not None  # noqa: S101 - made by the only caller
        try:
            self._socket.connect(address)
        except BlockingIOError:
            if not _waited(self._socket, seconds, writing=True):
                raise httpx.ConnectTimeout("") from None
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code)) from None

    def _run(self, steps: Steps[_T], clock: Clock) -> _T:
        received = b""
        try:
            wanted = next(steps)
            while True:
                if wanted is None:
                    received = self._receive(clock)
                else:
                    self._send(wanted, clock)
                wanted = steps.send(received)
        except StopIteration as end:
            made: _T = end.value
            return made

    def _send(self, data: bytes, clock: Clock) -> None:
        assert self._socket is not None  # noqa: S101 - a lane is opened first
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                seconds = clock.left(self._limit(clock, writing=True))
                if not _waited(self._socket, seconds, writing=True):
                    raise self._late(clock, httpx.WriteTimeout) from None
            except (BrokenPipeError, ConnectionResetError) as fault:
                if fault.errno is None:
                    raise
                return  # the service has closed: what it said before is read next

    def _receive(self, clock: Clock) -> bytes:
        assert self._socket is not None  # noqa: S101 - a lane is opened first
        while True:
            if not _waited(self._socket, clock.left(self._limit(clock)), writing=False):
                raise self._late(clock, httpx.ReadTimeout)
            try:
                return self._socket.recv(_CHUNK)
            except BlockingIOError:
                continue

    # --- asyncio ---------------------------------------------------------------------------------

    async def open_async(self, clock: Clock) -> None:
        """Do the same as ``open``."""
        with self._translating():
            await self._connect_async(clock)
            await self._run_async(self._opening(), clock)

    async def request_async(self, request: Outgoing, clock: Clock) -> Incoming:
        """Do the same as ``request``."""
        with self._translating():
            return await self._run_async(self._requesting(request), clock)

    async def part_async(self, answer: Incoming, clock: Clock) -> bytes:
        """Do the same as ``part``."""
        with self._translating():
            return await self._run_async(self._part(answer), clock)

    async def _connect_async(self, clock: Clock) -> None:
        loop = asyncio.get_running_loop()
        host, port = self._route.address
        whole = asyncio.timeout(clock.left(clock.limits.connect_s))
        try:
            async with whole:
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                for others, (family, kind, protocol, _, address) in zip(
                    range(len(found), 0, -1), found, strict=True
                ):
                    self._socket = socket.socket(family, kind, protocol)
                    _set_up(self._socket)
                    left = (whole.when() or loop.time()) - loop.time()
                    try:
                        async with asyncio.timeout(left / others):
                            await loop.sock_connect(self._socket, address)
                        break
                    except OSError:  # TimeoutError among them
                        self._socket.close()
                        if others == 1:
                            raise
        except TimeoutError as fault:
            if fault.errno is not None:
                raise
            raise httpx.ConnectTimeout("") from None
        self.stage = Stage.CONNECTED

    async def _run_async(self, steps: Steps[_T], clock: Clock) -> _T:
        received = b""
        try:
            wanted = next(steps)
            while True:
                if wanted is None:
                    received = await self._receive_async(clock)
                else:
                    await self._send_async(wanted, clock)
                wanted = steps.send(received)
        except StopIteration as end:
            made: _T = end.value
            return made

    async def _send_async(self, data: bytes, clock: Clock) -> None:
        assert self._socket is not None  # noqa: S101 - a lane is opened first
        bound = asyncio.timeout(clock.left(self._limit(clock, writing=True)))
        try:
            async with bound:
                await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the service has closed: what it said before is read next
        except TimeoutError:
            if not bound.expired():
                raise
            raise self._late(clock, httpx.WriteTimeout) from None

    async def _receive_async(self, clock: Clock) -> bytes:
        assert self._socket is not None  # noqa: S101 - a lane is opened first
        bound = asyncio.timeout(clock.left(self._limit(clock)))
        try:
            async with bound:
                return await asyncio.get_running_loop().sock_recv(self._socket, _CHUNK)
        except TimeoutError:
            if not bound.expired():
                raise
            raise self._late(clock, httpx.ReadTimeout) from None

    # --- both ------------------------------------------------------------------------------------

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

    def _requesting(self, request: Outgoing) -> Steps[Incoming]:
        steps = self._channel.request(request)
        first = next(steps)  # a request that cannot be written fails before anything has begun
        self.stage = Stage.BEGUN
        received = yield first
        while True:
            try:
                wanted = steps.send(received)
            except StopIteration as end:
                made: Incoming = end.value
                return made
            received = yield wanted

    def _part(self, answer: Incoming) -> Steps[bytes]:
        part = yield from answer.part()
        if not part and answer.reusable:
            self.stage = Stage.READY
        return part

    def _limit(self, clock: Clock, *, writing: bool = False) -> float:
        if self.stage is Stage.GREETED:
            return clock.limits.connect_s
        return clock.limits.write_s if writing else clock.limits.read_s

    def _late(self, clock: Clock, kind: type[httpx.TimeoutException]) -> httpx.TimeoutException:
        if self.stage < Stage.BEGUN:
            return httpx.ConnectTimeout("")
        return AttemptTimeout("") if clock.ends_at <= time.monotonic() else kind("")

    @contextmanager
    def _translating(self) -> Iterator[None]:
        """Raise faults of the connection as httpx's errors."""
        try:
            yield
        except _FAULTS as fault:
            if isinstance(fault, OSError) and fault.errno is None:
                raise  # the system's own have a number; one of a signal handler has none
            raise self._translated(fault) from fault

    def _translated(self, fault: Exception) -> httpx.TransportError:
        if self.stage < Stage.BEGUN:
            if isinstance(fault, ProxyRefusal):
                return httpx.ProxyError(str(fault))
            proxied = self.stage is Stage.CONNECTED and isinstance(fault, h11.ProtocolError)
            return httpx.ProxyError("") if proxied else httpx.ConnectError("")
        if isinstance(fault, h11.ProtocolError | AnswerTooLong):
            return httpx.RemoteProtocolError("")
        return httpx.ReadError("")


def _set_up(made: socket.socket) -> None:
    made.setblocking(False)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


if hasattr(select, "poll"):

    def _waited(on: socket.socket, seconds: float, *, writing: bool) -> bool:
        """Wait until the socket is ready; return whether it was in time."""
        if seconds <= 0:
            return False
        poll = select.poll()
        poll.register(on, select.POLLOUT if writing else select.POLLIN)
        return bool(poll.poll(seconds * 1000))

else:  # Windows

    def _waited(on: socket.socket, seconds: float, *, writing: bool) -> bool:
        """Wait until the socket is ready; return whether it was in time."""
        if seconds <= 0:
            return False
        watched = [on]
        return any(
            select.select([] if writing else watched, watched if writing else [], watched, seconds)
        )
