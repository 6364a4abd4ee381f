"""Writing down how an attempt ended: its evidence always, its message only by the lease."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, or_, select, update

from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NOTICE
from sha_disclosure.outbox.verdict import Verdict
from sha_disclosure.transport.receipt import Receipt

_TEXT_MAX = 512


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: whether the worker still held the message; the mark of the message."""

    held: bool
    possibly_duplicated: bool


class Results:
    """Writes the ends of attempts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, leased: Leased, verdict: Verdict) -> Written:
        """Write a verdict down; when the lease was lost, others decide of the message.

        The attempt's evidence is kept in both cases. A receipt also ends a message that
        nobody works on at the moment: the service holds it.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            held = self._message(connection, leased, verdict, now)
            receipt = verdict.receipt
            connection.execute(
                update(ATTEMPT)
                .where(ATTEMPT.c.lease == leased.token)
                .values(
                    ended_at=now,
                    outcome=verdict.outcome[:40],
                    unknown_fate=verdict.unknown_fate
                    or bool(receipt and receipt.possibly_duplicated),
                    lease_lost=not held,
                    requests=verdict.trail.to_json(),
                    http_status=verdict.trail.status,
                    request_id=_short(verdict.trail.request_id, 64),
                    response_id=_short(receipt.response_id if receipt else None, 128),
                    issues=verdict.issues,
                )
            )
            twice = receipt is not None and self._twice(connection, leased, receipt, held=held)
            return Written(held, twice)

    def _message(self, connection: Connection, leased: Leased, verdict: Verdict, now: int) -> bool:
        delivered = verdict.receipt is not None
        own = and_(MESSAGE.c.lease == leased.token, MESSAGE.c.state == "sending")
        free = and_(MESSAGE.c.lease.is_(None), MESSAGE.c.state.in_(("pending", "parked")))
        values: dict[str, object] = {
            "state": verdict.state,
            "due_at": now + round(verdict.delay_s * 1000),
            "lease": None,
            "worker": None,
            "reason": None if delivered else verdict.outcome[:40],
            "delivered_at": now if delivered else None,
        }
        if not delivered:
            values["tries"] = MESSAGE.c.tries + 1
        changed = connection.execute(
            update(MESSAGE)
            .where(MESSAGE.c.number == leased.number, or_(own, free) if delivered else own)
            .values(**values)
        )
        return changed.rowcount == 1

    def _twice(
        self, connection: Connection, leased: Leased, receipt: Receipt, *, held: bool
    ) -> bool:
        """Write down where the notices are; tell and mark whether they may be there twice."""
        twice = receipt.possibly_duplicated or not held or _other_fate(connection, leased)
        if twice:
            connection.execute(
                update(MESSAGE)
                .where(MESSAGE.c.number == leased.number, MESSAGE.c.state == "delivered")
                .values(possibly_duplicated=True)
            )
        if held:
            for notice in receipt.notices:
                connection.execute(
                    update(NOTICE)
                    .where(NOTICE.c.notice_id == notice.notice_id)
                    .values(location=_short(notice.location, _TEXT_MAX))
                )
        return twice


def _other_fate(connection: Connection, leased: Leased) -> bool:
    """Tell whether another attempt may have stored the message, or certainly has."""
    other = select(ATTEMPT.c.number).where(
        ATTEMPT.c.message == leased.number,
        ATTEMPT.c.lease != leased.token,
        or_(
            ATTEMPT.c.ended_at.is_(None),
            ATTEMPT.c.unknown_fate.is_(True),
            ATTEMPT.c.outcome == "Receipt",
        ),
    )
    return connection.execute(other.limit(1)).first() is not None


def _short(text: str | None, length: int) -> str | None:
    return text[:length] if text else None
