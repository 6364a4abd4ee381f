"""The tables of the sandbox's database, and the migration from an earlier version.

``exchange`` and ``content`` are one request each: what a list shows, and the rest. ``identifier``
finds a request by any id in it, and ``tally`` has counts, so that no page reads more than it
shows.
"""

from __future__ import annotations

import json
import sqlite3

from sha_disclosure.tools.sandbox.exchange import to_json
from sha_disclosure.tools.verifier import MessageFinding

_TABLES = """
CREATE TABLE IF NOT EXISTS exchange (
    number INTEGER PRIMARY KEY, received_at TEXT NOT NULL, outcome TEXT NOT NULL,
    status INTEGER NOT NULL, fault TEXT NOT NULL, request_id TEXT NOT NULL,
    requester TEXT NOT NULL, notice TEXT NOT NULL, notices INTEGER NOT NULL,
    ground TEXT NOT NULL, passed INTEGER NOT NULL, made INTEGER NOT NULL,
    reason TEXT NOT NULL, reasons INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS exchange_outcome ON exchange (outcome);
CREATE INDEX IF NOT EXISTS exchange_requester ON exchange (requester);
CREATE INDEX IF NOT EXISTS exchange_both ON exchange (requester, outcome);
CREATE INDEX IF NOT EXISTS exchange_fault ON exchange (number) WHERE fault <> '';
CREATE INDEX IF NOT EXISTS exchange_fault_of ON exchange (requester) WHERE fault <> '';
CREATE TABLE IF NOT EXISTS content (
    number INTEGER PRIMARY KEY REFERENCES exchange (number), sha256 TEXT NOT NULL,
    signing_sha256 TEXT NOT NULL, token_sha256 TEXT NOT NULL, certificate TEXT NOT NULL,
    checks TEXT NOT NULL, findings TEXT NOT NULL, notices TEXT NOT NULL, request TEXT NOT NULL,
    answer TEXT NOT NULL, answer_body BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS notice (
    id TEXT PRIMARY KEY, event_id TEXT NOT NULL, provenance_id TEXT NOT NULL,
    digest TEXT NOT NULL, ground_code TEXT NOT NULL, ground TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES exchange (number),
    deliveries INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS certificate (sha256 TEXT PRIMARY KEY, der BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS organisation (oid TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identifier (
    id TEXT, number INTEGER, PRIMARY KEY (id, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
    requester TEXT, outcome TEXT, number INTEGER NOT NULL,
    PRIMARY KEY (requester, outcome)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS counted AFTER INSERT ON exchange BEGIN
    INSERT INTO tally VALUES (new.requester, new.outcome, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER IF NOT EXISTS counted_fault AFTER INSERT ON exchange WHEN new.fault <> '' BEGIN
    INSERT INTO tally VALUES (new.requester, 'fault', 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;
"""

# An earlier version stored accepted messages only, and less about them.
_SENDERS = """ALTER TABLE message ADD COLUMN senders TEXT NOT NULL DEFAULT '["", "", ""]'"""
_EARLIER = """
INSERT INTO exchange
SELECT number, received_at, 'accepted', 200, '', request_id, json_extract(senders, '$[0]'),
    ifnull((SELECT min(id) FROM notice WHERE message = number), ''),
    (SELECT count(*) FROM notice WHERE message = number),
    ifnull((SELECT min(ground) FROM notice WHERE message = number), ''),
    json_array_length(checks), json_array_length(checks), '', 0
FROM message;
INSERT INTO content
SELECT number, sha256, json_extract(senders, '$[1]'), json_extract(senders, '$[2]'), '',
    as_kept(checks), '[]', (SELECT json_group_array(id) FROM notice WHERE message = number),
    '["", "", []]', '[]', x'', body
FROM message;
INSERT OR IGNORE INTO identifier SELECT request_id, number FROM message;
INSERT OR IGNORE INTO identifier SELECT id, message FROM notice;
INSERT OR IGNORE INTO identifier SELECT event_id, message FROM notice;
INSERT OR IGNORE INTO identifier SELECT provenance_id, message FROM notice;
DROP TABLE message;
"""


def prepare(database: sqlite3.Connection) -> None:
    """Create missing tables, and migrate those of an earlier version."""
    database.executescript(_TABLES)
    columns = {column[1] for column in database.execute("PRAGMA table_info(message)")}
    if not columns:
        return
    database.create_function("as_kept", 1, _as_kept, deterministic=True)
    # Used once, to find the notices of that version by message.
    database.execute("CREATE INDEX notice_message ON notice (message)")
    if "senders" not in columns:
        database.execute(_SENDERS)
    database.executescript(f"BEGIN; {_EARLIER} COMMIT;")
    database.execute("DROP INDEX notice_message")


def _as_kept(checks: str) -> str:
    """Return the checks of an earlier version: its findings, or names with what was seen."""
    return to_json(
        MessageFinding(
            named if isinstance(named, str) else "verifier.passed",
            severity="passed",
            parameters=tuple((name, value) for name, value in seen) if named is not True else (),
            check=check,
        )
        for check, named, seen in json.loads(checks)
    )
