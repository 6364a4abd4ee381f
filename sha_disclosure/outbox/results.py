"""Recording how an attempt ended: its evidence always, its message only under the lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.outbox.changes import change
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.decision import PARKED_S, Decision
from sha_disclosure.outbox.known import stored_places
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NEVER
from sha_disclosure.outbox.seals import Seals

_LAST_MS = 60_000

_OWN = and_(
    MESSAGE.c.number == bindparam("n"),
    MESSAGE.c.lease == bindparam("token"),
    MESSAGE.c.state == "sending",
)
_DELIVERED = (
    update(MESSAGE)
    .where(_OWN)
    .values(
        state="delivered",
        lease=None,
        worker=None,
        reason=None,
        delivered_at=bindparam("now"),
        locations=bindparam("where"),
        possibly_duplicated=bindparam("twice"),
        mac=bindparam("sealed"),
    )
)
_NOT_DELIVERED = (
    update(MESSAGE)
    .where(_OWN)
    .values(
        state=bindparam("becomes"),
        lease=None,
        worker=None,
        reason=bindparam("why"),
        due_at=bindparam("due"),
        resends=bindparam("again"),
        possibly_duplicated=bindparam("twice"),
        tries=bindparam("tried"),
        mac=bindparam("sealed"),
    )
)
_EVIDENCE = (
    update(ATTEMPT)
    .where(ATTEMPT.c.number == bindparam("n"))
    .values({c: bindparam(f"new_{c}") for c in (
        "ended_at", "outcome", "unknown_fate", "lease_lost", "requests", "http_status",
        "request_id", "response_id", "issues", "mac",
    )})
)  # fmt: skip
_OTHER_FATE = (
    select(ATTEMPT.c.number)
    .where(
        ATTEMPT.c.message == bindparam("n"),
        ATTEMPT.c.number != bindparam("own"),
        or_(
            ATTEMPT.c.ended_at.is_(None),
            ATTEMPT.c.unknown_fate.is_(True),
            ATTEMPT.c.outcome == "Receipt",
        ),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Whether the worker still held the message, and the message's mark, once recorded."""

    held: bool
    possibly_duplicated: bool


class Results:
    """Records the ends of attempts."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def record(self, leased: Leased, decision: Decision) -> Recorded:
        """Record a decision in a transaction of its own; see ``record_in``."""
        with self._database.write() as connection:
            return self.record_in(connection, leased, decision)

    def park_queue(
        self, connection: Connection, organisation: str, refused: Sequence[int], outcome: str
    ) -> int:
        """Park an organisation's queue and the messages that were ``refused`` alike.

        They come due again in an hour, the refused ones last. Returns how many were parked.
        """
        due = self._database.now(connection) + round(PARKED_S * 1000)
        values = {"state": "parked", "reason": outcome[:40]}
        these = and_(MESSAGE.c.number.in_(refused), MESSAGE.c.state == "quarantined")
        parked = change(connection, self._seals, these, {**values, "due_at": due + _LAST_MS})
        queue = and_(MESSAGE.c.organisation == organisation, MESSAGE.c.state == "pending")
        return parked + change(connection, self._seals, queue, {**values, "due_at": due})

    def record_in(self, connection: Connection, leased: Leased, decision: Decision) -> Recorded:
        """Record a decision; when the lease was lost, another worker decides on the message.

        The attempt's evidence is kept in both cases.
        """
        now = self._database.now(connection)
        receipt = decision.receipt
        if receipt is None:
            held, twice = self._not_delivered(connection, leased, decision, now), False
        else:
            held, twice = self._delivered(connection, leased, receipt, now)
        evidence = {
            "ended_at": now,
            "outcome": decision.outcome[:40],
            "unknown_fate": decision.unknown_fate or bool(receipt and receipt.possibly_duplicated),
            "lease_lost": not held,
            "requests": decision.log.to_json(),
            "http_status": decision.log.status,
            "request_id": _short(decision.log.request_id, 64),
            "response_id": _short(receipt.response_id if receipt else None, 128),
            "issues": decision.issues,
        }
        begun = {
            "message": leased.number,
            "lease": leased.token,
            "worker": leased.worker,
            "started_at": leased.started_at,
        }
        evidence["mac"] = self._seals.attempt(begun | evidence)
        values = {f"new_{name}": value for name, value in evidence.items()}
        connection.execute(_EVIDENCE, {"n": leased.attempt, **values})
        return Recorded(held, twice)

    def _not_delivered(
        self, connection: Connection, leased: Leased, decision: Decision, now: int
    ) -> bool:
        """Record what becomes of a message without a receipt; return whether it was still held."""
        due = NEVER if decision.delay_s is None else now + round(decision.delay_s * 1000)
        becomes = {
            "state": decision.state,
            "reason": decision.outcome[:40],
            "due_at": due,
            "resends": leased.resends + decision.unproven,
            "possibly_duplicated": bool(leased.row["possibly_duplicated"] or leased.resends),
            "tries": leased.tries + 1,
        }
        values = {
            "n": leased.number,
            "token": leased.token,
            "becomes": becomes["state"],
            "why": becomes["reason"],
            "due": due,
            "again": becomes["resends"],
            "twice": becomes["possibly_duplicated"],
            "tried": becomes["tries"],
            "sealed": self._seals.message({**leased.row, **becomes}) if leased.genuine else "",
        }
        return connection.execute(_NOT_DELIVERED, values).rowcount == 1

    def _delivered(
        self, connection: Connection, leased: Leased, receipt: Receipt, now: int
    ) -> tuple[bool, bool]:
        """Record a receipt; return whether it counted, and whether there may be two copies."""
        # A message leased for the first time has no other attempt while the lease is held.
        twice = receipt.possibly_duplicated or (
            leased.tries > 0 and _other_fate(connection, leased)
        )
        becomes: dict[str, Any] = {
            "state": "delivered",
            "reason": None,
            "delivered_at": now,
            "locations": stored_places(receipt),
            "possibly_duplicated": twice,
        }
        values = {
            "n": leased.number,
            "token": leased.token,
            "now": now,
            "where": becomes["locations"],
            "twice": twice,
            "sealed": self._seals.message({**leased.row, **becomes}) if leased.genuine else "",
        }
        if connection.execute(_DELIVERED, values).rowcount == 1:
            return True, twice
        # The service holds it: that also ends a message that no worker holds at the moment.
        this = MESSAGE.c.number == leased.number
        free = and_(this, MESSAGE.c.lease.is_(None), MESSAGE.c.state.in_(("pending", "parked")))
        becomes |= {"possibly_duplicated": twice or _other_fate(connection, leased)}
        if change(connection, self._seals, free, becomes):
            return True, bool(becomes["possibly_duplicated"])
        done = and_(this, MESSAGE.c.state == "delivered")
        change(connection, self._seals, done, {"possibly_duplicated": True})
        return False, True


def _other_fate(connection: Connection, leased: Leased) -> bool:
    """Return whether another attempt may have stored the message, or certainly has."""
    others = {"n": leased.number, "own": leased.attempt}
    return connection.execute(_OTHER_FATE, others).first() is not None


def _short(text: str | None, length: int) -> str | None:
    return text[:length] if text else None
