"""One attempt to reach the service: sends a request, returns an answer or a failure."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import dataclass, field, replace

import httpx

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.async_transport import AsyncLaneTransport
from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.faults import failure_of
from sha_disclosure.delivery.lane import AttemptTimeout
from sha_disclosure.delivery.outcome import Failure
from sha_disclosure.delivery.route import readable_url, route_to
from sha_disclosure.delivery.transport import LaneTransport
from sha_disclosure.limits import ANSWER_BYTES
from sha_disclosure.settings import Settings, Timeouts

Transport = httpx.BaseTransport | Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""The caller's own transport, or a function that wraps the client's, such as a recorder."""
AsyncTransport = (
    httpx.AsyncBaseTransport | Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]
)
"""The same for asyncio."""


@dataclass(frozen=True, slots=True)
class Request:
    """The content of one attempt; hidden, since the token names the user."""

    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Endpoint:
    """The service for one TLS client: through its own connections, or the caller's transport."""

    def __init__(
        self, url: str, settings: Settings, tls: ssl.SSLContext, transport: Transport | None = None
    ) -> None:
        self._target = _Target.to(url, settings.timeouts)
        self._lanes: LaneTransport | None = None
        if isinstance(transport, httpx.BaseTransport):
            self._http = transport
            return
        self._lanes = LaneTransport(
            route_to(url, settings, tls), settings.timeouts, settings.connections
        )
        self._http = transport(self._lanes) if transport else self._lanes

    def exchange(self, request: Request, target: _Target | None = None) -> Answer | Failure:
        """Send one request. Raises only what comes from outside, such as KeyboardInterrupt."""
        to = target or self._target
        try:
            if self._http is self._lanes:
                return self._lanes.exchange(to.outgoing(request))
            return self._through_httpx(to, request)
        except httpx.HTTPError as fault:
            return failure_of(fault)

    def ask(self, url: str, headers: dict[str, str]) -> Answer | Failure:
        """Make a GET request, which stores nothing, at another address of the service."""
        return self.exchange(Request(headers, b""), self._target.beside(url))

    def _through_httpx(self, target: _Target, request: Request) -> Answer:
        ends_at = time.monotonic() + target.times.attempt_s
        response = self._http.handle_request(target.message(request))
        body = _Body(response)
        try:
            if not body.encoded:
                for part in _parts(response.stream):
                    body.add(part)
                    if time.monotonic() > ends_at:
                        raise AttemptTimeout("")
        finally:
            response.close()
        return body.answer()

    def retire(self) -> None:
        """Close each connection once its exchange ends; another endpoint takes over."""
        if self._lanes:
            self._lanes.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class AsyncEndpoint:
    """The same for asyncio."""

    def __init__(
        self,
        url: str,
        settings: Settings,
        tls: ssl.SSLContext,
        transport: AsyncTransport | None = None,
    ) -> None:
        self._target = _Target.to(url, settings.timeouts)
        self._lanes: AsyncLaneTransport | None = None
        if isinstance(transport, httpx.AsyncBaseTransport):
            self._http = transport
            return
        self._lanes = AsyncLaneTransport(
            route_to(url, settings, tls), settings.timeouts, settings.connections
        )
        self._http = transport(self._lanes) if transport else self._lanes

    async def exchange(self, request: Request, target: _Target | None = None) -> Answer | Failure:
        """Send one request. Raises only what comes from outside, such as a cancellation."""
        to = target or self._target
        try:
            if self._http is self._lanes:
                return await self._lanes.exchange(to.outgoing(request))
            return await self._through_httpx(to, request)
        except httpx.HTTPError as fault:
            return failure_of(fault)

    async def ask(self, url: str, headers: dict[str, str]) -> Answer | Failure:
        """Make a GET request, which stores nothing, at another address of the service."""
        return await self.exchange(Request(headers, b""), self._target.beside(url))

    async def _through_httpx(self, target: _Target, request: Request) -> Answer:
        try:
            async with asyncio.timeout(target.times.attempt_s) as bound:
                response = await self._http.handle_async_request(target.message(request))
                body = _Body(response)
                try:
                    if not body.encoded:
                        async for part in _parts_async(response.stream):
                            body.add(part)
                finally:
                    await response.aclose()
        except TimeoutError:
            if not bound.expired():
                raise
            raise AttemptTimeout("") from None
        return body.answer()

    async def retire(self) -> None:
        """Close each connection once its exchange ends; another endpoint takes over."""
        if self._lanes:
            await self._lanes.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


@dataclass(frozen=True, slots=True)
class _Target:
    """What the requests to one address have in common."""

    url: httpx.URL
    target: str
    host: str
    times: Timeouts
    method: str = "POST"

    @classmethod
    def to(cls, url: str, times: Timeouts) -> _Target:
        read = readable_url(url)  # once, as it costs as much as a signature
        return cls(read, read.raw_path.decode("ascii"), read.netloc.decode("ascii"), times)

    def beside(self, url: str) -> _Target:
        """Return another address of the same service, for requests that store nothing."""
        return replace(self.to(url, self.times), method="GET")

    def outgoing(self, request: Request) -> Outgoing:
        headers = [("Host", self.host), *request.headers.items()]
        return Outgoing(self.method, self.target, headers, request.body)

    def message(self, request: Request) -> httpx.Request:
        limits = {
            "connect": self.times.connect_s,
            "read": self.times.read_s,
            "write": self.times.write_s,
            "pool": self.times.connect_s,
        }
        return httpx.Request(
            self.method,
            self.url,
            headers=request.headers,
            content=request.body,
            extensions={"timeout": limits},
        )


def _parts(stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> Iterable[bytes]:
    if isinstance(stream, httpx.SyncByteStream):
        return stream
    message = "the transport is one for asyncio: AsyncKantaClient takes it"
    raise TypeError(message)


def _parts_async(stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> AsyncIterable[bytes]:
    if isinstance(stream, httpx.AsyncByteStream):
        return stream
    message = "the transport is one for threads: KantaClient takes it"
    raise TypeError(message)


class _Body:
    """The body of an httpx response, bounded and as sent over the wire."""

    def __init__(self, response: httpx.Response) -> None:
        self._read = bytearray()
        self._head = Answer.head(response.status_code, response.headers.raw)
        self.encoded = self._head.encoded

    def add(self, part: bytes) -> None:
        self._read += part
        if len(self._read) > ANSWER_BYTES.value:
            message = "the answer is too long to be one"
            raise httpx.RemoteProtocolError(message)

    def answer(self) -> Answer:
        return replace(self._head, body=bytes(self._read))
