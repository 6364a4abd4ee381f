"""An answer being received.

Nearly all start with a complete header section that gives the length of the body: such an answer
is parsed here, any other by h11. Tests ensure that the two agree on every answer.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any, NamedTuple, Protocol, TypeVar

import h11

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.limits import ANSWER_BYTES

_T = TypeVar("_T")
Steps = Generator[bytes | None, bytes, _T]
"""An operation on a connection: yields bytes to send, or None to be given the bytes received."""

_HEAD_MAX = 100 * 1024  # bytes of an answer's header section
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9]{2}) [ -~]*\r\n((?>[A-Za-z0-9-]+: [!-~](?:[ -~]*[!-~])?\r\n)*)\r\n"
)
_FIELD = re.compile(rb"([A-Za-z0-9-]+): ([ -~]+)\r\n")
_DIGITS_MOST = 9
_BODILESS = frozenset({204, 304})
_NO_ANSWER = "the connection was closed before an answer"
_NO_END = "the connection was closed before the end of the answer"

Fields = list[tuple[bytes, bytes]]


class AnswerTooLong(Exception):  # noqa: N818 - a signal to the lane, never shown to users
    """The answer is longer than any answer of the service."""


class Source(Protocol):
    """Where an answer comes from."""

    def receive(self) -> Steps[bytes]:
        """Return the next bytes, or none at the end."""

    def at_rest(self) -> bool:
        """Return whether only complete records without content have been received."""


class _PlainHead(NamedTuple):
    """The header section of an answer with ``length`` more bytes after its first ``end``."""

    answer: Answer
    fields: Fields
    length: int
    end: int

    @classmethod
    def of(cls, data: bytes) -> _PlainHead | None:
        """Return the header section at the start of ``data``, or None unless complete and plain."""
        found = _HEAD.match(data)
        if found is None:
            return None
        fields: Fields = _FIELD.findall(found[2])
        answer = Answer.head(int(found[1]), fields)
        headers = answer.headers
        length = headers.get("content-length", "")
        if (
            not length.isdigit()
            or len(length) > _DIGITS_MOST
            or answer.status in _BODILESS
            or "transfer-encoding" in headers
            or "content-encoding" in headers
            or headers.get("connection", "keep-alive").lower() != "keep-alive"
        ):
            return None
        return cls(answer, fields, int(length), found.end())


class Incoming:
    """An answer being received; its bytes are counted as sent over the wire.

    ``headers`` are as received, ``more``: bytes were received that do not belong to the answer.
    """

    def __init__(self, source: Source, method: str) -> None:
        self._source = source
        self._method = method
        self._left = ANSWER_BYTES.value
        self._head: Answer | None = None
        self._body = bytearray()
        self._ended = False
        self.headers: Fields = []
        self.more = False

    @property
    def reusable(self) -> bool:
        """Whether it ended cleanly, nothing follows it, and the connection may be reused."""
        return self._ended and not self.more and self._source.at_rest()

    @property
    def answer(self) -> Answer | None:
        """The answer with the body received so far; None before its header section is complete."""
        head = self._head
        return head and Answer(head.status, head.headers, bytes(self._body))

    def read(self) -> Steps[Answer]:
        """Return the whole answer; an encoded body is not read."""
        data = yield from self._receive()
        plain = None if self._method == "HEAD" else _PlainHead.of(data)
        if plain is None:
            return (yield from self._read_by_h11(data))
        self._head, self.headers, length, end = plain
        self._body += data[end:]
        while len(self._body) < length:
            if not (data := (yield from self._receive())):
                raise h11.RemoteProtocolError(_NO_END)
            self._body += data
        self.more = len(self._body) > length
        del self._body[length:]
        self._ended = True
        return Answer(self._head.status, self._head.headers, bytes(self._body))

    def read_head(self) -> Steps[Answer]:
        """Return only status and headers, as for an answer to CONNECT."""
        protocol = _waiting_for_answer(self._method)
        head = yield from self._read_head(protocol)
        self.more = bool(protocol.trailing_data[0])
        return head

    def _read_by_h11(self, data: bytes) -> Steps[Answer]:
        protocol = _waiting_for_answer(self._method)
        protocol.receive_data(data)
        head = yield from self._read_head(protocol)
        if head.encoded:
            return head
        while isinstance(event := (yield from self._event(protocol)), h11.Data):
            self._body += event.data
        self.more = bool(protocol.trailing_data[0])
        self._ended = protocol.our_state is protocol.their_state is h11.DONE
        return Answer(head.status, head.headers, bytes(self._body))

    def _read_head(self, protocol: h11.Connection) -> Steps[Answer]:
        """Skip interim answers (RFC 9110 section 15.2)."""
        while not isinstance(event := (yield from self._event(protocol)), h11.Response):
            if isinstance(event, h11.ConnectionClosed):
                raise h11.RemoteProtocolError(_NO_ANSWER)
        self.headers = event.headers.raw_items()
        self._head = head = Answer.head(event.status_code, self.headers)
        return head

    def _event(self, protocol: h11.Connection) -> Steps[Any]:
        while (event := protocol.next_event()) is h11.NEED_DATA:
            protocol.receive_data((yield from self._receive()))
        return event

    def _receive(self) -> Steps[bytes]:
        data = yield from self._source.receive()
        self._left -= len(data)
        if self._left < 0:
            raise AnswerTooLong
        return data


def _waiting_for_answer(method: str) -> h11.Connection:
    """Return a connection on which a request has been sent."""
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MAX)
    # The end of an answer depends on the method only for HEAD and CONNECT (RFC 9112 section 6.3).
    asked = method if method in {"HEAD", "CONNECT"} else "GET"
    protocol.send(h11.Request(method=asked, target="*", headers=[("Host", "")]))
    protocol.send(h11.EndOfMessage())
    return protocol
