"""Records how attempts ended: always their evidence, their messages only under the lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.outbox.changes import change
from sha_disclosure.outbox.counting import count_delivered
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.decision import PARKED_S, Decision
from sha_disclosure.outbox.execution import execute_each
from sha_disclosure.outbox.known import stored_places
from sha_disclosure.outbox.leases import OWN, Leased, change_each, held_of
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NEVER
from sha_disclosure.outbox.seals import Seals
from sha_disclosure.outbox.waiting import free

_LAST_MS = 60_000

_DELIVERED = (
    update(MESSAGE)
    .where(OWN)
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
    .where(OWN)
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
    .where(ATTEMPT.c.message == bindparam("n"), ATTEMPT.c.lease == bindparam("token"))
    .values({c: bindparam(f"new_{c}") for c in (
        "ended_at", "outcome", "unknown_fate", "lease_lost", "requests", "http_status",
        "request_id", "response_id", "issues", "mac",
    )})
)  # fmt: skip
_OTHER_FATE = (
    select(ATTEMPT.c.number)
    .where(
        ATTEMPT.c.message == bindparam("n"),
        ATTEMPT.c.lease != bindparam("token"),
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
    """Whether the message was still held, and the message's mark, once recorded."""

    held: bool
    possibly_duplicated: bool


class Results:
    """Records the ends of attempts."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def park_queue(
        self, connection: Connection, organisation: str, refused: Sequence[int], outcome: str
    ) -> int:
        """Park an organisation's queue and the messages that were ``refused`` alike.

        They become due again in an hour, the refused ones last. Returns the number of parked ones.
        """
        due = self._database.now(connection) + round(PARKED_S * 1000)
        values = {"state": "parked", "reason": outcome[:40]}
        these = and_(MESSAGE.c.number.in_(refused), MESSAGE.c.state == "quarantined")
        parked = change(connection, self._seals, these, {**values, "due_at": due + _LAST_MS})
        queue = and_(MESSAGE.c.organisation == organisation, MESSAGE.c.state == "pending")
        return parked + change(connection, self._seals, queue, {**values, "due_at": due})

    def record(
        self, connection: Connection, ends: Sequence[tuple[Leased, Decision]]
    ) -> list[Recorded]:
        """Record decisions together; if a lease was lost, another drain decides.

        The evidence of an attempt is kept in both cases.
        """
        if not ends:
            return []
        now = self._database.now(connection)
        held = held_of(connection, [leased for leased, _ in ends])
        delivered, others, recorded = [], [], {}
        for leased, decision in ends:
            if leased.token not in held:
                continue
            if decision.receipt is None:
                others.append(self._not_delivered(leased, decision, now))
                recorded[leased.token] = Recorded(True, False)
                continue
            twice = decision.receipt.possibly_duplicated or (
                # A message leased for the first time has no other attempt while it is held.
                leased.tries > 0 and _other_fate(connection, leased)
            )
            delivered.append(self._delivered(leased, decision.receipt, now, twice))
            recorded[leased.token] = Recorded(True, twice)
        change_each(connection, _DELIVERED, delivered)
        change_each(connection, _NOT_DELIVERED, others)
        for leased, decision in ends:
            if leased.token not in held:
                recorded[leased.token] = self._lost(connection, leased, decision.receipt, now)
        told = [recorded[leased.token] for leased, _ in ends]
        received = [
            leased
            for (leased, decision), each in zip(ends, told, strict=True)
            if decision.receipt is not None and each.held
        ]
        count_delivered(connection, ends[0][0].worker, len(received))
        for_a_person = [
            leased
            for leased, decision in ends
            if decision.state == "quarantined" or decision.delay_s is None
        ]
        free(connection, [leased.number for leased in received + for_a_person])
        evidence = [
            self._evidence(leased, decision, now, held=each.held)
            for (leased, decision), each in zip(ends, told, strict=True)
        ]
        execute_each(connection, _EVIDENCE, evidence)
        return told

    def _evidence(
        self, leased: Leased, decision: Decision, now: int, *, held: bool
    ) -> dict[str, Any]:
        receipt = decision.receipt
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
        return {"n": leased.number, "token": leased.token, **values}

    def _not_delivered(self, leased: Leased, decision: Decision, now: int) -> dict[str, Any]:
        """Return the changes to a message without a receipt, for its statement."""
        due = NEVER if decision.delay_s is None else now + round(decision.delay_s * 1000)
        becomes = {
            "state": decision.state,
            "reason": decision.outcome[:40],
            "due_at": due,
            "resends": leased.resends + decision.unproven,
            "possibly_duplicated": bool(leased.row["possibly_duplicated"] or leased.resends),
            "tries": leased.tries + 1,
        }
        return {
            "n": leased.number,
            "token": leased.token,
            "becomes": becomes["state"],
            "why": becomes["reason"],
            "due": due,
            "again": becomes["resends"],
            "twice": becomes["possibly_duplicated"],
            "tried": becomes["tries"],
            "sealed": self._sealed(leased, becomes),
        }

    def _delivered(self, leased: Leased, receipt: Receipt, now: int, twice: bool) -> dict[str, Any]:
        """Return the changes to a message with a receipt, for its statement."""
        becomes = _received(receipt, now, twice)
        return {
            "n": leased.number,
            "token": leased.token,
            "now": now,
            "where": becomes["locations"],
            "twice": twice,
            "sealed": self._sealed(leased, becomes),
        }

    def _sealed(self, leased: Leased, becomes: dict[str, Any]) -> str | None:
        return self._seals.message({**leased.row, **becomes}) if leased.genuine else ""

    def _lost(
        self, connection: Connection, leased: Leased, receipt: Receipt | None, now: int
    ) -> Recorded:
        """Record what a receipt means for a message whose lease was lost.

        The service stored it, which also completes a message that no drain currently holds.
        """
        if receipt is None:
            return Recorded(False, False)
        twice = receipt.possibly_duplicated or _other_fate(connection, leased)
        this = MESSAGE.c.number == leased.number
        free = and_(this, MESSAGE.c.lease.is_(None), MESSAGE.c.state.in_(("pending", "parked")))
        if change(connection, self._seals, free, _received(receipt, now, twice)):
            return Recorded(True, twice)
        done = and_(this, MESSAGE.c.state == "delivered")
        change(connection, self._seals, done, {"possibly_duplicated": True})
        return Recorded(False, True)


def _received(receipt: Receipt, now: int, twice: bool) -> dict[str, Any]:
    """Return the changes that a receipt makes to its message."""
    return {
        "state": "delivered",
        "reason": None,
        "delivered_at": now,
        "locations": stored_places(receipt),
        "possibly_duplicated": twice,
    }


def _other_fate(connection: Connection, leased: Leased) -> bool:
    """Return whether another attempt may have stored the message, or definitely has."""
    others = {"n": leased.number, "token": leased.token}
    return connection.execute(_OTHER_FATE, others).first() is not None


def _short(text: str | None, length: int) -> str | None:
    return text.replace("\0", "")[:length] if text else None  # PostgreSQL stores no NUL
