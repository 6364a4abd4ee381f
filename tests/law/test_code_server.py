"""Fetching a list from the code server, against a local server with the recorded shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from code_pages import OID, SYSTEM, Data, concept, page
from notices import NOW

from sha_disclosure.cli.app import run
from sha_disclosure.codes import load_code_lists
from sha_disclosure.codes.fetching import fetch_code_list
from sha_disclosure.errors import ConfigurationError


class CodeServer:
    """A code server on this machine: ``codes`` it has, ``asked`` what it was asked."""

    def __init__(self) -> None:
        self.codes: list[Data] = [concept(str(n)) for n in range(1, 1203)]
        self.asked: list[str] = []
        self.spoil: Any = lambda answer: answer
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, body = outer.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/csapi/v6"

    def answer(self, path: str) -> tuple[int, bytes]:
        parts = urlsplit(path)
        if parts.path != f"/csapi/v6/classifications/{OID}/conceptcodes":
            return 404, b"{}"
        asked = parse_qs(parts.query)
        size, number = min(int(asked["pageSize"][0]), 500), int(asked["page"][0])
        chosen = self.codes[(number - 1) * size : number * size]
        pages = -(-len(self.codes) // size)
        made = page(*chosen, number=number, pages=pages, total=len(self.codes))
        spoilt = self.spoil(made)
        return 200, spoilt if isinstance(spoilt, bytes) else json.dumps(spoilt).encode()


@pytest.fixture
def server() -> Iterator[CodeServer]:
    made = CodeServer()
    thread = Thread(target=made.http.serve_forever, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as made:
        yield made


def test_every_page_is_fetched_and_no_page_is_larger_than_the_server_gives(
    server: CodeServer, client: httpx.Client
) -> None:
    read = fetch_code_list(OID, client, server.url, NOW, page_size=1000)
    assert read.system == SYSTEM
    assert [c.code for c in read.codes] == [str(n) for n in range(1, 1203)]
    assert read.imported_at == "2026-11-22T10:00:00+00:00"
    assert [urlsplit(path).query for path in server.asked] == [
        f"pageSize=500&page={n}" for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda made: b"<html>", "did not answer in JSON"),
        (lambda made: [1], "without a page"),
        (lambda made: {**made, "page": 7}, "gave another page"),
        (lambda made: {**made, "totalItems": "many"}, "`totalItems` is not a number"),
        (lambda made: {**made, "totalItems": 5}, "1202 codes came of 5"),
        (lambda made: {**made, "totalPages": 10**9}, "too many pages"),
        (lambda made: {**made, "conceptCodes": None}, "no list `conceptCodes`"),
        (lambda made: {**made, "conceptCodes": [{}]}, r"conceptCodes\[0\]: a code has no"),
        (lambda made: page(concept("1"), concept("1")), "1 codes came of 2"),
    ],
)
def test_a_list_that_does_not_come_whole_is_refused(
    spoil: Any, words: str, server: CodeServer, client: httpx.Client
) -> None:
    server.spoil = spoil
    with pytest.raises(ConfigurationError, match=words) as caught:
        fetch_code_list(OID, client, server.url, NOW)
    assert caught.value.__context__ is None


def test_a_server_that_is_not_there_or_has_not_the_list_is_told(
    server: CodeServer, client: httpx.Client
) -> None:
    with pytest.raises(ConfigurationError, match="answered 404"):
        fetch_code_list("1.2.3", client, server.url, NOW)
    with pytest.raises(ConfigurationError, match="was not reached"):
        fetch_code_list(OID, client, "http://127.0.0.1:1", NOW)
    with pytest.raises(ConfigurationError, match="is not the OID"):
        fetch_code_list("../admin", client, server.url, NOW)


def test_the_command_imports_from_the_server(
    server: CodeServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert run(["codes", "import", "--into", str(tmp_path), "--server", server.url, OID]) == 0
    assert len(load_code_lists(tmp_path).lists[SYSTEM]) == 1202
