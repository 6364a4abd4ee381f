"""The sandbox's storage: requests with their answers, notices, and token ids, in SQLite."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sha_disclosure.tools.sandbox.exchange import Answer, Exchange, from_json, to_json
from sha_disclosure.tools.sandbox.forks import ForkLock
from sha_disclosure.tools.sandbox.schema import prepare
from sha_disclosure.tools.verifier import MessageFinding, Request

REFUSALS_AT_MOST = 1000
_RECEIVED = """
SELECT notice.id, event_id, received_at, request_id, ground_code, notice.ground, deliveries,
       sha256, checks, body, requester, signing_sha256, token_sha256, notice.rowid
FROM notice JOIN exchange ON exchange.number = notice.message
JOIN content ON content.number = notice.message
"""
_WHOLE = """
SELECT exchange.number, received_at, outcome, status, fault, request_id, requester,
       ifnull(organisation.name, ''), ground, content.notices, content.request, content.body,
       certificate.der, answer, answer_body, checks, findings, signing_sha256, token_sha256
FROM exchange JOIN content USING (number)
LEFT JOIN organisation ON organisation.oid = requester
LEFT JOIN certificate ON certificate.sha256 = content.certificate
"""
_INSERT_EXCHANGE = "INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_CONTENT = "INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Received:
    """One notice the sandbox accepted. ``body`` is the whole message; hidden in ``repr``.

    ``deliveries`` counts how often the same content was received: more than once after a lost
    answer. ``checks`` are those of the first delivery. ``requester``: the OID of the
    organisation that sent it; ``signing_sha256`` and ``token_sha256``: the certificates that
    signed the message and its token.
    """

    notice_id: str
    server_id: str
    received_at: str
    request_id: str
    ground_code: str
    ground: str
    deliveries: int
    sha256: str
    checks: tuple[MessageFinding, ...] = field(repr=False)
    body: bytes = field(repr=False)
    requester: str = ""
    signing_sha256: str = ""
    token_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request the sandbox refused: the time, the status, and every finding."""

    refused_at: str
    request_id: str
    status: int
    findings: tuple[MessageFinding, ...]
    checks: tuple[MessageFinding, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """A notice that is already stored, or is about to be."""

    id: str
    event_id: str
    provenance_id: str
    digest: str
    received_at: str
    ground_code: str = ""
    ground: str = ""
    deliveries: int = 1


class Store:
    """The sandbox's database: a file that outlives the sandbox if its folder does.

    It is used by the server's thread and the caller's, hence the lock.
    """

    def __init__(self, path: Path) -> None:
        self._lock = ForkLock()
        # It holds whole messages; SQLite gives its other files the mode of this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # A sandbox may lose its last messages in a power failure.
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        prepare(self._database)
        self._before = self._number("SELECT ifnull(max(number), 0) FROM exchange")

    def close(self) -> None:
        """Close the database; it cannot be queried afterwards."""
        with self._lock.own:
            self._database.close()

    def rows(self, question: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._lock.own:
            return self._database.execute(question, values).fetchall()

    def _number(self, question: str) -> int:
        return int(self.rows(question)[0][0])

    def knows_request(self, identifier: str) -> bool:
        """Return whether a request with this id was received before."""
        return bool(self.rows("SELECT 1 FROM request WHERE id = ?", (identifier,)))

    def knows_token(self, identifier: str) -> bool:
        """Return whether a valid token with this ``jti`` was received before."""
        return bool(self.rows("SELECT 1 FROM token WHERE id = ?", (identifier,)))

    def find(self, notice: str) -> Stored | None:
        """Return what is stored under a notice's id."""
        rows = self.rows(
            "SELECT id, event_id, provenance_id, digest, received_at, ground_code, notice.ground,"
            " deliveries FROM notice JOIN exchange ON exchange.number = message WHERE id = ?",
            (notice,),
        )
        return Stored(*rows[0]) if rows else None

    def keep(
        self,
        exchange: Exchange,
        *,
        token_id: str = "",
        new: Sequence[Stored] = (),
        again: Sequence[Stored] = (),
    ) -> None:
        """Write one request in one transaction.

        It delivered ``new`` notices for the first time, and those in ``again`` once more.
        The ids of an unjudged request may be reused by another one.
        """
        with self._lock.own, self._database:
            database = self._database
            database.execute("BEGIN IMMEDIATE")
            number = _insert(database, exchange)
            if exchange.request_id and exchange.outcome != "unjudged":
                database.execute("INSERT OR IGNORE INTO request VALUES (?)", (exchange.request_id,))
            if token_id:
                database.execute("INSERT OR IGNORE INTO token VALUES (?)", (token_id,))
            database.executemany(
                "UPDATE notice SET deliveries = deliveries + 1 WHERE id = ?",
                [(notice.id,) for notice in again],
            )
            database.executemany(
                "INSERT INTO notice VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                [
                    (n.id, n.event_id, n.provenance_id, n.digest, n.ground_code, n.ground, number)
                    for n in new
                ],
            )
            given = [i for n in (*new, *again) for i in (n.event_id, n.provenance_id)]
            names = {exchange.request_id, *exchange.notices, *given} - {""}
            database.executemany(
                "INSERT OR IGNORE INTO identifier VALUES (?, ?)", [(name, number) for name in names]
            )

    def exchange(self, number: int) -> Exchange | None:
        """Return one request with everything stored about it."""
        rows = self.rows(f"{_WHOLE} WHERE exchange.number = ?", (number,))
        return _whole(rows[0]) if rows else None

    def received(self, notice: str | None = None) -> list[Received]:
        """Return the received notices, or the one with an id, in order of arrival."""
        if notice is None:
            return list(_notices(self.rows(f"{_RECEIVED} ORDER BY notice.rowid")))
        return list(_notices(self.rows(f"{_RECEIVED} WHERE notice.id = ?", (notice,))))

    def each_received(self, at_once: int = 200) -> Iterator[Received]:
        """Yield the received notices in order of arrival, in batches."""
        last = 0
        question = f"{_RECEIVED} WHERE notice.rowid > ? ORDER BY notice.rowid LIMIT ?"
        while rows := self.rows(question, (last, at_once)):
            yield from _notices(rows)
            last = rows[-1][-1]

    def refusals(self, at_most: int = REFUSALS_AT_MOST) -> list[Refusal]:
        """Return the last requests refused since the store was opened, oldest first."""
        rows = self.rows(
            "SELECT received_at, request_id, status, findings, checks FROM exchange "
            "JOIN content USING (number) WHERE outcome = 'refused' AND number > ? "
            "ORDER BY number DESC LIMIT ?",
            (self._before, at_most),
        )
        return [
            Refusal(at, request, status, from_json(findings), from_json(checks))
            for at, request, status, findings, checks in reversed(rows)
        ]

    def count(self) -> int:
        """Return the number of stored notices."""
        # None is ever removed, so the last number is the count.
        return self._number("SELECT ifnull(max(rowid), 0) FROM notice")


def _insert(database: sqlite3.Connection, exchange: Exchange) -> int:
    request, answer = exchange.request, exchange.answer
    certificate = ""
    if request.certificate:
        certificate = hashlib.sha256(request.certificate).hexdigest()
        database.execute(
            "INSERT OR IGNORE INTO certificate VALUES (?, ?)", (certificate, request.certificate)
        )
    if exchange.requester:
        database.execute(
            "INSERT OR IGNORE INTO organisation VALUES (?, ?)",
            (exchange.requester, exchange.requester_name),
        )
    facts = (
        *(None, exchange.received_at, exchange.outcome, answer.status, exchange.fault),
        *(exchange.request_id, exchange.requester),
        *(exchange.notices[0] if exchange.notices else "", len(exchange.notices)),
        *(exchange.ground, exchange.passed, len(exchange.checks)),
        *(to_json(exchange.findings[:1]), len(exchange.findings)),
    )
    number = database.execute(_INSERT_EXCHANGE, facts).lastrowid
    content = (
        *(number, hashlib.sha256(request.body).hexdigest()),
        *(exchange.signing_sha256, exchange.token_sha256, certificate),
        *(to_json(exchange.checks), to_json(exchange.findings), json.dumps(exchange.notices)),
        json.dumps((request.method, request.target, list(request.headers.items()))),
        *(json.dumps(list(answer.headers.items())), answer.body, request.body),
    )
    database.execute(_INSERT_CONTENT, content)
    return int(number or 0)


def _whole(row: tuple[Any, ...]) -> Exchange:
    number, received_at, outcome, status, fault, request_id, requester, name, ground, *rest = row
    notices, head, body, certificate, answer, answer_body, checks, findings, signing, token = rest
    method, target, headers = json.loads(head)
    return Exchange(
        received_at,
        outcome,
        Request(method, target, dict(headers), body, certificate),
        Answer(status, dict(json.loads(answer)), answer_body),
        from_json(checks),
        from_json(findings),
        fault,
        request_id,
        requester,
        name,
        tuple(json.loads(notices)),
        ground,
        signing,
        token,
        number,
    )


def _notices(rows: Iterable[tuple[Any, ...]]) -> Iterator[Received]:
    for *facts, checks, body, requester, signing, token, _ in rows:
        kept: tuple[Any, ...] = (*facts, from_json(checks), body, requester, signing, token)
        yield Received(*kept)
