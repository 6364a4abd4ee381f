"""Events due by time: expired leases, the end of parking, and when to look again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from sha_disclosure.outbox.changes import change
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.schema import MESSAGE, State
from sha_disclosure.outbox.seals import Seals, Values
from sha_disclosure.outbox.waiting import record_search, release, searched_at, stranded
from sha_disclosure.sources import Sources

_PAGE = 500
_SEARCH_MS = 600_000
LONGEST_PENDING = timedelta(hours=1)
"""Longer waits are parked; a pending message due later than this came from another clock."""


def _at(state: State) -> ColumnElement[bool]:
    """Return the messages of a state that wait for no other, phrased to match their index."""
    return and_(MESSAGE.c.state == state, MESSAGE.c.behind == 0)


def _soonest(state: State) -> Any:
    due = select(func.min(MESSAGE.c.due_at)).where(_at(state))
    return due.scalar_subquery().label(state)


def _by_time(connection: Connection, where: ColumnElement[bool]) -> Iterator[ColumnElement[bool]]:
    """Return conditions that match, page by page, the messages found by when they are due.

    They are asked by number whether they still match, in a form that no index answers: databases
    choose between indexes by what they know of the table, or by the order of their creation,
    and the wrong one leads through all that waits.
    """
    numbers = sorted(connection.execute(select(MESSAGE.c.number).where(where)).scalars())
    for start in range(0, len(numbers), _PAGE):
        page = numbers[start : start + _PAGE]
        yield and_(MESSAGE.c.number.in_(page), case((where, 1), else_=0) == 1)


_SOONEST = select(_soonest("pending"), _soonest("sending"), _soonest("parked"))


@dataclass(frozen=True, slots=True)
class Soonest:
    """What happens next in an outbox.

    ``due_s``: seconds until a message becomes due that is not known to wait for an earlier one of
    its client, or None. ``lapsed``: a lease has expired or parking is over.
    ``sending``: whether any drain holds a lease.
    """

    due_s: float | None
    lapsed: bool
    sending: bool


class Sweeping:
    """Sweeps for one drain."""

    def __init__(self, database: Database, sources: Sources, lease_s: float, seals: Seals) -> None:
        self._database = database
        self._sources = sources
        self._seals = seals
        self._length = round(lease_s * 1000)
        self._ahead: dict[tuple[int, int], float] = {}

    def soonest(self) -> Soonest:
        """Return what happens next, in a single query."""
        with self._database.read() as connection:
            due = connection.execute(_SOONEST).one()
            now = self._database.now(connection)
        return Soonest(
            due_s=None if due.pending is None else max(0.0, (due.pending - now) / 1000),
            lapsed=any(each is not None and each <= now for each in (due.sending, due.parked)),
            sending=due.sending is not None,
        )

    def sweep(self) -> int:
        """Make messages pending again whose lease has expired or whose parking is over.

        Every ten minutes, whichever drain is first also releases messages that wait for one that
        no longer exists. Returns the number of messages.
        """
        return self._free() + self._sweep()

    def _free(self) -> int:
        with self._database.read() as connection:
            now, searched = self._database.now(connection), searched_at(connection)
        if 0 <= now - searched < _SEARCH_MS:
            return 0
        freed = 0
        while True:  # the search covers all waiting messages, so it does not take the write lock
            with self._database.read() as connection:
                numbers = stranded(connection)
            if not numbers:
                break
            with self._database.write() as connection:
                release(connection, numbers)
            freed += len(numbers)
        with self._database.write() as connection:
            record_search(connection, now)
        return freed

    def _sweep(self) -> int:
        with self._database.write() as connection:
            now = self._database.now(connection)
            back = {"state": "pending", "due_at": now, "lease": None, "worker": None}
            late = now + round(LONGEST_PENDING.total_seconds() * 1000)

            def lost_lease(row: Values) -> dict[str, Any]:
                return {**back, "tries": row["tries"] + 1}

            def waited_long(row: Values) -> dict[str, Any]:
                # A parked message keeps its time, and so its place among the others.
                return {**back, "due_at": row["due_at"] if row["state"] == "parked" else now}

            over = and_(_at("sending"), MESSAGE.c.due_at <= now)
            lost = change(connection, self._seals, over, lost_lease, skip_locked=True)
            waited = 0
            for condition in (
                and_(_at("parked"), MESSAGE.c.due_at <= now),
                and_(_at("pending"), MESSAGE.c.due_at > late),
            ):
                for over in _by_time(connection, condition):
                    waited += change(connection, self._seals, over, waited_long, skip_locked=True)
            stale = self._stale(
                connection.execute(
                    select(MESSAGE.c.number, MESSAGE.c.due_at).where(
                        _at("sending"), MESSAGE.c.due_at > now + 2 * self._length
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

    def _stale(self, ahead: Collection[Any]) -> list[tuple[int, int]]:
        """Return the leases that end implausibly late and have not been renewed for long.

        They were taken before the clock was set back, and their worker is gone: a live one would
        have renewed them by the new time.
        """
        now = self._sources.monotonic()
        self._ahead = {(n, due): self._ahead.get((n, due), now) for n, due in ahead}
        return [key for key, seen in self._ahead.items() if (now - seen) * 1000 >= self._length]
