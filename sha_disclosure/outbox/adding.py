"""Taking a prepared notice into the outbox, in a transaction of the caller's or of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import OutboxError, OutboxFull
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.payload import Payload, packed
from sha_disclosure.outbox.quick import Quick, Statement
from sha_disclosure.outbox.schema import MESSAGE, NOTICE, UNDELIVERED

_RECOUNT_S = 1.0
_SHARE = 16  # of the room found, how much is used before it is counted again


@dataclass(frozen=True, slots=True)
class AddedNotice:
    """A message the outbox holds. ``number`` tells its place; ``new`` whether it is a new one."""

    number: int
    notice_ids: tuple[str, ...]
    new: bool = True


class Room:
    """How much room is left below the bound, counted again often enough.

    Counting costs as much as the queue is long, so with much room it is not done for each
    notice; near the bound it is.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._free = 0
        self._counted_at = -_RECOUNT_S

    def known(self) -> bool:
        """Use the place of one message if there surely is one; the count is fresh enough."""
        with self._lock:
            if self._free > 0 and time.monotonic() - self._counted_at < _RECOUNT_S:
                self._free -= 1
                return True
        return False

    def take(self, connection: Connection) -> None:
        """Use the place of one message. Raises OutboxFull when there is none."""
        if self.known():
            return
        waiting = connection.execute(
            select(func.count()).select_from(MESSAGE).where(MESSAGE.c.state.in_(UNDELIVERED))
        ).scalar_one()
        if waiting >= self._limit:
            raise OutboxFull(
                f"The outbox holds {waiting} undelivered messages, its limit is {self._limit}. "
                "Nothing was added; drain it, deal with its quarantine, or raise the limit"
            )
        with self._lock:
            self._free = (self._limit - waiting) // _SHARE
            self._counted_at = time.monotonic()


class Adding:
    """Adds messages; knows the keys, the bound and how clients are told apart."""

    def __init__(self, keys: Keyring, order_key: bytes, limit: int) -> None:
        self._keys = keys
        self._order_key = order_key
        self._room = Room(limit)

    def pack(self, prepared: PreparedNotice) -> Payload:
        """Return the payload; made before the transaction, to keep that short."""
        return packed(prepared, self._keys)

    def add(
        self, connection: Connection, prepared: PreparedNotice, payload: Payload, now: int
    ) -> AddedNotice:
        """Insert a message unless the very same one is there.

        Raises OutboxFull, and OutboxError when a notice id belongs to another message.
        """
        if connection.dialect.name not in {"sqlite", "postgresql"}:
            there = _existing(connection, prepared)
            if there is not None:
                return there
        try:
            self._room.take(connection)
        except OutboxFull:
            there = _existing(connection, prepared)
            if there is None:
                raise
            return there
        number = self._insert(connection, prepared, payload, now)
        taken = 0
        for notice_id in prepared.notice_ids:
            row = {"notice_id": notice_id, "message": number}
            taken += connection.execute(_unless_there(connection), row).rowcount
        if taken == len(prepared.notice_ids):
            return AddedNotice(number, prepared.notice_ids)
        connection.execute(delete(NOTICE).where(NOTICE.c.message == number))
        connection.execute(delete(MESSAGE).where(MESSAGE.c.number == number))
        there = _existing(connection, prepared)
        if there is None:
            raise OutboxError("Another process added the same notice just now; add it again")
        return there

    def quickly(
        self, engine: Engine, prepared: PreparedNotice, payload: Payload, now: int
    ) -> AddedNotice | None:
        """Insert a new message in a transaction of its own on the outbox's own SQLite file.

        Returns None, with nothing changed, when ``add`` is to look closer.
        """
        if not self._room.known():
            return None
        quick = Quick(engine, _QUICK_MESSAGE, _QUICK_NOTICE)
        number = quick.insert(self._row(prepared, payload, now), prepared.notice_ids)
        return None if number is None else AddedNotice(number, prepared.notice_ids)

    def _insert(
        self, connection: Connection, prepared: PreparedNotice, payload: Payload, now: int
    ) -> int:
        row = self._row(prepared, payload, now)
        (number,) = connection.execute(_INSERT, row).inserted_primary_key or (0,)
        return int(number)

    def _row(self, prepared: PreparedNotice, payload: Payload, now: int) -> dict[str, Any]:
        return {
            "notice_ids": json.dumps(prepared.notice_ids),
            "client": self._client(prepared),
            "state": "pending",
            "due_at": now,
            "tries": 0,
            "possibly_duplicated": False,
            "added_at": now,
            "digest": prepared.digest,
            "certificate": prepared.certificate,
            "edition": prepared.edition,
            "payload_digest": payload.digest,
            "payload": payload.data,
        }

    def _client(self, prepared: PreparedNotice) -> str:
        """Return what tells the client from others and tells nothing else of them."""
        # A message that does not know its client waits for nobody.
        who = prepared.client or f"notice {prepared.notice_ids[0]}"
        return hmac.new(self._order_key, who.encode(), hashlib.sha256).hexdigest()


_INSERT = insert(MESSAGE)
_UNLESS_THERE: dict[str, Insert] = {
    "sqlite": sqlite.insert(NOTICE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(NOTICE)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True),
}


_WRITTEN = (
    "notice_ids", "client", "state", "due_at", "tries", "possibly_duplicated", "added_at",
    "digest", "certificate", "edition", "payload_digest", "payload",
)  # fmt: skip
_QUICK_MESSAGE = Statement(_INSERT, _WRITTEN)
_QUICK_NOTICE = Statement(_UNLESS_THERE["sqlite"], ("notice_id", "message"))


def _unless_there(connection: Connection) -> Insert:
    return _UNLESS_THERE.get(connection.dialect.name, insert(NOTICE))


def _existing(connection: Connection, prepared: PreparedNotice) -> AddedNotice | None:
    """Return the same message if it is there. Raises OutboxError when another one is."""
    rows = connection.execute(
        select(MESSAGE.c.number, MESSAGE.c.digest)
        .join(NOTICE, NOTICE.c.message == MESSAGE.c.number)
        .where(NOTICE.c.notice_id.in_(prepared.notice_ids))
        .distinct()
    ).all()
    if not rows:
        return None
    if len(rows) > 1 or rows[0].digest != prepared.digest:
        raise OutboxError(
            "The outbox holds another message with a notice id of this one "
            f"({', '.join(prepared.notice_ids)}). Nothing was added; prepare the notice "
            "with an id of its own"
        )
    return AddedNotice(rows[0].number, prepared.notice_ids, new=False)
