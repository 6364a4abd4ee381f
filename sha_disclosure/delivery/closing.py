"""Asynchronous connections of which none stays behind when a request is cancelled.

Two gaps of httpcore 1.0.9 are closed here. A socket whose TLS handshake is cancelled is not
closed (``AnyIOStream.start_tls`` catches Exception only). And a request that is cancelled
between its connection's assignment and its first byte leaves that connection in the pool for
ever, neither idle nor closed: a hundred of them, and the pool gives none any more.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from sha_disclosure.delivery.bounded import unused


class ClosingTransport(httpx.AsyncHTTPTransport):
    """httpx's asynchronous transport, the same way bare as ``BoundedTransport``."""

    def __init__(
        self, tls: ssl.SSLContext, proxy: str | None, sidecar: tuple[str, int] | None = None
    ) -> None:
        super().__init__(verify=tls, trust_env=False, proxy=proxy)
        inner = self._pool._network_backend  # noqa: SLF001
        self._pool._network_backend = _Backend(inner, sidecar)  # noqa: SLF001

    async def close_orphans(self) -> None:
        """Close the connections that serve no request and can serve none."""
        orphans = unused(self._pool, lambda each: not each.is_idle() and not each.is_closed())
        for each in orphans:
            await each.aclose()

    async def close_idle(self) -> None:
        """Close the connections that serve no request; those that do are left to end it."""
        for each in unused(self._pool, lambda each: each.is_idle()):
            await each.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(
        self, inner: httpcore.AsyncNetworkBackend, sidecar: tuple[str, int] | None
    ) -> None:
        self._inner = inner
        self._sidecar = sidecar

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        host, port = self._sidecar or (host, port)
        return _Stream(
            await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        )


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._inner.write(buffer, timeout)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._inner.aclose()
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
