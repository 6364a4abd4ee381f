"""Who works on which message: leases with heartbeat, and strict order per client."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, and_, bindparam, case, exists, func, insert, or_, select, update

from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NEVER
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
    )
)
_ATTEMPT = insert(ATTEMPT)
_PARKED = MESSAGE.c.state == "parked"
_SOONEST = select(func.min(MESSAGE.c.due_at)).where(MESSAGE.c.state == "pending", _FIRST_OF_CLIENT)


@dataclass(frozen=True, slots=True)
class Leased:
    """A message leased by one worker; ``token`` is the lease's own."""

    number: int
    token: str
    attempt: int
    notice_ids: tuple[str, ...]
    tries: int
    added_at: int
    digest: str
    payload_digest: str | None
    payload: bytes | None = field(repr=False)
    organisation: str = ""
    resends: int = 0
    started_at: int = 0


class Leases:
    """Takes, renews and ends leases for one drain."""

    def __init__(self, database: Database, sources: Sources, lease_s: float) -> None:
        self._database = database
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
        skips = connection.dialect.name in {"postgresql", "mysql", "mariadb"}
        row = connection.execute(_NEXT_FREE if skips else _NEXT, {"now": now}).first()
        if row is None:
            return None
        token = self._sources.uuid()
        values = {"n": row.number, "token": token, "who": worker, "until": now + self._length}
        if connection.execute(_LEASE, values).rowcount != 1:
            return None
        attempt = {
            "message": row.number,
            "lease": token,
            "worker": worker,
            "started_at": now,
            "unknown_fate": False,
            "lease_lost": False,
        }
        (made,) = connection.execute(_ATTEMPT, attempt).inserted_primary_key or (0,)
        return Leased(
            number=row.number,
            token=token,
            attempt=made,
            notice_ids=tuple(json.loads(row.notice_ids)),
            tries=row.tries,
            added_at=row.added_at,
            digest=row.digest,
            payload_digest=row.payload_digest,
            payload=row.payload,
            organisation=row.organisation or "",
            resends=row.resends or 0,
            started_at=now,
        )

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
            lost = connection.execute(
                update(MESSAGE)
                .where(MESSAGE.c.state == "sending", MESSAGE.c.due_at <= now)
                .values(**back, tries=MESSAGE.c.tries + 1)
            ).rowcount
            waited = connection.execute(
                update(MESSAGE)
                .where(
                    or_(
                        and_(MESSAGE.c.state == "parked", MESSAGE.c.due_at <= now),
                        and_(MESSAGE.c.state == "pending", MESSAGE.c.due_at > late),
                    )
                )
                # A parked message keeps its time, and so its place among the others. MySQL would
                # see the new state here, so its time says which one it was.
                .values(
                    {**back, "due_at": case((MESSAGE.c.due_at > late, now), else_=MESSAGE.c.due_at)}
                )
            ).rowcount
            stale = self._stale(
                connection.execute(
                    select(MESSAGE.c.number, MESSAGE.c.due_at).where(
                        MESSAGE.c.state == "sending", MESSAGE.c.due_at > now + 2 * self._length
                    )
                ).all()
            )
            for number, due_at in stale:
                lost += connection.execute(
                    update(MESSAGE)
                    .where(
                        MESSAGE.c.number == number,
                        MESSAGE.c.state == "sending",
                        MESSAGE.c.due_at == due_at,
                    )
                    .values(**back, tries=MESSAGE.c.tries + 1)
                ).rowcount
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
