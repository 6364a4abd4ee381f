"""Counters of delivered messages: that number only grows, so it need not be counted anew.

Each drain has its own counter, so that none waits for another's transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from sha_disclosure.outbox.schema import COUNT, MESSAGE, SERVERS

_MANY = 16  # counters, including those of ended drains, before they are added up
_COUNTED = 10_000  # rows up to which they are counted directly: a test may delete them

_ADD = (
    update(COUNT)
    .where(COUNT.c.name == bindparam("mine"))
    .values(delivered=COUNT.c.delivered + bindparam("more"))
)
_NEW = insert(COUNT)
_COUNTERS = select(COUNT.c.name, COUNT.c.delivered).order_by(COUNT.c.name)
_SUM = select(func.sum(COUNT.c.delivered))
_DELIVERED = select(MESSAGE.c.number).where(MESSAGE.c.state == "delivered").limit(_COUNTED)
_SOME = select(func.count()).select_from(_DELIVERED.subquery())


def count_delivered(connection: Connection, drain: str, more: int) -> None:
    """Add to the counter of a drain."""
    if more and connection.execute(_ADD, {"mine": drain, "more": more}).rowcount != 1:
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
    return some if some < _COUNTED else int(connection.execute(_SUM).scalar() or 0)
