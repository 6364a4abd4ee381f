"""Leases of messages, in batches and in strict order per client."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.sql.dml import UpdateBase

from sha_disclosure.errors import OutboxBusy, OutboxDamaged
from sha_disclosure.messages import message
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.execution import among, execute_each, pages, rows_of
from sha_disclosure.outbox.payload import Stored, payloads_of
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, SERVERS
from sha_disclosure.outbox.seals import COVERED, Seals
from sha_disclosure.outbox.waiting import BEFORE, NEXT, hold_back
from sha_disclosure.sources import Sources

# All of them, with the message that holds each back.
_NEXT = NEXT.with_only_columns(MESSAGE, BEFORE)
_NAMES = (*MESSAGE.c.keys(), BEFORE.name)
_covered = itemgetter(*(MESSAGE.c.keys().index(name) for name in COVERED))
_NEXT_FREE = _NEXT.with_for_update(skip_locked=True)
_THESE = 24  # characters of a UUID that leases taken together share, before the message's number
_PAGES = 8  # pages of waiting messages that one lease may skip at most
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
OWN = and_(
    MESSAGE.c.number == bindparam("n"),
    MESSAGE.c.lease == bindparam("token"),
    MESSAGE.c.state == "sending",
)
"""A message under its lease, by the parameters ``n`` and ``token``."""
_GIVEN_BACK = (
    update(MESSAGE)
    .where(OWN)
    .values(
        state="pending",
        lease=None,
        worker=None,
        due_at=bindparam("due"),
        attempts=bindparam("leases"),
        mac=bindparam("sealed"),
    )
)
_ATTEMPT = insert(ATTEMPT)
_NO_ATTEMPT = delete(ATTEMPT).where(
    ATTEMPT.c.message == bindparam("n"), ATTEMPT.c.lease == bindparam("token")
)
_EARLIER_ATTEMPTS = select(ATTEMPT).where(ATTEMPT.c.message == bindparam("n"))
_HELD = (
    select(MESSAGE.c.lease)
    .where(among(MESSAGE.c.number), MESSAGE.c.state == "sending")
    .with_for_update()
)
_LOCKING = SERVERS | {"sqlite"}


@dataclass(frozen=True, slots=True)
class Leased:
    """A message leased by a drain; ``token`` is the lease's own.

    ``due_at``: when it was due. ``row`` has what its MAC covers; ``genuine``: whether the
    MACs of the message and of its earlier attempts were correct.
    """

    number: int
    token: str
    worker: str
    started_at: int
    due_at: int
    stored: Stored
    row: Mapping[str, Any] = field(repr=False)
    genuine: bool = True

    def require_genuine(self) -> None:
        """Raise OutboxDamaged if the message or its attempts were changed outside the outbox."""
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
        """The number of earlier leases that ended without a receipt."""
        return int(self.row["tries"])

    @property
    def resends(self) -> int:
        """The number of those that ended with an answer that proved nothing."""
        return int(self.row["resends"] or 0)

    @property
    def added_at(self) -> int:
        """The time it was added, in milliseconds."""
        return int(self.row["added_at"])


class _Batch(NamedTuple):
    """What leases that are taken together share."""

    these: str
    worker: str
    now: int


class Leases:
    """Takes, renews and returns leases for one drain."""

    def __init__(self, database: Database, sources: Sources, lease_s: float, seals: Seals) -> None:
        self._database = database
        self._seals = seals
        self._sources = sources
        self._length = round(lease_s * 1000)

    def take(self, connection: Connection, worker: str, many: int = 1) -> list[Leased]:
        """Lease the messages due first that have no earlier one of their client before them.

        The attempts are recorded in the same transaction, so that an interrupted one leaves a
        trace.
        """
        now = self._database.now(connection)
        # Elsewhere two drains may select the same message: one of them leases it.
        chosen = _NEXT_FREE if connection.dialect.name in SERVERS else _NEXT
        taken: list[Leased] = []
        for _ in range(_PAGES):
            rows = rows_of(connection, chosen, {"now": now, "many": many - len(taken)})
            first = [row for row in rows if row.before is None]
            taken += self._lease(connection, first, worker, now)
            if len(first) == len(rows) or not hold_back(connection, now):
                break
        return taken

    def _lease(
        self, connection: Connection, rows: Sequence[Any], worker: str, now: int
    ) -> list[Leased]:
        if not rows:
            return []
        batch = _Batch(self._sources.uuid()[:_THESE], worker, now)
        # A statement of its own, begun after the rows are locked: MariaDB reads the latest rows
        # when it locks, but what it does not lock as of the beginning of the statement.
        payloads = payloads_of(connection, [row.number for row in rows])
        taken = [self._leased(connection, row, payloads.get(row.number), batch) for row in rows]
        changes = [
            {
                "n": each.number,
                "token": each.token,
                "who": worker,
                "until": now + self._length,
                "leases": each.row["attempts"],
                "sealed": self._seals.message(each.row) if each.genuine else row.mac,
            }
            for each, row in zip(taken, rows, strict=True)
        ]
        change_each(connection, _LEASE, changes)
        execute_each(connection, _ATTEMPT, [self._begun(each) for each in taken])
        return taken

    def _leased(
        self, connection: Connection, row: Any, payload: bytes | None, batch: _Batch
    ) -> Leased:
        leased = dict(zip(COVERED, _covered(row), strict=True))
        leased |= {"state": "sending", "attempts": (row.attempts or 0) + 1, "due_at": None}
        return Leased(
            number=row.number,
            token=f"{batch.these}{row.number:012x}",
            worker=batch.worker,
            started_at=batch.now,
            due_at=row.due_at,
            stored=Stored.of(row, payload),
            row=leased,
            genuine=self._genuine(connection, row),
        )

    def _begun(self, leased: Leased) -> dict[str, Any]:
        attempt: dict[str, Any] = {
            "message": leased.number,
            "lease": leased.token,
            "worker": leased.worker,
            "started_at": leased.started_at,
            "unknown_fate": False,
            "lease_lost": False,
        }
        return attempt | {"mac": self._seals.attempt(attempt)}

    def _genuine(self, connection: Connection, row: Any) -> bool:
        """Return whether a message and its earlier attempts are as the outbox wrote them."""
        values = dict(zip(_NAMES, row, strict=True))
        if not row.attempts:
            return self._seals.genuine_message(values)
        earlier = connection.execute(_EARLIER_ATTEMPTS, {"n": row.number}).mappings().all()
        return self._seals.genuine_message(values, earlier)

    def give_back(self, connection: Connection, messages: Sequence[Leased]) -> None:
        """Make leased messages that were not sent pending again, as if they had not been leased."""
        held = held_of(connection, messages)
        messages = [each for each in messages if each.token in held]
        these = [{"n": each.number, "token": each.token} for each in messages]
        before = [
            {**each.row, "state": "pending", "due_at": each.due_at}
            | {"attempts": each.row["attempts"] - 1}
            for each in messages
        ]
        changes = [
            {
                **this,
                "due": row["due_at"],
                "leases": row["attempts"],
                "sealed": self._seals.message(row) if each.genuine else "",
            }
            for this, row, each in zip(these, before, messages, strict=True)
        ]
        change_each(connection, _GIVEN_BACK, changes)
        execute_each(connection, _NO_ATTEMPT, these)

    def renew(self, tokens: Collection[str]) -> None:
        """Extend the leases that are still held."""
        with self._database.write() as connection:
            until = self._database.now(connection) + self._length
            connection.execute(
                update(MESSAGE)
                .where(MESSAGE.c.lease.in_(list(tokens)), MESSAGE.c.state == "sending")
                .values(due_at=until)
            )


def held_of(connection: Connection, messages: Sequence[Leased]) -> frozenset[str]:
    """Return the leases of messages that are still held, locking the messages."""
    if not messages:
        return frozenset()
    numbers = [each.number for each in messages]
    held = {row.lease for page in pages(numbers) for row in rows_of(connection, _HELD, page)}
    return frozenset(held) & {each.token for each in messages}


def change_each(
    connection: Connection, statement: UpdateBase, changes: Sequence[Mapping[str, Any]]
) -> None:
    """Change one message for each set of parameters.

    Raises OutboxBusy if another transaction changed one meanwhile, which cannot happen on a
    database that has locked them.
    """
    if connection.dialect.name in _LOCKING:
        execute_each(connection, statement, changes)
        return
    for each in changes:
        if connection.execute(statement, each).rowcount != 1:
            raise OutboxBusy(message("outbox.database.raced"))
