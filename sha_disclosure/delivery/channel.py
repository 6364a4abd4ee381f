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

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.limits import ANSWER_BYTES

_T = TypeVar("_T")
Steps = Generator[bytes | None, bytes, _T]

_HEAD_MAX = 100 * 1024  # bytes of an answer's head
_RECORD = 16 * 1024  # the most that a record of TLS holds (RFC 8446 section 5.1)
_END = b"\r\n"
_VISIBLE = bytes(range(0x20, 0x7F))
_NO_ANSWER = "the connection was closed before an answer"
_NO_HEAD = "a request's head is visible ASCII"


class ProxyRefusal(Exception):  # noqa: N818 - a signal to the lane, never shown to users
    """The proxy opened no tunnel; its text is the HTTP status."""


class AnswerTooLong(Exception):  # noqa: N818 - a signal to the lane, never shown to users
    """The answer is longer than any answer of the service."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One HTTP request, ``headers`` without its length; hidden, since the token names the user."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def encoded(self) -> bytes:
        """Return head and body in one piece. Raises LocalProtocolError and UnicodeError."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join((*lines, "", "")).encode("ascii")
        if head.translate(None, _VISIBLE) != _END * (len(lines) + 1):
            raise h11.LocalProtocolError(_NO_HEAD)
        return head + self.body


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
                    yield self.sealed(alert)
                raise
            if data := layer.to_send():
                yield self.sealed(data)
            if not finished:
                layer.feed((yield from self.receive()))
        self._layers.append(layer)

    def tunnel(self, host: str, port: int, authorization: str | None) -> Steps[None]:
        """Let a proxy open a tunnel (RFC 9110 section 9.3.6). Raises ProxyRefusal."""
        authority = f"{host}:{port}"
        headers = [("Host", authority)]
        if authorization:
            headers.append(("Proxy-Authorization", authorization))
        yield self.sealed(Outgoing("CONNECT", authority, headers).encoded())
        incoming = Incoming(self, "CONNECT")
        head = yield from incoming.read_head()
        if not 200 <= head.status < 300 or incoming.more:
            raise ProxyRefusal(head.status)

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

    def sealed(self, data: bytes) -> bytes:
        """Return what goes out for bytes that are sent through every layer."""
        for layer in reversed(self._layers):
            data = layer.sealed(data)
        return data

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

    def __init__(self, channel: Channel, method: str) -> None:
        self._channel = channel
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MAX)
        for event in _ASKED.get(method, _ASKED["GET"]):
            self._protocol.send(event)
        self._left = ANSWER_BYTES.value
        self._head: Answer | None = None
        self._body = bytearray()
        self.headers: list[tuple[bytes, bytes]] = []

    @property
    def reusable(self) -> bool:
        """Whether it ended cleanly, nothing came behind it, and the connection may go on."""
        protocol = self._protocol
        ended = protocol.our_state is h11.DONE and protocol.their_state is h11.DONE
        return ended and not self.more and self._channel.at_rest()

    @property
    def more(self) -> bool:
        """Whether bytes came that are not the answer's."""
        return bool(self._protocol.trailing_data[0])

    @property
    def answer(self) -> Answer | None:
        """The answer with what has come of its body; None before its head has come."""
        head = self._head
        return head and Answer(head.status, head.headers, bytes(self._body))

    def read(self) -> Steps[Answer]:
        """Return the whole answer; the body of one in an encoding is left unread."""
        head = yield from self.read_head()
        if head.encoded:
            return head
        while isinstance(event := (yield from self._event()), h11.Data):
            self._body += event.data
        return Answer(head.status, head.headers, bytes(self._body))

    def read_head(self) -> Steps[Answer]:
        """Return status and headers; interim answers (RFC 9110 section 15.2) are passed over."""
        while not isinstance(event := (yield from self._event()), h11.Response):
            if isinstance(event, h11.ConnectionClosed):
                raise h11.RemoteProtocolError(_NO_ANSWER)
        self.headers = event.headers.raw_items()
        self._head = head = Answer.head(event.status_code, self.headers)
        return head

    def _event(self) -> Steps[Any]:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            data = yield from self._channel.receive()
            self._left -= len(data)
            if self._left < 0:
                raise AnswerTooLong
            self._protocol.receive_data(data)
        return event


# Where an answer ends depends on the method only for HEAD and CONNECT (RFC 9112 section 6.3).
_ASKED = {
    method: (h11.Request(method=method, target="*", headers=[("Host", "")]), h11.EndOfMessage())
    for method in ("GET", "HEAD", "CONNECT")
}


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
        received = self._received
        if not received.pending and not received.eof and not self.object.pending():
            return None  # as OpenSSL would say, at the cost of an exception
        try:
            return self.object.read(_RECORD)
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
