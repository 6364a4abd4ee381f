"""The line to the service: one request out, one answer or failure back, over mutual TLS."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from sha_disclosure.delivery.bounded import BoundedTransport, Until
from sha_disclosure.delivery.closing import ClosingTransport
from sha_disclosure.delivery.network import Watch, failure_of, proxy_for
from sha_disclosure.delivery.outcome import Answer, Failure, unknown
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings import Settings, Timeouts

_ANSWER_LIMIT = 4 * 1024 * 1024  # bytes; far above any transaction-response of one message


_T = TypeVar("_T")

Transport = httpx.BaseTransport | Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""A transport of the caller's own, or a function that wraps the client's, as a recorder does."""
AsyncTransport = (
    httpx.AsyncBaseTransport | Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]
)
"""The same for asyncio."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one attempt sends; hidden, since the token names the user."""

    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Line:
    """A line for threads: keeps connections alive and each exchange within its time."""

    def __init__(
        self,
        url: str,
        settings: Settings,
        tls: ssl.SSLContext,
        transport: Transport | None = None,
    ) -> None:
        self._url = _url(url)  # read once: that costs as much as a signature
        self._times = settings.timeouts
        self._connections: BoundedTransport | None = None
        self._retired = False
        if isinstance(transport, httpx.BaseTransport):
            self._http = transport
            return
        self._connections = _opened(lambda *at: BoundedTransport(tls, *at), settings)
        self._http = transport(self._connections) if transport else self._connections

    def exchange(self, request: Request) -> Answer | Failure:
        """Send one request. Raises nothing but what comes from outside, such as Ctrl-C."""
        watch, ends_at = Watch(), time.monotonic() + self._times.attempt_s
        timeout = {
            name: Until(seconds, ends_at) for name, seconds in _timeouts(self._times).items()
        }
        try:
            response = self._http.handle_request(
                _message(self._url, request, timeout=timeout, trace=watch.see)
            )
            try:
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > _ANSWER_LIMIT:
                        return _TOO_LONG
            finally:
                response.close()
        except Exception as fault:  # noqa: BLE001 - whatever the libraries below let through
            overdue = time.monotonic() >= ends_at
            return failure_of(fault, nothing_left=watch.nothing_left, overdue=overdue)
        finally:
            if self._retired and self._connections:
                self._connections.close_idle()
        return Answer(response.status_code, response.headers, bytes(body))

    def retire(self) -> None:
        """Close each connection as soon as it serves no exchange; another line takes over."""
        self._retired = True
        if self._connections:
            self._connections.close_idle()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class AsyncLine:
    """The same line for asyncio."""

    def __init__(
        self,
        url: str,
        settings: Settings,
        tls: ssl.SSLContext,
        transport: AsyncTransport | None = None,
    ) -> None:
        self._url = _url(url)
        self._times = settings.timeouts
        self._timeout = _timeouts(settings.timeouts)
        self._connections: ClosingTransport | None = None
        self._retired = False
        if isinstance(transport, httpx.AsyncBaseTransport):
            self._http = transport
            return
        self._connections = _opened(lambda *at: ClosingTransport(tls, *at), settings)
        self._http = transport(self._connections) if transport else self._connections

    async def exchange(self, request: Request) -> Answer | Failure:
        """Send one request. Raises nothing but what comes from outside: cancellation, Ctrl-C."""
        watch, bound = Watch(), asyncio.timeout(self._times.attempt_s)
        try:
            async with bound:
                response = await self._http.handle_async_request(
                    _message(self._url, request, timeout=self._timeout, trace=watch.see_later)
                )
                try:
                    body = bytearray()
                    async for part in response.aiter_bytes():
                        body += part
                        if len(body) > _ANSWER_LIMIT:
                            return _TOO_LONG
                finally:
                    await response.aclose()
        except Exception as fault:  # noqa: BLE001 - whatever the libraries below let through
            await self._close_orphans()
            return failure_of(fault, nothing_left=watch.nothing_left, overdue=bound.expired())
        except BaseException:
            await self._close_orphans()
            raise
        finally:
            if self._retired and self._connections:
                await self._connections.close_idle()
        return Answer(response.status_code, response.headers, bytes(body))

    async def retire(self) -> None:
        """Close each connection as soon as it serves no exchange; another line takes over."""
        self._retired = True
        if self._connections:
            await self._connections.close_idle()

    async def _close_orphans(self) -> None:
        if self._connections:
            await self._connections.close_orphans()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


_TOO_LONG = unknown("the answer is too long to be one")


def _message(url: httpx.URL, request: Request, **extensions: Any) -> httpx.Request:
    return httpx.Request(
        "POST", url, headers=request.headers, content=request.body, extensions=extensions
    )


def _timeouts(times: Timeouts) -> dict[str, float]:
    return {
        "connect": times.connect_s,
        "read": times.read_s,
        "write": times.write_s,
        "pool": times.connect_s,
    }


def _url(url: str) -> httpx.URL:
    """Return the address, read by the network library and fit for a name server."""
    try:
        made = httpx.URL(url)
        made.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        made = httpx.URL()
    if not made.host:
        raise ConfigurationError("Settings: base_url: the host is no name a name server could know")
    return made


def _opened(make: Callable[[str | None, tuple[str, int] | None], _T], settings: Settings) -> _T:
    sidecar = settings.tls.sidecar_address if settings.tls else None
    if sidecar and settings.proxy:
        raise ConfigurationError(
            "Settings: proxy and tls.sidecar exclude one another: connections are opened at the "
            "sidecar. Let the sidecar use the proxy, or take one of the two away"
        )
    fault = "not a URL of a kind that is known: http, https or socks5"
    try:
        return make(proxy_for(settings), sidecar)
    except ImportError:
        fault = "a SOCKS proxy needs one package more: pip install 'httpx[socks]'"
    except (ValueError, httpx.InvalidURL):
        pass
    raise ConfigurationError(f"Settings: proxy: {fault}")
