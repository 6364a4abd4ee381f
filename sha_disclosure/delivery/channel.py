"""The bytes of one connection, without input or output: TLS, a proxy's tunnel, one exchange.

What is done on a connection is written once, as generators: each yields bytes to send, or None
to be given the bytes received (empty at the end of the stream). ``lane`` runs them on a socket,
for threads and for asyncio.
"""

from __future__ import annotations

import ssl
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import h11

from sha_disclosure.limits import ANSWER_BYTES

_T = TypeVar("_T")
Steps = Generator[bytes | None, bytes, _T]

_HEAD_MAX = 100 * 1024  # bytes of an answer's head
_CHUNK = 64 * 1024
_NO_ANSWER = "the connection was closed before an answer"


class ProxyRefusal(Exception):  # noqa: N818 - a signal to the lane, never shown to users
    """The proxy opened no tunnel; its text is the HTTP status."""


class AnswerTooLong(Exception):  # noqa: N818 - a signal to the lane, never shown to users
    """The answer is longer than any answer of the service."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One HTTP request; hidden, since the token names the user."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)


class Channel:
    """The layers of TLS of one connection, the outermost first, and what is read through them."""

    def __init__(self) -> None:
        self._layers: list[_Tls] = []

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The innermost TLS, which the service itself speaks."""
        return self._layers[-1].object if self._layers else None

    def start_tls(self, context: ssl.SSLContext, host: str) -> Steps[None]:
        """Shake hands within the layers that stand already."""
        layer = _Tls(context, host)
        finished = False
        while not finished:
            try:
                finished = layer.shake_hands()
            except ssl.SSLError:
                if alert := layer.to_send():
                    yield from self.send(alert)
                raise
            if data := layer.to_send():
                yield from self.send(data)
            if not finished:
                layer.feed((yield from self.receive()))
        self._layers.append(layer)

    def tunnel(self, host: str, port: int, authorization: str | None) -> Steps[None]:
        """Let a proxy open a tunnel (RFC 9110 section 9.3.6). Raises ProxyRefusal."""
        authority = f"{host}:{port}"
        headers = [("Host", authority)]
        if authorization:
            headers.append(("Proxy-Authorization", authorization))
        protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MAX)
        yield from self.send(
            _sent(protocol, h11.Request(method="CONNECT", target=authority, headers=headers))
        )
        answer = yield from Incoming(self, protocol).read_head()
        if not 200 <= answer.status < 300 or protocol.trailing_data[0]:
            raise ProxyRefusal(answer.status)

    def request(self, request: Outgoing) -> Steps[Incoming]:
        """Send a request, head and body in one piece; return its answer from the head on."""
        protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MAX)
        head = h11.Request(
            method=request.method, target=request.target, headers=list(request.headers)
        )
        yield from self.send(_sent(protocol, head, request.body))
        return (yield from Incoming(self, protocol).read_head())

    def at_rest(self, received: bytes = b"") -> bool:
        """Return whether nothing but whole records without content has come.

        A session ticket (RFC 8446 section 4.6.1) is such a record; content that no request
        asked for must never be taken for an answer (RFC 9112 section 9.2).
        """
        if not self._layers:
            return not received
        first, *others = self._layers
        if received:
            first.feed(received)
        return not others and first.whole and first.content() is None

    def send(self, data: bytes) -> Steps[None]:
        """Send bytes through every layer."""
        for layer in reversed(self._layers):
            data = layer.sealed(data)
        yield data

    def receive(self) -> Steps[bytes]:
        """Return the next bytes, or none at the end."""
        return (yield from self._receive(len(self._layers)))

    def _receive(self, depth: int) -> Steps[bytes]:
        if depth == 0:
            return (yield None)
        layer = self._layers[depth - 1]
        while (content := layer.content()) is None:
            layer.feed((yield from self._receive(depth - 1)))
        return content


class Incoming:
    """An answer as it comes in; its bytes are counted as they are on the wire."""

    def __init__(self, channel: Channel, protocol: h11.Connection) -> None:
        self._channel = channel
        self._protocol = protocol
        self._size = 0
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []

    @property
    def reusable(self) -> bool:
        """Whether it ended cleanly, nothing came behind it, and the connection may go on."""
        protocol = self._protocol
        ended = protocol.our_state is h11.DONE and protocol.their_state is h11.DONE
        return ended and not protocol.trailing_data[0] and self._channel.at_rest()

    def read_head(self) -> Steps[Incoming]:
        """Read status and headers; interim answers (RFC 9110 section 15.2) are passed over."""
        while True:
            event = yield from self._event()
            if isinstance(event, h11.Response):
                self.status = event.status_code
                self.headers = event.headers.raw_items()
                return self
            if isinstance(event, h11.ConnectionClosed):
                raise h11.RemoteProtocolError(_NO_ANSWER)

    def part(self) -> Steps[bytes]:
        """Return the next part of the body, or nothing at its end."""
        event = yield from self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    def _event(self) -> Steps[Any]:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            data = yield from self._channel.receive()
            self._size += len(data)
            if self._size > ANSWER_BYTES.value:
                raise AnswerTooLong
            self._protocol.receive_data(data)
        return event


def _sent(protocol: h11.Connection, head: h11.Request, body: bytes = b"") -> bytes:
    parts = [protocol.send(head)]
    if body:
        parts.append(protocol.send(h11.Data(data=body)))
    parts.append(protocol.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)


class _Tls:
    """One layer of TLS between two buffers in memory."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self._received, self._to_send, server_hostname=host)
        self._header = b""
        self._missing = 0

    def shake_hands(self) -> bool:
        """Go on with the handshake; return whether it is finished."""
        try:
            self.object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def to_send(self) -> bytes:
        return self._to_send.read()

    def sealed(self, data: bytes) -> bytes:
        view = memoryview(data)
        while view:
            view = view[self.object.write(view) :]
        return self._to_send.read()

    def feed(self, data: bytes) -> None:
        """Take what was received; nothing means the end."""
        if data:
            self._count(data)
            self._received.write(data)
        else:
            self._received.write_eof()

    def content(self) -> bytes | None:
        """Return what was received, decrypted: nothing at the end, None when more must come."""
        try:
            return self.object.read(_CHUNK)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    @property
    def whole(self) -> bool:
        """Whether what was received ends with the end of a record."""
        return not self._header and not self._missing

    def _count(self, data: bytes) -> None:
        """Follow the records: five bytes of header, the last two a length (RFC 8446, 5.1)."""
        at = 0
        while at < len(data):
            if self._missing:
                step = min(self._missing, len(data) - at)
                self._missing -= step
            else:
                step = min(5 - len(self._header), len(data) - at)
                self._header += data[at : at + step]
                if len(self._header) == 5:
                    self._missing = int.from_bytes(self._header[3:])
                    self._header = b""
            at += step
