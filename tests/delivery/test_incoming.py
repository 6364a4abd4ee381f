"""An answer is read as h11 reads it, however plain or odd it is and in whatever pieces it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from proofs import examples

from sha_disclosure.delivery.channel import Channel
from sha_disclosure.delivery.incoming import AnswerTooLong, Incoming

Fields = list[tuple[bytes, bytes]]


@dataclass
class Seen:
    """What is known of an answer once it has ended, or the connection has."""

    status: int | None = None
    fields: Fields | None = None
    body: bytes = b""
    whole: bool = False
    reusable: bool = False


def read(pieces: Sequence[bytes], method: str = "POST") -> Seen:
    """Read an answer as the lanes do."""
    incoming = Incoming(Channel(), method)
    steps, waiting = incoming.read(), iter((*pieces, b"", b""))
    seen = Seen()
    try:
        next(steps)
        while True:
            steps.send(next(waiting))
    except StopIteration as end:
        seen.whole = end.value == incoming.answer
        seen.reusable = incoming.reusable
    except (h11.RemoteProtocolError, AnswerTooLong):
        pass
    if answer := incoming.answer:
        seen.status, seen.fields, seen.body = answer.status, incoming.headers, answer.body
    left = len(list(waiting)) > 2  # pieces that nobody waited for
    seen.reusable &= not left
    return seen


def read_by_h11(pieces: Sequence[bytes], method: str = "POST") -> Seen:
    """Read it by h11 alone."""
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=100 * 1024)
    protocol.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
    protocol.send(h11.EndOfMessage())
    seen, waiting = Seen(), iter((*pieces, b""))
    try:
        while not seen.whole:
            event = protocol.next_event()
            if event is h11.NEED_DATA:
                protocol.receive_data(next(waiting))
            elif isinstance(event, h11.Response):
                seen.status, seen.fields = event.status_code, event.headers.raw_items()
            elif isinstance(event, h11.Data):
                seen.body += event.data
            elif isinstance(event, h11.ConnectionClosed):
                break
            elif isinstance(event, h11.EndOfMessage):
                seen.whole = True
    except h11.RemoteProtocolError:
        pass
    ended = protocol.our_state is protocol.their_state is h11.DONE
    left = protocol.trailing_data[0] or len(list(waiting)) > 1
    seen.reusable = ended and not left
    return seen


def fields() -> st.SearchStrategy[str]:
    """Return lines of headers: such as services send, and odd ones."""
    odd = st.text(st.characters(codec="latin-1"), max_size=12)
    return st.one_of(
        st.sampled_from(
            [
                "Content-Type: application/fhir+json",
                "Date: Fri, 27 Nov 2026 10:00:00 GMT",
                "X-Request-Id: 0e0e6f7c",
                "Set-Cookie: a=b; Path=/",
                "Connection: keep-alive",
                "Connection: Keep-Alive",
                "connection: close",
                "Connection: keep-alive, close",
                "Content-Length: 5",
                "content-length: 5, 5",
                "Content-Length: 6",
                "Content-Length: 007",
                "Content-Length: +5",
                "Content-Length: 5 ",
                "Content-Length: 99999999999999999999999",
                "Transfer-Encoding: chunked",
                "Transfer-Encoding: gzip",
                "Upgrade: h2c",
                "Server:",
                "Server:  a",
                "Server:\ta b \t",
                " folded",
                "Server : a",
                "Server: a\x00b",
            ]
        ),
        st.tuples(odd, odd).map(": ".join),
    )


STATUS_LINES = [
    "HTTP/1.1 200 OK",
    "HTTP/1.1 201 Created",
    "HTTP/1.1 200 ",
    "HTTP/1.1 200",
    "HTTP/1.1 204 No Content",
    "HTTP/1.1 304 Not Modified",
    "HTTP/1.1 400 Bad Request",
    "HTTP/1.1 503 Väärin",
    "HTTP/1.1 600 Far",
    "HTTP/1.0 200 OK",
    "HTTP/1.1  200 OK",
    "http/1.1 200 OK",
    "HTTP/2.0 200 OK",
    "\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 101 Switching",
]

ANSWERS = st.builds(
    lambda status, lines, ending, length, body: (
        ending.join(
            (status, *lines, *([] if length is None else [f"Content-Length: {length}"]), "", "")
        ).encode("latin-1")
        + body
    ),
    st.sampled_from(STATUS_LINES[:2]) | st.sampled_from(STATUS_LINES),
    st.lists(fields(), max_size=4),
    st.sampled_from(["\r\n", "\r\n", "\r\n", "\n"]),
    st.none() | st.integers(0, 8),
    st.binary(max_size=8) | st.sampled_from([b"hello", b"5\r\nhello\r\n0\r\n\r\n"]),
)


def in_pieces(data: bytes, places: Sequence[int]) -> list[bytes]:
    cuts = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(cuts)]


@settings(max_examples=examples(60, 1000))
@given(ANSWERS, st.lists(st.integers(0, 400), max_size=4), st.sampled_from(["POST", "GET", "HEAD"]))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", [], "POST")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", [38], "POST")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", [], "POST")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!", [], "POST")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", [], "POST")
def test_an_answer_is_read_as_h11_reads_it(data: bytes, places: list[int], method: str) -> None:
    pieces = in_pieces(data, places)
    assert read(pieces, method) == read_by_h11(pieces, method)


@pytest.mark.parametrize("at", [20, 42])
def test_what_came_of_an_answer_is_known_while_it_comes(at: int) -> None:
    data = b"HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nhello"
    incoming = Incoming(Channel(), "POST")
    steps = incoming.read()
    next(steps)
    steps.send(data[:at])
    answer = incoming.answer
    seen = answer and (answer.status, dict(answer.headers), answer.body)
    assert seen == (None if at == 20 else (503, {"content-length": "5"}, data[40:at]))


def test_an_answer_beyond_the_limit_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_ANSWER_BYTES", "1000")
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"
    steps = Incoming(Channel(), "POST").read()
    next(steps)
    steps.send(head)
    with pytest.raises(AnswerTooLong):
        steps.send(bytes(1000))
