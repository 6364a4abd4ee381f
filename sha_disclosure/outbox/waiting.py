"""Keeps messages that wait for an earlier one of their client out of the way of the others.

Each lease checks whether a message is the first of its client. The column ``behind`` only
prevents leases from repeatedly examining those that are not: the drain that finds one records
the message just before it, whose end releases it. So each end frees one message of a long queue.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from sha_disclosure.outbox.execution import among, execute, pages
from sha_disclosure.outbox.schema import MESSAGE, META, NEVER, SERVERS, WAITING

_PAGE = 500
_SEARCHED = "searched"
_EARLIER = MESSAGE.alias("earlier")


def _blocks(table: Any) -> ColumnElement[bool]:
    """Return whether a message blocks later ones of its client: not if a person decides."""
    by_itself = and_(table.c.state == "parked", table.c.due_at < NEVER)
    return or_(table.c.state.in_(("pending", "sending")), by_itself)


def _last(state: str, *more: ColumnElement[bool]) -> Any:
    """Return the last message in a state of the same client, before a message."""
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


# By state, since an index returns the last one of each without a search.
BEFORE = func.coalesce(
    _last("pending"), _last("sending"), _last("parked", _EARLIER.c.due_at < NEVER)
).label("before")
"""The message just before a message, if it blocks it."""
NEXT = (
    select(MESSAGE.c.number, BEFORE)
    .where(
        MESSAGE.c.state == "pending", MESSAGE.c.behind == 0, MESSAGE.c.due_at <= bindparam("now")
    )
    .order_by(MESSAGE.c.due_at, MESSAGE.c.number)
    .limit(bindparam("many", type_=Integer))
)
"""The messages that are due first, with what blocks them if that is not yet recorded."""
_BLOCKING = select(MESSAGE.c.number).where(
    MESSAGE.c.number.in_(bindparam("numbers", expanding=True)), _blocks(MESSAGE)
)
_HOLD = (
    update(MESSAGE)
    .where(MESSAGE.c.number == bindparam("n"), MESSAGE.c.state == "pending")
    .values(behind=bindparam("before"))
)
_FREE = update(MESSAGE).where(among(MESSAGE.c.behind), WAITING).values(behind=0)
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
    """Record what the messages that are due first wait for; return how many of them wait.

    Locks the messages waited for, since one whose end is being recorded would not release them.
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


def free(connection: Connection, numbers: Sequence[int]) -> None:
    """Release the messages that wait for these, which no longer block them."""
    for page in pages(numbers):
        execute(connection, _FREE, page)


def stranded(connection: Connection) -> list[int]:
    """Return some messages that wait for one that does not block them, such as a deleted one."""
    return list(connection.execute(_STRANDED).scalars())


def searched_at(connection: Connection) -> int:
    """Return when a drain last searched for them, in milliseconds; 0 if none has."""
    found = connection.execute(select(META.c.value).where(META.c.name == _SEARCHED)).scalar()
    return int(found) if found and found.isdigit() else 0


def record_search(connection: Connection, now: int) -> None:
    """Record that a drain has searched for them."""
    done = update(META).where(META.c.name == _SEARCHED).values(value=str(now))
    if connection.execute(done).rowcount:
        return
    savepoint = connection.begin_nested()
    try:
        connection.execute(insert(META).values(name=_SEARCHED, value=str(now)))
    except IntegrityError:  # another drain recorded its own
        savepoint.rollback()
    else:
        savepoint.commit()


def release(connection: Connection, numbers: Collection[int]) -> None:
    """Release messages found by ``stranded``."""
    connection.execute(_RELEASE, {"numbers": list(numbers)})
