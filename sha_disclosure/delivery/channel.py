"""The bytes of one connection, without input or output: TLS, a proxy's tunnel, a request.

Each operation on a connection is a generator: it yields bytes to send, or None to be given the
bytes received (empty at the end of the stream). ``lane`` runs them on a socket, for threads and
for asyncio.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

import h11

from sha_disclosure.delivery.incoming import Incoming, Steps

_RECORD = 16 * 1024  # the most that a record of TLS holds (RFC 8446 section 5.1)
_END = b"\r\n"
_VISIBLE = bytes(range(0x20, 0x7F))
_NO_HEAD = "a request's head is visible ASCII"


class ProxyRefusal(Exception):  # noqa: N818 - a signal to the lane, never shown to users
    """The proxy did not open a tunnel; the text is the HTTP status."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One HTTP request, ``headers`` without its length; hidden, since the token names the user."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def encoded(self) -> bytes:
        """Return header section and body as one. Raises LocalProtocolError and UnicodeError."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join((*lines, "", "")).encode("ascii")
        if head.translate(None, _VISIBLE) != _END * (len(lines) + 1):
            raise h11.LocalProtocolError(_NO_HEAD)
        return head + self.body


class Channel:
    """The TLS layers of one connection, the outermost first, and the data read through them."""

    def __init__(self) -> None:
        self._layers: list[_Tls] = []

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The innermost TLS layer, which the service itself terminates."""
        return self._layers[-1].object if self._layers else None

    def start_tls(self, context: ssl.SSLContext, host: str) -> Steps[None]:
        """Do a TLS handshake within the existing layers."""
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
        """Make a proxy open a tunnel (RFC 9110 section 9.3.6). Raises ProxyRefusal."""
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
        """Return whether only complete records without content have been received.

        A session ticket (RFC 8446 section 4.6.1) is such a record; unsolicited content must never
        be taken for an answer (RFC 9112 section 9.2).
        """
        if not self._layers:
            return not received
        first, *others = self._layers
        if received:
            first.feed(received)
        return not others and first.whole and first.content() is None

    def sealed(self, data: bytes) -> bytes:
        """Return the bytes to send after encryption by every layer."""
        for layer in reversed(self._layers):
            data = layer.sealed(data)
        return data

    def receive(self) -> Steps[bytes]:
        """Return the next bytes, or none at the end."""
        return self._receive(len(self._layers))

    def _receive(self, depth: int) -> Steps[bytes]:
        if depth == 0:
            return (yield None)
        layer = self._layers[depth - 1]
        while (content := layer.content()) is None:
            layer.feed((yield None) if depth == 1 else (yield from self._receive(depth - 1)))
        return content


class _Tls:
    """One TLS layer between two memory buffers."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self._received, self._to_send, server_hostname=host)
        self._header = b""
        self._missing = 0

    def shake_hands(self) -> bool:
        """Continue the handshake; return whether it is complete."""
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
        """Process received bytes; empty means the end of the stream."""
        if data:
            self._count(data)
            self._received.write(data)
        else:
            self._received.write_eof()

    def content(self) -> bytes | None:
        """Return decrypted data: empty at the end, None if more input is needed."""
        received = self._received
        if not received.pending and not received.eof and not self.object.pending():
            return None  # as OpenSSL would say, but without the cost of an exception
        try:
            return self.object.read(_RECORD)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    @property
    def whole(self) -> bool:
        """Whether the received data ends at a record boundary."""
        return not self._header and not self._missing

    def _count(self, data: bytes) -> None:
        """Track records: five bytes of header, the last two a length (RFC 8446, 5.1)."""
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
