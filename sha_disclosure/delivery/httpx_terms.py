"""Converts between httpx's requests and responses and the SDK's, for wrapping transports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx

from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.lane import Lane
from sha_disclosure.delivery.route import Route

_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


def outgoing_of(request: httpx.Request, route: Route, body: bytes) -> Outgoing:
    """Return an httpx request as a lane sends it. Raises UnsupportedProtocol."""
    if not route.leads_to(request.url):
        message = "This transport goes to the service of its settings only"
        raise httpx.UnsupportedProtocol(message)
    headers = [
        (name.decode("ascii"), value.decode("latin-1"))
        for name, value in request.headers.raw
        if name.lower() not in _FRAMING
    ]
    return Outgoing(request.method, request.url.raw_path.decode("ascii"), headers, body)


def response_on(
    lane: Lane, request: httpx.Request, fault: httpx.TransportError | None
) -> httpx.Response:
    """Return what a lane received; ``fault``, which ended it, is raised at the end of the body.

    Raises the fault immediately if the header section is incomplete.
    """
    incoming, answer = lane.incoming, lane.received
    if incoming is None or answer is None:
        raise fault or httpx.ReadError("")
    return httpx.Response(
        answer.status,
        headers=incoming.headers,
        stream=_Body(answer.body, fault),
        request=request,
        extensions={"http_version": b"HTTP/1.1", "network_stream": _Stream(lane)},
    )


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body already read, and the fault that interrupted it."""

    def __init__(self, data: bytes, fault: httpx.TransportError | None) -> None:
        self._data = data
        self._fault = fault

    def __iter__(self) -> Iterator[bytes]:
        yield self._data
        if self._fault is not None:
            raise self._fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


class _Stream:
    """The extension ``network_stream`` of httpx for a lane: its TLS object."""

    def __init__(self, lane: Lane) -> None:
        self._tls = lane.tls

    def get_extra_info(self, info: str) -> Any:
        """Return the TLS of the connection for ``ssl_object``, else None."""
        return self._tls if info == "ssl_object" else None
