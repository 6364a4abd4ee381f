"""The outbox's content: counts and lists; and an operator's actions on messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, and_, delete, exists, func, or_, select

from sha_disclosure.errors import OutboxError
from sha_disclosure.events import QueueState
from sha_disclosure.messages import message
from sha_disclosure.outbox.changes import change
from sha_disclosure.outbox.counting import delivered_of, undelivered_of
from sha_disclosure.outbox.database import milliseconds
from sha_disclosure.outbox.evidence import iso_time
from sha_disclosure.outbox.known import in_order, references_of
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NEVER, PAYLOAD, STATES, State
from sha_disclosure.outbox.seals import Seals

# A lease that was interrupted leaves an attempt without an end; one in progress is not counted.
_POSSIBLY_STORED = exists().where(
    ATTEMPT.c.message == MESSAGE.c.number,
    or_(
        ATTEMPT.c.unknown_fate.is_(True),
        ATTEMPT.c.outcome == "Receipt",
        and_(ATTEMPT.c.ended_at.is_(None), MESSAGE.c.state != "sending"),
    ),
)
_KEPT = MESSAGE.c.payload_digest.is_not(None)  # not forgotten
_COUNT = select(func.count()).select_from(MESSAGE)
_OLDEST = (
    select(MESSAGE.c.added_at)
    .where(MESSAGE.c.state == "pending")
    .order_by(MESSAGE.c.number)
    .limit(1)
)
_DAMAGED = _COUNT.where(MESSAGE.c.state == "quarantined", MESSAGE.c.reason == "OutboxDamaged")
_STORED = _COUNT.where(
    MESSAGE.c.state.in_(("quarantined", "parked")), MESSAGE.c.attempts > 0, _POSSIBLY_STORED
)
_LAST = select(func.max(MESSAGE.c.number)).where(MESSAGE.c.state == "delivered")
_ENTRIES = select(
    MESSAGE.c.number,
    MESSAGE.c.notice_ids,
    MESSAGE.c.state,
    MESSAGE.c.reason,
    MESSAGE.c.tries,
    MESSAGE.c.added_at,
    MESSAGE.c.due_at,
    MESSAGE.c.delivered_at,
    MESSAGE.c.possibly_duplicated,
    _POSSIBLY_STORED,
).order_by(MESSAGE.c.number)
_STEP = 2000  # messages examined in one transaction when forgetting


@dataclass(frozen=True, slots=True)
class Status(QueueState):
    """Messages by state, and the age of the oldest pending one in seconds (tilanne).

    ``damaged``: those in quarantine because they cannot be read. ``possibly_stored``: those
    parked or in quarantine that the service may hold nevertheless. Accepted by ``observe_queue``.
    """

    damaged: int = 0
    possibly_stored: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the status as plain values."""
        return {
            **{state: self.counts[state] for state in STATES},
            "damaged": self.damaged,
            "possibly_stored": self.possibly_stored,
            "oldest_pending_s": round(self.oldest_pending_s, 3),
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as the outbox lists it (lähtevä viesti), without its content.

    ``due_at``: the next attempt; for a message being sent, the end of its lease; None
    if no further attempt is scheduled. ``possibly_stored``: after some attempt the service may hold
    the message, whatever happened afterwards. ``possibly_duplicated``: it may
    hold it more than once. ``references``: the caller's own keys of the notices, in order, empty
    where there is none.
    """

    number: int
    notice_ids: tuple[str, ...]
    state: State
    reason: str | None
    tries: int
    added_at: str
    due_at: str | None
    delivered_at: str | None
    possibly_duplicated: bool
    possibly_stored: bool = False
    references: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain values."""
        names = ("state", "reason", "tries", "added_at", "due_at", "delivered_at")
        return {
            "number": self.number,
            "notice_ids": list(self.notice_ids),
            "references": [each or None for each in self.references],
            **{name: getattr(self, name) for name in names},
            "possibly_duplicated": self.possibly_duplicated,
            "possibly_stored": self.possibly_stored,
        }


def status_of(connection: Connection, now: int) -> Status:
    """Return the counts and the age of the oldest pending message."""
    counts: dict[str, int] = dict.fromkeys(STATES, 0)
    counts |= undelivered_of(connection) | {"delivered": delivered_of(connection)}
    oldest = connection.execute(_OLDEST).scalar()
    damaged = connection.execute(_DAMAGED).scalar_one()
    age = 0.0 if oldest is None else max(0.0, (now - oldest) / 1000)
    possibly_stored = connection.execute(_STORED).scalar_one()
    return Status(counts, age, damaged, possibly_stored)


def entries(
    connection: Connection,
    *,
    state: State | None = None,
    number: int | None = None,
    after: int = 0,
    limit: int = 1000,
) -> list[Entry]:
    """Return entries in the order they were added."""
    asked = _ENTRIES.where(MESSAGE.c.number > after)
    if state is not None:
        asked = asked.where(MESSAGE.c.state == state)
    if number is not None:
        asked = asked.where(MESSAGE.c.number == number)
    rows = connection.execute(asked.limit(limit)).all()
    references = references_of(connection, [number for number, *_ in rows])
    return [_entry(references, *row) for row in rows]


def _entry(  # noqa: PLR0913, PLR0917 - the columns, in order
    references: dict[str, str],
    number: int,
    ids: str,
    state: State,
    reason: str | None,
    tries: int,
    added_at: int,
    due_at: int,
    delivered_at: int | None,
    possibly_duplicated: object,
    possibly_stored: object,
) -> Entry:
    notice_ids = tuple(orjson.loads(ids))
    due = state in {"pending", "sending", "parked"} and due_at < NEVER
    return Entry(
        number=number,
        notice_ids=notice_ids,
        state=state,
        reason=reason,
        tries=tries,
        added_at=iso_time(added_at) or "",
        due_at=iso_time(due_at) if due else None,
        delivered_at=iso_time(delivered_at),
        possibly_duplicated=bool(possibly_duplicated),
        possibly_stored=bool(possibly_stored),
        references=in_order(notice_ids, references),
    )


def notice_ids_of(connection: Connection, numbers: Sequence[int]) -> tuple[str, ...]:
    """Return the notice ids of several messages."""
    asked = select(MESSAGE.c.notice_ids).where(MESSAGE.c.number.in_(numbers))
    rows = connection.execute(asked.order_by(MESSAGE.c.number)).scalars()
    return tuple(notice_id for row in rows for notice_id in json.loads(row))


def retry(
    connection: Connection,
    seals: Seals,
    now: int,
    *,
    number: int | None = None,
    state: State | None = None,
) -> int:
    """Make messages due immediately; return their number. Raises OutboxError for other states."""
    can: tuple[State, ...] = ("pending", "parked", "quarantined")
    if state is not None and state not in can:
        raise OutboxError(message("outbox.not_retried", state=state, states=can))
    chosen = and_(MESSAGE.c.state.in_([state] if state else can), _KEPT)
    if number is not None:
        chosen = and_(chosen, MESSAGE.c.number == number)
    return change(connection, seals, chosen, {"state": "pending", "due_at": now, "resends": 0})


def last_delivered(connection: Connection) -> int:
    """Return the number of the last delivered message, or 0."""
    return int(connection.execute(_LAST).scalar() or 0)


def forget(connection: Connection, seals: Seals, before: datetime, after: int) -> tuple[int, int]:
    """Remove what identifies a client from messages delivered before a time; evidence stays.

    One step: it examines some messages above number ``after`` and returns the number of changed
    ones, and the number up to which it examined.
    """
    end = after + _STEP
    old = and_(
        MESSAGE.c.state == "delivered",
        MESSAGE.c.number > after,
        MESSAGE.c.number <= end,
        MESSAGE.c.delivered_at < milliseconds(before),
        _KEPT,
    )
    these = PAYLOAD.c.message.in_(select(MESSAGE.c.number).where(old))
    # The range again, for databases that do not derive it from the subquery.
    step = and_(PAYLOAD.c.message > after, PAYLOAD.c.message <= end)
    connection.execute(delete(PAYLOAD).where(step, these))
    empty = {"payload_digest": None, "client": ""}
    return change(connection, seals, old, empty), end
