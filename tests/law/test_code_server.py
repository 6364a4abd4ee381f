"""Fetching a list from the code server, against a local server with the recorded shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from code_pages import OID, SYSTEM, Data, concept, page
from notices import NOW

from sha_disclosure.cli.app import run
from sha_disclosure.codes import CodeLists, load_code_lists
from sha_disclosure.codes.fetching import fetch_code_list
from sha_disclosure.errors import ConfigurationError

CODES = [concept(str(n)) for n in range(1, 1203)]


class CodeServer:
    """A code server on this machine: ``codes`` it has, ``asked`` what it was asked."""

    def __init__(self) -> None:
        self.codes: list[Data] = CODES.copy()
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
        # As its interface says: only the active ones, unless others are asked for.
        held = [c for c in self.codes if c["status"] in asked.get("status", ["ACTIVE"])]
        chosen = held[(number - 1) * size : number * size]
        made = page(*chosen, number=number, pages=-(-len(held) // size), total=len(held))
        spoilt = self.spoil(made)
        return 200, spoilt if isinstance(spoilt, bytes) else json.dumps(spoilt).encode()


@pytest.fixture
def server() -> Iterator[CodeServer]:
    made = CodeServer()
    thread = Thread(target=made.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(
        trust_env=False, timeout=60, verify=False
    ) as made:  # HTTP alone: no certificates
        yield made


def test_every_page_is_fetched_and_no_page_is_larger_than_the_server_gives(
    server: CodeServer, client: httpx.Client
) -> None:
    read = fetch_code_list(OID, client, server.url, NOW, page_size=1000)
    assert read.system == SYSTEM
    assert [c.code for c in read.codes] == [str(n) for n in range(1, 1203)]
    assert read.imported_at == "2026-11-22T10:00:00+00:00"
    asked = [urlsplit(path).query for path in server.asked]
    of_active = [f"status=ACTIVE&pageSize=500&page={n}" for n in (1, 2, 3)]
    assert [query for query in asked if "ACTIVE" in query] == of_active
    assert len(asked) == len(of_active) + 2


def test_codes_of_every_status_are_asked_for(server: CodeServer, client: httpx.Client) -> None:
    removed = concept("1203", status="DELETED", expirationDate="2025-06-30T00:00:00+03:00")
    server.codes += [removed, concept("1204", status="PROPOSAL")]
    lists = CodeLists.of_lists([fetch_code_list(OID, client, server.url, NOW)])
    code, proposal = lists.find(SYSTEM, "1203"), lists.find(SYSTEM, "1204")
    assert code is not None
    assert proposal is not None
    assert [code.standing_on(date(2025, 6, day)) for day in (29, 30)] == ["in_force", "in_force"]
    assert code.standing_on(date(2025, 7, 1)) == "closed"
    assert proposal.standing_on(date(2025, 7, 1)) == "proposal"


def test_one_code_in_several_periods_comes_whole(server: CodeServer, client: httpx.Client) -> None:
    server.codes = [
        concept("1", expirationDate="2018-12-31"),
        concept("1", beginDate="2019-01-01"),
        concept("1", status="DELETED", beginDate="2010-01-01", expirationDate="2015-12-31"),
    ]
    lists = CodeLists.of_lists([fetch_code_list(OID, client, server.url, NOW)])
    code = lists.find(SYSTEM, "1")
    assert code is not None
    assert all(code.valid_on(date(year, 5, 1)) for year in (2012, 2017, 2020))


def test_a_server_that_returns_every_code_at_once_doubles_none(
    server: CodeServer, client: httpx.Client
) -> None:
    server.codes = server.codes[:3]
    server.spoil = lambda made: page(*server.codes)
    assert [c.code for c in fetch_code_list(OID, client, server.url, NOW).codes] == ["1", "2", "3"]


def test_a_code_that_changed_its_status_meanwhile_is_seen(
    server: CodeServer, client: httpx.Client
) -> None:
    server.codes = [concept("1")]

    def remove(made: Data) -> Data:
        server.codes[0] = {**server.codes[0], "status": "DELETED"}
        return made

    server.spoil = lambda made: remove(made) if made["totalItems"] else made
    with pytest.raises(ConfigurationError, match="listed twice"):
        fetch_code_list(OID, client, server.url, NOW)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda made: b"<html>", "did not answer in JSON"),
        (lambda made: [1], "without a page"),
        (lambda made: {**made, "page": 7}, "returned another page"),
        (lambda made: {**made, "totalItems": "many"}, "`totalItems` is not a number"),
        (lambda made: {**made, "totalItems": 5}, "1202 of 5 codes"),
        (lambda made: {**made, "totalPages": 10**9}, "too many pages"),
        (lambda made: {**made, "conceptCodes": None}, "no list `conceptCodes`"),
        (lambda made: {**made, "conceptCodes": [{}]}, r"conceptCodes\[0\]: a code has no"),
        (lambda made: page(concept("1"), concept("1")), "1 of 2 codes"),
        (lambda made: page(), "the list has no codes"),
        (lambda made: b'{"totalItems": 1, "totalItems": 1}', "did not answer in JSON"),
    ],
)
def test_a_list_that_does_not_come_whole_is_refused(
    spoil: Any, words: str, server: CodeServer, client: httpx.Client
) -> None:
    server.spoil = lambda made: spoil(made) if made["totalItems"] else made
    with pytest.raises(ConfigurationError, match=words) as caught:
        fetch_code_list(OID, client, server.url, NOW)
    assert caught.value.__context__ is None


def test_a_server_that_is_not_there_or_has_not_the_list_is_told(
    server: CodeServer, client: httpx.Client
) -> None:
    with pytest.raises(ConfigurationError, match="answered 404"):
        fetch_code_list("1.2.3", client, server.url, NOW)
    with pytest.raises(ConfigurationError, match="could not be reached"):
        fetch_code_list(OID, client, "http://127.0.0.1:1", NOW)
    with pytest.raises(ConfigurationError, match="is not the OID"):
        fetch_code_list("../admin", client, server.url, NOW)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://koodistopalvelu.kanta.fi/codeserver/csapi/v6", "not https://"),
        ("http://127.0.0.1.example.fi/csapi", "not https://"),
        ("http://10.0.0.1/csapi", "not https://"),
        ("ftp://localhost/csapi", "not https://"),
        ("koodistopalvelu.kanta.fi", "is an https:// address"),
        ("https://user:secret@koodistopalvelu.kanta.fi", "is an https:// address"),
        ("https://koodistopalvelu.kanta.fi/csapi?a=b", "is an https:// address"),
        ("https://koodistopalvelu.kanta.fi/csapi#a", "is an https:// address"),
        ("https://[", "is an https:// address"),
    ],
)
def test_an_address_anybody_could_answer_is_not_asked(
    address: str, words: str, client: httpx.Client
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        fetch_code_list(OID, client, address, NOW)
    assert "secret" not in str(caught.value)


def test_an_answer_that_does_not_end_is_left(
    server: CodeServer, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_CODE_LIST_BYTES", "1000000")
    server.spoil = lambda made: b" " * 3_000_000
    with pytest.raises(ConfigurationError, match="longer than"):
        fetch_code_list(OID, client, server.url, NOW)


def test_a_redirection_is_not_followed(server: CodeServer) -> None:
    def moved(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "http://10.0.0.1/"}, request=request)

    with (
        httpx.Client(transport=httpx.MockTransport(moved), follow_redirects=True) as client,
        pytest.raises(ConfigurationError, match="answered 302"),
    ):
        fetch_code_list(OID, client, "https://code.server.example", NOW)


def test_the_proxy_variables_are_followed_only_when_asked(
    server: CodeServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.codes = server.codes[:3]
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    command = ["codes", "import", "--into", str(tmp_path), "--server", server.url, OID]
    assert run(command) == 0
    assert run([*command, "--proxy", "environment"]) == 4
    assert run([*command, "--proxy", "http://127.0.0.1:1"]) == 4
    assert run([*command, "--proxy", "nonsense://"]) == 4


def test_the_command_imports_from_the_server(server: CodeServer, tmp_path: Any) -> None:
    assert run(["codes", "import", "--into", str(tmp_path), "--server", server.url, OID]) == 0
    assert len(load_code_lists(tmp_path).lists[SYSTEM]) == 1202
