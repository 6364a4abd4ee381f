"""A lane driven by a thread, which waits for the socket."""

from __future__ import annotations

import os
import select
import socket
import time
from typing import TypeVar

import httpx

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.incoming import Steps
from sha_disclosure.delivery.lane import CHUNK, FAULTS, Clock, Lane, Stage

_T = TypeVar("_T")


class ThreadLane(Lane):
    """One connection, for one thread at a time."""

    def open(self, clock: Clock) -> None:
        """Connect and shake hands."""
        try:
            self._connect(clock)
            self._run(self._opening(), clock)
        except FAULTS as fault:
            raise self._translated(fault) from fault

    def exchange(self, request: Outgoing, clock: Clock) -> Answer:
        """Send a request and return its answer; a new lane is opened first."""
        if not self.ready:
            self.open(clock)
        try:
            return self._run(self._exchanging(request), clock)
        except FAULTS as fault:
            raise self._translated(fault) from fault

    def _connect(self, clock: Clock) -> None:
        host, port = self._route.address
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ends_at = time.monotonic() + clock.left(clock.limits.connect_s)
        for others, (family, kind, protocol, _, address) in zip(
            range(len(found), 0, -1), found, strict=True
        ):
            made = self._made(family, kind, protocol)
            try:
                _connect(made, address, (ends_at - time.monotonic()) / others)
                break
            except (OSError, httpx.ConnectTimeout) as fault:
                made.close()
                if others == 1 or (isinstance(fault, OSError) and fault.errno is None):
                    raise
        self.stage = Stage.CONNECTED

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
                return  # the service has closed: what it sent before is read next

    def _receive(self, clock: Clock) -> bytes:
        assert self._socket is not None  # noqa: S101 - a lane is opened first
        while True:
            if not _waited(self._socket, clock.left(self._limit(clock)), writing=False):
                raise self._late(clock, httpx.ReadTimeout)
            try:
                return self._socket.recv(CHUNK)
            except BlockingIOError:
                continue


def _connect(made: socket.socket, address: tuple[str | int | bytes, ...], seconds: float) -> None:
    try:
        made.connect(address)
    except BlockingIOError:
        if not _waited(made, seconds, writing=True):
            raise httpx.ConnectTimeout("") from None
        code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code)) from None


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
