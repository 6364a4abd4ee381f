"""Adds a prepared notice to the outbox, in the caller's transaction or its own."""

from __future__ import annotations

import time
from typing import Any

import orjson
from sqlalchemy import Connection, CursorResult, Engine, delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Insert

from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import OutboxBusy, OutboxFull
from sha_disclosure.messages import message
from sha_disclosure.outbox.counting import undelivered_of
from sha_disclosure.outbox.direct_insert import DirectInsert
from sha_disclosure.outbox.execution import ready
from sha_disclosure.outbox.payload import Payload, packed
from sha_disclosure.outbox.repetition import AddedNotice, contents_of, existing, padded
from sha_disclosure.outbox.schema import MESSAGE, NOTICE, PAYLOAD
from sha_disclosure.outbox.seals import Seals
from sha_disclosure.outbox.signature import Signatures
from sha_disclosure.process import ProcessLock

_RECOUNT_S = 1.0
_SHARE = 16  # the fraction of the free places that is used before they are counted again


class Capacity:
    """The number of messages that the outbox can still take.

    Counting slows down as the queue grows, so while much is free it is not done for each message;
    near the limit it is.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = ProcessLock()
        self._free = 0
        self._counted_at = -_RECOUNT_S

    def take_known(self) -> bool:
        """Use a place for one message if a recent count leaves one."""
        with self._lock.own:
            if self._free > 0 and time.monotonic() - self._counted_at < _RECOUNT_S:
                self._free -= 1
                return True
        return False

    def take(self, connection: Connection) -> None:
        """Use a place for one message. Raises OutboxFull if there is none."""
        if self.take_known():
            return
        waiting = sum(undelivered_of(connection).values())
        if waiting >= self._limit:
            raise OutboxFull(message("outbox.full", waiting=waiting, limit=self._limit))
        with self._lock.own:
            self._free = (self._limit - waiting) // _SHARE
            self._counted_at = time.monotonic()


class Adding:
    """Adds messages within the limit, encrypted, with a pseudonym of their client."""

    def __init__(self, seals: Seals, signatures: Signatures, limit: int) -> None:
        self._seals = seals
        self._signatures = signatures
        self._capacity = Capacity(limit)

    def pack(self, prepared: PreparedNotice) -> Payload:
        """Return the payload; it is created before the transaction, to keep that short."""
        payload = packed(prepared, self._seals.keys)
        if prepared.signed_here:
            self._signatures.know(payload.digest)
        return payload

    def add(
        self, connection: Connection, prepared: PreparedNotice, payload: Payload, now: int
    ) -> AddedNotice:
        """Insert a message unless the same one is already stored.

        Raises OutboxFull, and ReferenceTaken or OutboxError if one of its references or ids belongs
        to another notice.
        """
        if connection.dialect.name not in _INSERT_IF_FREE:
            found = existing(connection, prepared, self._seals)
            if found is not None:
                return found
        try:
            self._capacity.take(connection)
        except OutboxFull:
            found = existing(connection, prepared, self._seals)
            if found is None:
                raise
            return found
        number = self._insert(connection, prepared, payload, now)
        if number is not None:
            return _new(number, prepared)
        found = existing(connection, prepared, self._seals)
        if found is None:
            raise OutboxBusy(message("outbox.database.raced"))
        return found

    def add_directly(
        self, engine: Engine, prepared: PreparedNotice, payload: Payload, now: int
    ) -> AddedNotice | None:
        """Insert a new message in its own transaction on the outbox's own SQLite file.

        Returns None, with nothing changed, if ``add`` must decide.
        """
        if not self._capacity.take_known():
            return None
        direct = DirectInsert(engine, _DIRECT_MESSAGE, _DIRECT_PAYLOAD, _DIRECT_NOTICE)
        row = self._row(prepared, payload, now)
        number = direct.insert(row, payload.data, lambda made: self._notices(prepared, made))
        return None if number is None else _new(number, prepared)

    def _insert(
        self, connection: Connection, prepared: PreparedNotice, payload: Payload, now: int
    ) -> int | None:
        """Return the new message's number; None, with nothing changed, if an id is taken."""
        row = self._row(prepared, payload, now)
        if_free = _INSERT_IF_FREE.get(connection.dialect.name)
        if if_free is None:
            return self._insert_or_back(connection, row, prepared, payload)
        number = _number(connection.execute(_INSERT, row))
        taken = 0
        connection.execute(_INSERT_PAYLOAD, {"message": number, "payload": payload.data})
        for given in self._notices(prepared, number):
            taken += connection.execute(if_free, given).rowcount
        if taken == len(prepared.notice_ids):
            return number
        connection.execute(delete(NOTICE).where(NOTICE.c.message == number))
        connection.execute(delete(PAYLOAD).where(PAYLOAD.c.message == number))
        connection.execute(delete(MESSAGE).where(MESSAGE.c.number == number))
        return None

    def _insert_or_back(
        self,
        connection: Connection,
        row: dict[str, Any],
        prepared: PreparedNotice,
        payload: Payload,
    ) -> int | None:
        """Insert on a database without conflict handling in INSERT, using a savepoint instead."""
        savepoint = connection.begin_nested()
        try:
            number = _number(connection.execute(_INSERT, row))
            connection.execute(_INSERT_PAYLOAD, {"message": number, "payload": payload.data})
            for given in self._notices(prepared, number):
                connection.execute(insert(NOTICE), given)
        except IntegrityError:
            savepoint.rollback()
            return None
        savepoint.commit()
        return number

    def _row(self, prepared: PreparedNotice, payload: Payload, now: int) -> dict[str, Any]:
        row: dict[str, Any] = {
            "notice_ids": orjson.dumps(prepared.notice_ids).decode(),
            "client": self._client(prepared),
            "state": "pending",
            "due_at": now,
            "tries": 0,
            "attempts": 0,
            "reason": None,
            "delivered_at": None,
            "locations": None,
            "possibly_duplicated": False,
            "added_at": now,
            "digest": prepared.digest,
            "certificate": prepared.certificate,
            "edition": prepared.edition,
            "payload_digest": payload.digest,
            "organisation": prepared.organisation,
            "resends": 0,
            "acknowledged": orjson.dumps(prepared.acknowledged).decode(),
        }
        return row | {"mac": self._seals.message(row)}

    def _notices(self, prepared: PreparedNotice, number: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = [
            {
                "notice_id": notice_id,
                "message": number,
                "reference": reference or None,
                "content": content,
            }
            for notice_id, reference, content in zip(
                prepared.notice_ids,
                padded(prepared),
                contents_of(prepared, self._seals),
                strict=True,
            )
        ]
        return [row | {"mac": self._seals.notice(row)} for row in rows]

    def _client(self, prepared: PreparedNotice) -> str:
        # A message whose client is not known waits for no other.
        return self._seals.client(prepared.client or f"notice {prepared.notice_ids[0]}")


_INSERT = insert(MESSAGE)
# A row deleted without foreign keys, as on SQLite by default, leaves its payload; its number is
# given again.
_INSERT_PAYLOAD = insert(PAYLOAD).prefix_with("OR REPLACE", dialect="sqlite")
_INSERT_IF_FREE: dict[str, Insert] = {
    "sqlite": sqlite.insert(NOTICE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(NOTICE)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True),
}


_COLUMNS = (
    "notice_ids", "client", "state", "due_at", "tries", "attempts", "reason",
    "possibly_duplicated", "added_at", "delivered_at", "locations", "digest", "certificate",
    "edition", "payload_digest", "organisation", "resends",
    "acknowledged", "mac",
)  # fmt: skip
_SQLITE = sqlite.dialect(paramstyle="qmark")
_DIRECT_MESSAGE = ready(_INSERT, _SQLITE, _COLUMNS)
_DIRECT_PAYLOAD = ready(_INSERT_PAYLOAD, _SQLITE, ("message", "payload"))
_DIRECT_NOTICE = ready(
    _INSERT_IF_FREE["sqlite"], _SQLITE, ("notice_id", "message", "reference", "content", "mac")
)


def _new(number: int, prepared: PreparedNotice) -> AddedNotice:
    references = prepared.references if any(prepared.references) else ()
    return AddedNotice(number, prepared.notice_ids, references=references)


def _number(inserted: CursorResult[Any]) -> int:
    (number,) = inserted.inserted_primary_key or (0,)
    return int(number)
