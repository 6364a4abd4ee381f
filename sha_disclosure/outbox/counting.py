"""How many messages an outbox holds in each state.

The number of delivered ones only grows, so each drain counts its own, and none waits for another's
transaction. On SQLite, where one transaction writes at a time, triggers count those that are not
in the queue any more, and the numbers that no message has; the highest number then gives how many
are in the queue, so that neither adding nor leasing one writes a counter. On a server, where a
counter would make all transactions wait for each other, an index is used.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from sha_disclosure.outbox.execution import execute
from sha_disclosure.outbox.schema import COUNT, MESSAGE, META, SERVERS, UNDELIVERED

_MANY = 16  # counters, including those of ended drains, before they are added up
_ONE_BY_ONE = 10_000  # rows up to which they are counted directly: a test may delete them

_ADD = (
    update(COUNT)
    .where(COUNT.c.name == bindparam("mine"))
    .values(delivered=COUNT.c.delivered + bindparam("more"))
)
_NEW = insert(COUNT)
_COUNTERS = select(COUNT.c.name, COUNT.c.delivered).order_by(COUNT.c.name)
_SUM = select(func.sum(COUNT.c.delivered))
_DELIVERED = select(MESSAGE.c.number).where(MESSAGE.c.state == "delivered").limit(_ONE_BY_ONE)
_SOME = select(func.count()).select_from(_DELIVERED.subquery())
_COUNT = select(func.count()).select_from(MESSAGE)
# One query for each state: with an index, half the time of a grouped one.
_UNDELIVERED = select(
    *[_COUNT.where(MESSAGE.c.state == each).scalar_subquery().label(each) for each in UNDELIVERED]
)
COUNTED = ("delivered", "parked", "quarantined")
UNUSED = "unused"
_KEPT = select(META.c.name, META.c.value).where(META.c.name.in_((*COUNTED, UNUSED)))
_QUEUE = select(
    select(func.max(MESSAGE.c.number)).scalar_subquery().label("last"),
    _COUNT.where(MESSAGE.c.state == "sending").scalar_subquery().label("sending"),
)
_ON = "ON sha_outbox_message"
_IN = f"IN {COUNTED}"
_MORE = "UPDATE sha_outbox_meta SET value = value + 1 WHERE name = NEW.state;"
_LESS = "UPDATE sha_outbox_meta SET value = value - 1 WHERE name = OLD.state;"
_GAP = "UPDATE sha_outbox_meta SET value = value + {} WHERE name = '{}';"
_LAST = "(SELECT max(number) FROM sha_outbox_message)"
# A number that follows the last one, as SQLite gives them, leaves no gap and fills none.
_BEFORE = "coalesce((SELECT max(number) FROM sha_outbox_message WHERE number < NEW.number), 0)"
_OPENED = f"CASE WHEN NEW.number < {_LAST} THEN -1 ELSE NEW.number - 1 - {_BEFORE} END"
# The gaps below the last number end with it.
_CLOSED = f"1 - max(0, OLD.number - coalesce({_LAST}, 0))"
_COUNTS = "INSERT OR REPLACE INTO sha_outbox_meta SELECT '{}', {} FROM sha_outbox_message"
COUNTING = (
    *[_COUNTS.format(each, "count(*)") + f" WHERE state = '{each}'" for each in COUNTED],
    _COUNTS.format(UNUSED, "coalesce(max(number), 0) - count(*)"),
    f"CREATE TRIGGER IF NOT EXISTS sha_outbox_added AFTER INSERT {_ON} WHEN NEW.state {_IN} "
    f"OR NEW.number < {_LAST} OR NEW.number <> {_BEFORE} + 1 "
    f"BEGIN {_MORE} {_GAP.format(_OPENED, UNUSED)} END",
    f"CREATE TRIGGER IF NOT EXISTS sha_outbox_entered AFTER UPDATE OF state {_ON} "
    f"WHEN NEW.state {_IN} AND NEW.state <> OLD.state BEGIN {_MORE} END",
    f"CREATE TRIGGER IF NOT EXISTS sha_outbox_left AFTER UPDATE OF state {_ON} "
    f"WHEN OLD.state {_IN} AND NEW.state <> OLD.state BEGIN {_LESS} END",
    f"CREATE TRIGGER IF NOT EXISTS sha_outbox_removed AFTER DELETE {_ON} "
    f"BEGIN {_LESS} {_GAP.format(_CLOSED, UNUSED)} END",
)
"""What makes SQLite count: each state in a row of its name, and the unused numbers."""
_EARLIER = ("added", "changed", "removed")  # the triggers of version 4


def begin_counting(connection: Connection) -> None:
    """Have a database that can do so count the messages of each state from now on."""
    if connection.dialect.name == "sqlite":
        for name in _EARLIER:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS sha_outbox_{name}")
        connection.execute(delete(META).where(META.c.name.in_(("pending", "sending"))))
        for each in COUNTING:
            connection.exec_driver_sql(each)


def undelivered_of(connection: Connection) -> dict[str, int]:
    """Return how many messages there are in each state but delivered."""
    if connection.dialect.name == "sqlite":
        kept = {row.name: int(row.value) for row in connection.execute(_KEPT)}
        if len(kept) == len(COUNTED) + 1:  # tables made by hand may do without
            last, sending = connection.execute(_QUEUE).one()
            pending = (last or 0) - sum(kept.values()) - sending
            found = {**kept, "pending": pending, "sending": sending}
            return {each: found[each] for each in UNDELIVERED}
    return dict(connection.execute(_UNDELIVERED).mappings().one())


def count_delivered(connection: Connection, drain: str, more: int) -> None:
    """Add to the counter of a drain."""
    if more and execute(connection, _ADD, {"mine": drain, "more": more}) != 1:
        connection.execute(_NEW, {"name": drain, "delivered": more + _added_up(connection)})


def _added_up(connection: Connection) -> int:
    """Remove the counters if there are many; return their sum.

    A drain whose counter is removed starts a new one.
    """
    counters = _COUNTERS
    if connection.dialect.name in SERVERS:
        counters = counters.with_for_update(skip_locked=True)
    rows = connection.execute(counters).all()
    if len(rows) < _MANY:
        return 0
    connection.execute(delete(COUNT).where(COUNT.c.name.in_([row.name for row in rows])))
    return sum(row.delivered for row in rows)


def delivered_of(connection: Connection) -> int:
    """Return the number of delivered messages: counted while few, otherwise by the counters."""
    some = int(connection.execute(_SOME).scalar_one())
    return some if some < _ONE_BY_ONE else int(connection.execute(_SUM).scalar() or 0)
