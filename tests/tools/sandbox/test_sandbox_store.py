"""What the sandbox keeps, and that asking for it costs the same however much there is."""

from __future__ import annotations

import json
import resource
import sqlite3
import time
from contextlib import closing

import pytest
import wire_messages as m
from sandbox_caller import Caller, plain_http

from sha_disclosure.messages import message
from sha_disclosure.tools.sandbox import Sandbox, listing
from sha_disclosure.tools.sandbox.exchange import Answer, Exchange, Outcome, from_json, to_json
from sha_disclosure.tools.sandbox.listing import Choice
from sha_disclosure.tools.sandbox.store import Store, Stored
from sha_disclosure.tools.verifier import MessageFinding, Request

ORGANISATIONS = ("1.2.246.10.1.10.0", "1.2.246.10.2.10.0", "1.2.246.10.3.10.0")
OUTCOMES: tuple[Outcome, ...] = ("accepted", "refused", "unjudged", "accepted")
CHOICES = [
    Choice(shown, requester)
    for shown in ("", "accepted", "refused", "fault")
    for requester in ("", ORGANISATIONS[1])
]  # fmt: skip
FOUND = MessageFinding(
    "verifier.jws", "Bundle.signature", "error", (("why", message("verifier_jws.parts")),)
)


def filled(path, count, *, body=b"{}"):
    """Return a store with requests of every outcome, of three organisations."""
    store = Store(path)
    for number in range(count):
        store.keep(*kept(number, body))
        if number % 3 == 0:
            store.keep(*kept(number, body), new=[stored(number)])
    return store


def kept(number, body=b"{}"):
    outcome = OUTCOMES[number % 4]
    return (
        Exchange(
            "2026-11-26T12:00:00.000Z",
            outcome,
            Request("POST", "/fhir/", {"x": ["y"]}, body, b"certificate"),
            Answer(200, {"Date": "now"}, b"{}"),
            (MessageFinding("verifier.passed", severity="passed", check="json"),) * 5,
            (FOUND,) if outcome == "refused" else (),
            fault="status" if number % 10 == 0 else "",
            request_id=f"request-{number}",
            requester=ORGANISATIONS[number % 3],
            notices=(f"1.2.{number}",),
        ),
    )


def stored(number):
    return Stored(f"1.2.{number}", f"event-{number}", f"provenance-{number}", "digest", "now")


def work(store, ask):
    """Return how many steps SQLite takes to answer."""
    steps = 0

    def count():
        nonlocal steps
        steps += 1
        return 0

    store._database.set_progress_handler(count, 1)
    ask()
    store._database.set_progress_handler(None, 0)
    return steps


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stores")
    made = [filled(folder / f"{count}.sqlite", count) for count in (400, 2400)]
    yield made
    for store in made:
        store.close()


ASKED = {
    "the first page": lambda store, choice: listing.page(store, choice, size=10),
    "a page in the middle": lambda store, choice: listing.page(store, choice, before=300, size=10),
    "back from the end": lambda store, choice: listing.page(store, choice, after=1, size=10),
    "the counts": lambda store, choice: listing.counts(store, choice.requester),
    "organisations": lambda store, _: listing.organisations(store),
    "a search": lambda store, _: listing.search(store, "event-90"),
    "how many notices": lambda store, _: store.count(),
    "one request": lambda store, _: store.exchange(100),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_an_answer_takes_as_much_work_when_there_is_six_times_as_much(stores, asked, choice):
    few, many = (work(store, lambda store=store: ASKED[asked](store, choice)) for store in stores)
    assert many <= few * 1.1 + 50


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_a_page_is_read_from_an_index_and_never_sorted(stores, choice, order):
    conditions, values = choice.where()
    question = listing.question([*conditions, f"number {'<' if order == 'DESC' else '>'} ?"], order)
    plan = [str(row[-1]) for row in stores[1].rows(f"EXPLAIN QUERY PLAN {question}", [*values, 9])]
    assert not [step for step in plan if "TEMP B-TREE" in step or step == "SCAN exchange"]


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_pages_forward_and_back_show_every_request_once(stores, choice):
    store, seen = stores[0], []
    page = listing.page(store, choice, size=10)
    assert not page.newer
    pages = [page]
    while page.older:
        page = listing.page(store, choice, before=page.rows[-1].number, size=10)
        pages.append(page)
    seen = [row.number for page in pages for row in page.rows]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == listing.counts(store, choice.requester)[choice.shown]
    back = listing.page(store, choice, after=pages[1].rows[0].number, size=10)
    assert (back.rows, back.newer, back.older) == (pages[0].rows, False, True)


def test_a_request_is_found_by_every_id_of_it_and_by_its_number(stores):
    store = stores[0]
    newest = listing.search(store, "request-90").rows[0].number
    for name in ("request-90", "1.2.90", "event-90", "provenance-90", str(newest), f"#{newest}"):
        assert newest in [row.number for row in listing.search(store, name).rows]
    for name in ("", "request-9x", "9" * 40, "%", "' OR 1=1 --"):
        assert [row for row in listing.search(store, name).rows if row.request_id != name] == []


def test_what_is_kept_is_what_came(tmp_path):
    with closing(Store(tmp_path / "one.sqlite")) as store:
        exchange = kept(1, b'{"a": 1}')[0]
        store.keep(exchange)
        read = store.exchange(1)
        assert read is not None
        for name in ("request", "answer", "checks", "findings", "notices", "outcome", "fault"):
            assert getattr(read, name) == getattr(exchange, name)
        assert store.exchange(2) is None


def test_findings_keep_the_parameters_of_their_sentences():
    detail = message("verifier.bounds", bounds=message("verifier.bounds_least", least=2))
    found = MessageFinding(
        "verifier.header_lacks", "a", "warning", (("members", ("x", "y")),), detail
    )
    (read,) = from_json(to_json([found]))
    assert read == found
    assert read.text("fi") == found.text("fi")


def test_a_folder_of_an_earlier_version_is_read(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        caller = Caller(sandbox)
        content = m.bundle()
        assert caller.post(content, X_Request_Id=str(UUID)).status_code == 200
        caller.close()
        (before,) = sandbox.received()
    for senders in (True, False):
        made_earlier(tmp_path / "sandbox.sqlite", senders=senders)
        with Sandbox(tmp_path) as sandbox:
            (received,) = sandbox.received()
            assert received.notice_id == before.notice_id
            assert received.requester == (before.requester if senders else "")
            assert received.checks == before.checks
            (row,) = listing.page(sandbox._store, Choice()).rows
            assert (row.outcome, row.notice, row.made) == ("accepted", before.notice_id, row.passed)
            assert listing.counts(sandbox._store)["accepted"] == 1
            caller = Caller(sandbox)
            assert caller.post(content).status_code == 200
            assert caller.post(X_Request_Id=str(UUID)).status_code == 400
            caller.close()
            assert len(listing.search(sandbox._store, before.notice_id).rows) == 2


UUID = "6f1d7f6e-9c4e-4a0a-8f3e-6a1a3ed0b9b1"


def made_earlier(path, *, senders):
    """Turn the first message of a database into the tables of an earlier version."""
    with closing(sqlite3.connect(path)) as database:
        (facts,) = database.execute(
            "SELECT received_at, request_id, sha256, body, checks, requester, signing_sha256, "
            "token_sha256 FROM exchange JOIN content USING (number) WHERE number = 1"
        ).fetchall()
        for table in ("exchange", "content", "identifier", "tally", "organisation", "certificate"):
            database.execute(f"DROP TABLE {table}")
        database.execute("DELETE FROM token")
        database.execute(
            "CREATE TABLE message (number INTEGER PRIMARY KEY, received_at TEXT NOT NULL, "
            "request_id TEXT NOT NULL, sha256 TEXT NOT NULL, body BLOB NOT NULL, "
            "checks TEXT NOT NULL)"
        )
        *rest, checks = facts[:5]
        earlier = [
            (check, key, parameters) for check, key, _, _, parameters, _ in json.loads(checks)
        ]
        database.execute(
            "INSERT INTO message VALUES (1, ?, ?, ?, ?, ?)", (*rest, json.dumps(earlier))
        )
        if senders:
            database.execute("ALTER TABLE message ADD COLUMN senders TEXT")
            database.execute("UPDATE message SET senders = ?", (json.dumps(facts[5:]),))
        database.commit()


def multiply(store, count):
    """Let the first request and its notice stand ``count`` times."""
    named = {}
    for table in ("exchange", "content", "notice"):
        columns = [row[1] for row in store.rows(f"PRAGMA table_info({table})")]
        named[table] = ", ".join("n" if c == "number" else c for c in columns)
    series = "WITH RECURSIVE s(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM s WHERE n < ?) "
    for table in ("exchange", "content"):
        store.rows(
            f"INSERT INTO {table} {series} SELECT {named[table]} FROM s, {table} WHERE number = 1",
            (count,),
        )
    notice = named["notice"].replace("id,", "id || '.' || n,", 1).replace("message", "n")
    store.rows(
        f"INSERT INTO notice {series} SELECT {notice} FROM s, notice WHERE message = 1", (count,)
    )
    store.rows(f"INSERT INTO identifier {series} SELECT 'id-' || n, n FROM s", (count,))


@pytest.mark.proof
def test_a_hundred_thousand_notices_cost_a_page_no_more_time_or_memory(tmp_path):
    """The first page takes less than 0.2 s of processor time, and what it holds does not grow."""
    with Sandbox(tmp_path) as sandbox:
        store = sandbox._store
        store.keep(*kept(0, b"x" * 8000), new=[stored(0)])
        multiply(store, 100_000)
        assert (store.count(), listing.counts(store)["accepted"]) == (100_000, 100_000)
        with plain_http(sandbox.admin_url) as http:
            http.get("/")  # the templates are read once
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for path in ("/", "/?outcome=accepted", "/?before=50000", "/?id=id-70000"):
                start = time.process_time()
                assert http.get(path).status_code == 200
                assert time.process_time() - start < 0.2, path
            with http.stream("GET", "/admin/notices") as answer:
                assert sum(map(len, answer.iter_bytes())) > 100_000 * 500
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 30_000  # kB
