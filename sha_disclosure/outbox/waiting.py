"""Messages that wait for an earlier one of their client: out of the way of those that may go.

Whether a message is the first of its client is asked at each lease. The column ``behind`` only
keeps a lease from meeting again and again those that are not: the drain that meets one notes
the message just before it, whose end lets it go. So each end frees one message of a long queue.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from sha_disclosure.outbox.schema import MESSAGE, NEVER, SERVERS, WAITING

_PAGE = 500
_EARLIER = MESSAGE.alias("earlier")


def _blocks(table: Any) -> ColumnElement[bool]:
    """Return whether a message holds back later ones of its client: not if a person decides."""
    by_itself = and_(table.c.state == "parked", table.c.due_at < NEVER)
    return or_(table.c.state.in_(("pending", "sending")), by_itself)


def _last(state: str, *more: ColumnElement[bool]) -> Any:
    """Return the last message of the same client before a message, of one state."""
    return (
        select(func.max(_EARLIER.c.number))
        .where(
            _EARLIER.c.client == MESSAGE.c.client,
            _EARLIER.c.state == state,
            _EARLIER.c.number < MESSAGE.c.number,
            *more,
        )
        .scalar_subquery()
    )


# By state, since an index gives the last one of each without a search.
BEFORE = func.coalesce(
    _last("pending"), _last("sending"), _last("parked", _EARLIER.c.due_at < NEVER)
).label("before")
"""The message just before a message, if one holds it back."""
NEXT = (
    select(MESSAGE.c.number, BEFORE)
    .where(
        MESSAGE.c.state == "pending", MESSAGE.c.behind == 0, MESSAGE.c.due_at <= bindparam("now")
    )
    .order_by(MESSAGE.c.due_at, MESSAGE.c.number)
    .limit(bindparam("many", type_=Integer))
)
"""The messages that are due first, with what holds them back if that has not been noted."""
_BLOCKING = select(MESSAGE.c.number).where(
    MESSAGE.c.number.in_(bindparam("numbers", expanding=True)), _blocks(MESSAGE)
)
_HOLD = (
    update(MESSAGE)
    .where(MESSAGE.c.number == bindparam("n"), MESSAGE.c.state == "pending")
    .values(behind=bindparam("before"))
)
_FREE = (
    update(MESSAGE)
    .where(MESSAGE.c.behind.in_(bindparam("numbers", expanding=True)), WAITING)
    .values(behind=0)
)
_FOR_NOBODY = and_(
    WAITING, ~exists().where(_EARLIER.c.number == MESSAGE.c.behind, _blocks(_EARLIER))
)
_STRANDED = select(MESSAGE.c.number).where(_FOR_NOBODY).limit(_PAGE)
_RELEASE = (
    update(MESSAGE)
    .where(MESSAGE.c.number.in_(bindparam("numbers", expanding=True)))
    .values(behind=0)
)


def hold_back(connection: Connection, now: int) -> int:
    """Note what the messages that are due first wait for; return how many of them wait.

    Those they wait for are locked meanwhile: one whose end is being recorded would not know.
    """
    locks = connection.dialect.name in SERVERS
    next_ = NEXT.with_for_update(skip_locked=True) if locks else NEXT
    rows = connection.execute(next_, {"now": now, "many": _PAGE}).all()
    before = {row.number: row.before for row in rows if row.before is not None}
    if before and locks:
        blocking = _BLOCKING.with_for_update(skip_locked=True)
        numbers = sorted(set(before.values()))
        locked = set(connection.execute(blocking, {"numbers": numbers}).scalars())
        before = {number: first for number, first in before.items() if first in locked}
    if before:
        connection.execute(_HOLD, [{"n": n, "before": first} for n, first in before.items()])
    return len(before)


def free(connection: Connection, numbers: Collection[int]) -> None:
    """Let those go that wait for messages which hold nobody back any more."""
    if numbers:
        connection.execute(_FREE, {"numbers": list(numbers)})


def stranded(connection: Connection) -> list[int]:
    """Return some that wait for a message which holds nobody back: one that was deleted, say."""
    return list(connection.execute(_STRANDED).scalars())


def release(connection: Connection, numbers: Collection[int]) -> None:
    """Let messages go that ``stranded`` found."""
    connection.execute(_RELEASE, {"numbers": list(numbers)})
