"""A lane driven by an asyncio task, whose loop waits for the socket."""

from __future__ import annotations

import asyncio
import socket
from typing import TypeVar

import httpx

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.incoming import Steps
from sha_disclosure.delivery.lane import CHUNK, FAULTS, Clock, Lane, Stage

_T = TypeVar("_T")


class AsyncLane(Lane):
    """One connection, for one task at a time, in any event loop."""

    async def open(self, clock: Clock) -> None:
        """Connect and shake hands."""
        try:
            await self._connect(clock)
            await self._run(self._opening(), clock)
        except FAULTS as fault:
            raise self._translated(fault) from fault

    async def exchange(self, request: Outgoing, clock: Clock) -> Answer:
        """Send a request and return its answer; a new lane is opened first."""
        if not self.ready:
            await self.open(clock)
        try:
            return await self._run(self._exchanging(request), clock)
        except FAULTS as fault:
            raise self._translated(fault) from fault

    async def _connect(self, clock: Clock) -> None:
        loop = asyncio.get_running_loop()
        host, port = self._route.address
        whole = asyncio.timeout(clock.left(clock.limits.connect_s))
        try:
            async with whole:
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                for others, (family, kind, protocol, _, address) in zip(
                    range(len(found), 0, -1), found, strict=True
                ):
                    made = self._made(family, kind, protocol)
                    left = (whole.when() or loop.time()) - loop.time()
                    try:
                        async with asyncio.timeout(left / others):
                            await loop.sock_connect(made, address)
                        break
                    except OSError:  # including TimeoutError
                        made.close()
                        if others == 1:
                            raise
        except TimeoutError as fault:
            if fault.errno is not None:
                raise
            raise httpx.ConnectTimeout("") from None
        self.stage = Stage.CONNECTED

    async def _run(self, steps: Steps[_T], clock: Clock) -> _T:
        received = b""
        try:
            wanted = next(steps)
            while True:
                if wanted is None:
                    received = await self._receive(clock)
                else:
                    await self._send(wanted, clock)
                wanted = steps.send(received)
        except StopIteration as end:
            made: _T = end.value
            return made

    async def _send(self, data: bytes, clock: Clock) -> None:
        assert self._socket is not None  # noqa: S101 - a lane is opened first
        try:
            try:
                sent = self._socket.send(data)  # nearly always everything, without waiting
            except BlockingIOError:
                sent = 0
            if sent < len(data):
                await self._send_rest(self._socket, data[sent:], clock)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the service has closed: what it sent before is read next

    async def _send_rest(self, on: socket.socket, data: bytes, clock: Clock) -> None:
        bound = asyncio.timeout(clock.left(self._limit(clock, writing=True)))
        try:
            async with bound:
                await asyncio.get_running_loop().sock_sendall(on, data)
        except TimeoutError:
            if not bound.expired():
                raise
            raise self._late(clock, httpx.WriteTimeout) from None

    async def _receive(self, clock: Clock) -> bytes:
        assert self._socket is not None  # noqa: S101 - a lane is opened first
        bound = asyncio.timeout(clock.left(self._limit(clock)))
        try:
            async with bound:
                return await asyncio.get_running_loop().sock_recv(self._socket, CHUNK)
        except TimeoutError:
            if not bound.expired():
                raise
            raise self._late(clock, httpx.ReadTimeout) from None
