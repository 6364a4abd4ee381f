"""What the sandbox keeps: received notices, request ids and token ids, in SQLite."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sha_disclosure.tools.verifier import MessageFinding

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, received_at TEXT NOT NULL, request_id TEXT NOT NULL,
    sha256 TEXT NOT NULL, body BLOB NOT NULL, checks TEXT NOT NULL,
    senders TEXT NOT NULL DEFAULT '["", "", ""]');
CREATE TABLE IF NOT EXISTS notice (
    id TEXT PRIMARY KEY, event_id TEXT NOT NULL, provenance_id TEXT NOT NULL,
    digest TEXT NOT NULL, ground_code TEXT NOT NULL, ground TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES message (number),
    deliveries INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_SENDERS = """ALTER TABLE message ADD COLUMN senders TEXT NOT NULL DEFAULT '["", "", ""]'"""
_RECEIVED = """
SELECT notice.id, event_id, received_at, request_id, ground_code, ground, deliveries,
       sha256, checks, body, senders
FROM notice JOIN message ON message.number = notice.message
"""


@dataclass(frozen=True, slots=True)
class Received:
    """One notice the sandbox accepted. ``body`` is the whole message; hidden in ``repr``.

    ``deliveries`` counts how often its very content came: more than once after an answer
    that was lost. ``checks`` were made of the first. ``requester``: the OID of the
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


class Senders(NamedTuple):
    """Who sent a message, and the certificates that signed it and its token."""

    requester: str = ""
    signing_sha256: str = ""
    token_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a notice that came before, or goes into the store now."""

    id: str
    event_id: str
    provenance_id: str
    digest: str
    received_at: str
    ground_code: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """An accepted message on its way into the store."""

    received_at: str
    request_id: str
    sha256: str
    body: bytes = field(repr=False)
    checks: tuple[MessageFinding, ...] = field(repr=False)
    senders: Senders


class Store:
    """The sandbox's database: a file that outlives the sandbox when its folder does.

    Used from the server's thread and from the caller's, hence the lock.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        # Whole messages are in it; SQLite gives its other files the mode of this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # Losing the last messages when the machine's power fails is nothing to a sandbox.
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.executescript(_SCHEMA)
        columns = self._database.execute("PRAGMA table_info(message)").fetchall()
        if "senders" not in {column[1] for column in columns}:  # a folder of an earlier version
            self._database.execute(_SENDERS)

    def close(self) -> None:
        """Close the database; nothing can be asked afterwards."""
        with self._lock:
            self._database.close()

    def knows_request(self, identifier: str) -> bool:
        """Return whether a request with this id came before."""
        return self._has("SELECT 1 FROM request WHERE id = ?", identifier)

    def knows_token(self, identifier: str) -> bool:
        """Return whether a valid token with this ``jti`` came before."""
        return self._has("SELECT 1 FROM token WHERE id = ?", identifier)

    def _has(self, question: str, identifier: str) -> bool:
        with self._lock:
            return self._database.execute(question, (identifier,)).fetchone() is not None

    def find(self, notice: str) -> Stored | None:
        """Return what is stored under a notice's id."""
        with self._lock:
            row = self._database.execute(
                "SELECT notice.id, event_id, provenance_id, digest, received_at FROM notice "
                "JOIN message ON message.number = notice.message WHERE notice.id = ?",
                (notice,),
            ).fetchone()
        return Stored(*row) if row else None

    def keep(
        self,
        *,
        request_id: str = "",
        token_id: str = "",
        message: Message | None = None,
        new: Sequence[Stored] = (),
        again: Sequence[str] = (),
    ) -> None:
        """Write all of one request in one transaction.

        ``new`` notices belong to ``message``; ``again`` are ids of notices that came once more.
        """
        with self._lock, self._database:
            database = self._database
            database.execute("BEGIN IMMEDIATE")
            if request_id:
                database.execute("INSERT OR IGNORE INTO request VALUES (?)", (request_id,))
            if token_id:
                database.execute("INSERT OR IGNORE INTO token VALUES (?)", (token_id,))
            for notice in again:
                database.execute(
                    "UPDATE notice SET deliveries = deliveries + 1 WHERE id = ?", (notice,)
                )
            if message is None or not new:
                return
            checks = json.dumps([(c.check, c.id, c.parameters) for c in message.checks])
            number = database.execute(
                "INSERT INTO message (received_at, request_id, sha256, body, checks, senders) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(message.received_at, message.request_id, message.sha256, message.body),
                    *(checks, json.dumps(message.senders)),
                ),
            ).lastrowid
            database.executemany(
                "INSERT INTO notice VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                [
                    (n.id, n.event_id, n.provenance_id, n.digest, n.ground_code, n.ground, number)
                    for n in new
                ],
            )

    def received(self, notice: str | None = None) -> list[Received]:
        """Return the received notices, or the one with an id, in the order they came."""
        where = "WHERE notice.id = ? " if notice is not None else ""
        with self._lock:
            rows = self._database.execute(
                f"{_RECEIVED} {where} ORDER BY notice.rowid",
                () if notice is None else (notice,),
            ).fetchall()
        return [
            Received(*facts[:8], _checks(facts[8]), facts[9], *json.loads(facts[10]))  # type: ignore[call-arg]
            for facts in rows
        ]

    def count(self) -> int:
        """Return how many notices are stored."""
        with self._lock:
            row = self._database.execute("SELECT count(*) FROM notice").fetchone()
        return int(row[0])


def _checks(text: str) -> tuple[MessageFinding, ...]:
    # An earlier version kept the check's English name, whether it passed and what was seen.
    return tuple(
        MessageFinding(
            str(named) if isinstance(named, str) else "verifier.passed",
            severity="passed",
            parameters=tuple((name, value) for name, value in seen) if named is not True else (),
            check=check,
        )
        for check, named, seen in json.loads(text)
    )
