"""An end to a whole exchange: no service can hold a worker by sending a byte now and then.

The network library bounds each single read and write. Its sockets are wrapped here so that a
time-out can also end at a moment; for asyncio ``asyncio.timeout`` does the same.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

import httpcore
import httpx

_RECORD = 16 * 1024  # bytes of a TLS record (RFC 8446 section 5.1)


class Until(float):
    """A time-out in seconds that also ends at a moment of the monotonic clock."""

    ends_at: float
    _clock: Callable[[], float]

    def __new__(
        cls, seconds: float, ends_at: float, clock: Callable[[], float] = time.monotonic
    ) -> Self:
        """Return the time-out; it is passed on by the network library as it is."""
        made = super().__new__(cls, seconds)
        made.ends_at = ends_at
        made._clock = clock
        return made

    def left(self) -> float:
        """Return the seconds that one read or write may take now; 0 or less: none."""
        return min(float(self), self.ends_at - self._clock())


class BoundedTransport(httpx.HTTPTransport):
    """httpx's transport on sockets that keep ``Until``.

    The transport alone, without httpx's client on top: no cookies, no redirects, no proxy
    variables, no log of URLs, and a third less time for each message.
    """

    def __init__(
        self, tls: ssl.SSLContext, proxy: str | None, sidecar: tuple[str, int] | None = None
    ) -> None:
        super().__init__(verify=tls, trust_env=False, proxy=proxy)
        # httpx has no parameter for the backend of its pool, as httpcore's pools have.
        inner = self._pool._network_backend  # noqa: SLF001
        self._pool._network_backend = _Backend(inner, sidecar)  # noqa: SLF001

    def close_idle(self) -> None:
        """Close the connections that serve no request; those that do are left to end it."""
        pool = self._pool
        with pool._optional_thread_lock:  # noqa: SLF001
            idle = unused(pool, lambda each: each.is_idle())
        for each in idle:
            each.close()


def unused(pool: Any, wanted: Callable[[Any], bool]) -> list[Any]:
    """Take the wanted connections that serve no request out of a pool and return them.

    The pool has no public way to tell which connection serves which request. One that was
    given to a request a moment ago looks idle still.
    """
    serving = {id(request.connection) for request in pool._requests}  # noqa: SLF001
    found = [c for c in pool.connections if id(c) not in serving and wanted(c)]
    for each in found:
        pool._connections.remove(each)  # noqa: SLF001
    return found


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, sidecar: tuple[str, int] | None) -> None:
        self._inner = inner
        self._sidecar = sidecar

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        host, port = self._sidecar or (host, port)
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # A record at a time: a longer write would begin its time-out anew for each record.
        for start in range(0, len(buffer), _RECORD):
            part = buffer[start : start + _RECORD]
            self._inner.write(part, _left(timeout, httpcore.WriteTimeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(timeout: float | None, fault: type[Exception]) -> float | None:
    if not isinstance(timeout, Until):
        return timeout
    left = timeout.left()
    if left <= 0:
        raise fault
    return left
