"""The exchanges of a case, recorded by a transport wrapped around the client's, unmodified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate

from sha_disclosure.editions.wire import Wire
from sha_disclosure.sources import Sources

Headers = tuple[tuple[str, str], ...]


def request_id_header(wire: Wire) -> str:
    """Return the name of the request header that carries its id."""
    return next(h.name for h in wire.header.values() if "{request_id}" in h.value)


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as sent over the wire.

    ``body`` and ``answer_body`` are the bytes sent and received; for an interrupted answer, the
    part received. ``fault`` is the class name of what ended it, if there was no answer.
    ``outcome`` and ``wait_s`` (the wait after it) are the client's view of it; ``started``
    is a time of a monotonic clock.
    """

    began_at: datetime
    method: str
    target: str
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    status: int | None = None
    started: float = 0.0
    version: str = "HTTP/1.1"
    answer_headers: Headers = field(default=(), repr=False)
    answer_body: bytes = field(default=b"", repr=False)
    fault: str = ""
    seconds: float = 0.0
    tls: str = ""
    server_certificate: str = ""
    outcome: str = ""
    wait_s: float | None = None

    def header(self, name: str) -> str:
        """Return a request header, or an empty string."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")

    def request_id(self, wire: Wire) -> str:
        """Return the id of the request, or an empty string."""
        return self.header(request_id_header(wire))

    @property
    def request_line(self) -> str:
        """The first line of the request."""
        return f"{self.method} {self.target} HTTP/1.1"

    @property
    def status_line(self) -> str:
        """The first line of the answer, or a description of what happened instead."""
        if self.status is None:
            return f"({self.fault})"
        known = {each.value: each.phrase for each in HTTPStatus}
        return f"{self.version} {self.status} {known.get(self.status, '')}".rstrip()


class Recorder:
    """Records the exchanges of one case, in order. Pass ``around`` to ``KantaClient``."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.exchanges: list[Exchange] = []

    def around(self, inner: httpx.BaseTransport) -> httpx.BaseTransport:
        """Return a transport that records the exchanges of ``inner``."""
        return _RecordingTransport(inner, self)

    def begin(self, request: httpx.Request) -> Exchange:
        """Record a request that is about to be sent."""
        exchange = Exchange(
            self._sources.clock(),
            request.method,
            request.url.raw_path.decode("ascii"),
            _texts(request.headers),
            request.content,
            started=self._sources.monotonic(),
        )
        self.exchanges.append(exchange)
        return exchange

    def end(self, exchange: Exchange) -> None:
        """Record the duration of an exchange."""
        exchange.seconds = self._sources.monotonic() - exchange.started


def _texts(headers: httpx.Headers) -> Headers:
    return tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in headers.raw)


class _RecordingTransport(httpx.BaseTransport):
    def __init__(self, inner: httpx.BaseTransport, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = self._recorder.begin(request)
        try:
            response = self._inner.handle_request(request)
        except BaseException as error:
            exchange.fault = type(error).__name__
            self._recorder.end(exchange)
            raise
        exchange.status = response.status_code
        exchange.answer_headers = _texts(response.headers)
        exchange.version = response.extensions.get("http_version", b"HTTP/1.1").decode("ascii")
        _record_tls(exchange, response.extensions.get("network_stream"))
        stream = response.stream
        if not isinstance(stream, httpx.SyncByteStream):  # pragma: no cover - never by this library
            raise TypeError("the transport gave a stream for asyncio")
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_RecordingStream(stream, exchange, self._recorder),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._inner.close()


class _RecordingStream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, exchange: Exchange, recorder: Recorder) -> None:
        self._inner = inner
        self._exchange = exchange
        self._recorder = recorder

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._inner:
                self._exchange.answer_body += part
                yield part
        except Exception as error:
            self._exchange.fault = type(error).__name__
            raise

    def close(self) -> None:
        self._recorder.end(self._exchange)
        self._inner.close()


def _record_tls(exchange: Exchange, stream: Any) -> None:
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    if tls is None:
        return
    exchange.tls = f"{tls.version()} {tls.cipher()[0]}"
    der = tls.getpeercert(True)
    exchange.server_certificate = load_der_x509_certificate(der).fingerprint(SHA256()).hex()
