"""Who works on which message: leases with heartbeat, and strict order per client."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, insert, or_, select, update

from sha_disclosure.errors import OutboxDamaged
from sha_disclosure.messages import message
from sha_disclosure.outbox.changes import change
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.payload import Stored
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NEVER, SERVERS
from sha_disclosure.outbox.seals import COVERED, Seals, Values
from sha_disclosure.sources import Sources

LONGEST_PENDING = timedelta(hours=1)
"""What waits longer is parked; a pending message due later than this had another clock."""


_EARLIER = MESSAGE.alias("earlier")
# A message that waits for a person holds back none of its client's later ones.
_BLOCKS = or_(
    _EARLIER.c.state.in_(("pending", "sending")),
    and_(_EARLIER.c.state == "parked", _EARLIER.c.due_at < NEVER),
)
_FIRST_OF_CLIENT = ~exists().where(
    _EARLIER.c.client == MESSAGE.c.client,
    _EARLIER.c.number < MESSAGE.c.number,
    _BLOCKS,
)
_NEXT = (
    select(MESSAGE)
    .where(MESSAGE.c.state == "pending", MESSAGE.c.due_at <= bindparam("now"), _FIRST_OF_CLIENT)
    .order_by(MESSAGE.c.due_at, MESSAGE.c.number)
    .limit(1)
)
_NEXT_FREE = _NEXT.with_for_update(skip_locked=True)
_LEASE = (
    update(MESSAGE)
    .where(MESSAGE.c.number == bindparam("n"), MESSAGE.c.state == "pending")
    .values(
        state="sending",
        lease=bindparam("token"),
        worker=bindparam("who"),
        due_at=bindparam("until"),
        attempts=bindparam("leases"),
        mac=bindparam("sealed"),
    )
)
_ATTEMPT = insert(ATTEMPT)
_EARLIER_ATTEMPTS = select(ATTEMPT).where(ATTEMPT.c.message == bindparam("n"))
_SOONEST = select(func.min(MESSAGE.c.due_at)).where(MESSAGE.c.state == "pending", _FIRST_OF_CLIENT)


@dataclass(frozen=True, slots=True)
class Leased:
    """A message leased by one worker; ``token`` is the lease's own.

    ``row`` holds what its MAC covers; ``genuine``: whether the MACs of the message and of its
    earlier attempts were right.
    """

    number: int
    token: str
    worker: str
    attempt: int
    started_at: int
    stored: Stored
    row: Mapping[str, Any] = field(repr=False)
    genuine: bool = True

    def require_genuine(self) -> None:
        """Raise OutboxDamaged if others than the outbox changed the message or its attempts."""
        if not self.genuine:
            raise OutboxDamaged(message("outbox.row.changed"))

    @property
    def notice_ids(self) -> tuple[str, ...]:
        """The ids of its notices."""
        return self.stored.notice_ids

    @property
    def organisation(self) -> str:
        """The requester's OID."""
        return self.stored.organisation

    @property
    def tries(self) -> int:
        """How many leases ended without a receipt before."""
        return int(self.row["tries"])

    @property
    def resends(self) -> int:
        """How many of them after an answer that proved nothing."""
        return int(self.row["resends"] or 0)

    @property
    def added_at(self) -> int:
        """When it was added, in milliseconds."""
        return int(self.row["added_at"])


class Leases:
    """Takes, renews and ends leases for one drain."""

    def __init__(self, database: Database, sources: Sources, lease_s: float, seals: Seals) -> None:
        self._database = database
        self._seals = seals
        self._sources = sources
        self._length = round(lease_s * 1000)
        self._ahead: dict[tuple[int, int], float] = {}

    def take(self, worker: str) -> Leased | None:
        """Lease the next message in a transaction of its own; see ``take_in``."""
        with self._database.write() as connection:
            return self.take_in(connection, worker)

    def take_in(self, connection: Connection, worker: str) -> Leased | None:
        """Lease the message that is due first and has no earlier one of its client before it.

        The attempt is recorded in the same transaction, so that one that is cut off leaves its
        trace.
        """
        now = self._database.now(connection)
        # Elsewhere two workers may choose the same message: one of them leases it.
        skips = connection.dialect.name in SERVERS
        row = connection.execute(_NEXT_FREE if skips else _NEXT, {"now": now}).first()
        if row is None:
            return None
        genuine = self._genuine(connection, row)
        leased = {name: getattr(row, name) for name in COVERED}
        leased |= {"state": "sending", "attempts": (row.attempts or 0) + 1, "due_at": None}
        token = self._sources.uuid()
        values = {
            "n": row.number,
            "token": token,
            "who": worker,
            "until": now + self._length,
            "leases": leased["attempts"],
            "sealed": self._seals.message(leased) if genuine else row.mac,
        }
        if connection.execute(_LEASE, values).rowcount != 1:
            return None
        attempt: dict[str, Any] = {
            "message": row.number,
            "lease": token,
            "worker": worker,
            "started_at": now,
            "unknown_fate": False,
            "lease_lost": False,
        }
        attempt["mac"] = self._seals.attempt(attempt)
        (made,) = connection.execute(_ATTEMPT, attempt).inserted_primary_key or (0,)
        return Leased(
            number=row.number,
            token=token,
            worker=worker,
            attempt=made,
            started_at=now,
            stored=Stored.of(row),
            row=leased,
            genuine=genuine,
        )

    def _genuine(self, connection: Connection, row: Row[Any]) -> bool:
        """Return whether a message and its earlier attempts are as the outbox wrote them."""
        values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        if not row.attempts:
            return self._seals.genuine_message(values)
        earlier = connection.execute(_EARLIER_ATTEMPTS, {"n": row.number}).mappings().all()
        return self._seals.genuine_message(values, earlier)

    def renew(self, tokens: Collection[str]) -> None:
        """Prolong the leases that are still held."""
        with self._database.write() as connection:
            until = self._database.now(connection) + self._length
            connection.execute(
                update(MESSAGE)
                .where(MESSAGE.c.lease.in_(list(tokens)), MESSAGE.c.state == "sending")
                .values(due_at=until)
            )

    def sweep(self) -> int:
        """Make messages pending again whose lease ran out or whose parking is over.

        Returns how many there were.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            back = {"state": "pending", "due_at": now, "lease": None, "worker": None}
            late = now + round(LONGEST_PENDING.total_seconds() * 1000)

            def lost_lease(row: Values) -> dict[str, Any]:
                return {**back, "tries": row["tries"] + 1}

            def waited_long(row: Values) -> dict[str, Any]:
                # A parked message keeps its time, and so its place among the others.
                return {**back, "due_at": row["due_at"] if row["state"] == "parked" else now}

            over = and_(MESSAGE.c.state == "sending", MESSAGE.c.due_at <= now)
            lost = change(connection, self._seals, over, lost_lease, skip_locked=True)
            over = or_(
                and_(MESSAGE.c.state == "parked", MESSAGE.c.due_at <= now),
                and_(MESSAGE.c.state == "pending", MESSAGE.c.due_at > late),
            )
            waited = change(connection, self._seals, over, waited_long, skip_locked=True)
            stale = self._stale(
                connection.execute(
                    select(MESSAGE.c.number, MESSAGE.c.due_at).where(
                        MESSAGE.c.state == "sending", MESSAGE.c.due_at > now + 2 * self._length
                    )
                ).all()
            )
            for number, due_at in stale:
                over = and_(
                    MESSAGE.c.number == number,
                    MESSAGE.c.state == "sending",
                    MESSAGE.c.due_at == due_at,
                )
                lost += change(connection, self._seals, over, lost_lease, skip_locked=True)
            return lost + waited

    def _stale(self, ahead: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the leases that end implausibly late and have not been renewed for long.

        They were taken before the clock was set back, and their worker is gone: a living one
        would have renewed them by the new time.
        """
        now = self._sources.monotonic()
        self._ahead = {(n, due): self._ahead.get((n, due), now) for n, due in ahead}
        return [key for key, seen in self._ahead.items() if (now - seen) * 1000 >= self._length]

    def next_due_s(self) -> float | None:
        """Return the seconds until a pending message is due, or None when there is none.

        Messages held back by an earlier one of their client do not count.
        """
        with self._database.read() as connection:
            due = connection.execute(_SOONEST).scalar()
            now = self._database.now(connection)
        return None if due is None else max(0.0, (due - now) / 1000)

    def sending(self) -> bool:
        """Return whether a worker of any drain holds a lease."""
        with self._database.read() as connection:
            leased = select(MESSAGE.c.number).where(MESSAGE.c.state == "sending").limit(1)
            return connection.execute(leased).first() is not None
