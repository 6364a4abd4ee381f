"""Changes messages in a transaction of the outbox, updating their MACs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from sha_disclosure.outbox.schema import MESSAGE, SERVERS
from sha_disclosure.outbox.seals import COVERED, Seals, Values

_PAGE = 500
_COLUMNS = [MESSAGE.c[name] for name in (*COVERED, "number", "due_at", "mac")]


def change(
    connection: Connection,
    seals: Seals,
    where: ColumnElement[bool],
    values: Values | Callable[[Values], Values],
    *,
    skip_locked: bool = False,
) -> int:
    """Change the messages that match ``where``; return their number.

    ``values`` may depend on the row. A row that was tampered with keeps its MAC, so that it
    does not become genuine. ``skip_locked`` skips rows that another transaction is changing.
    """
    done, last = 0, 0
    while True:
        page = select(*_COLUMNS).where(where, MESSAGE.c.number > last)
        page = page.order_by(MESSAGE.c.number).limit(_PAGE)
        if connection.dialect.name in SERVERS:
            page = page.with_for_update(skip_locked=skip_locked)
        rows = connection.execute(page).all()
        changed = [_changed(row._mapping, values, seals) for row in rows]  # noqa: SLF001
        if changed:
            connection.execute(_update(changed[0]), changed)
            last = rows[-1].number
        done += len(changed)
        if len(rows) < _PAGE:
            return done


def _changed(
    row: Values,
    values: Values | Callable[[Values], Values],
    seals: Seals,
) -> dict[str, Any]:
    new = dict(values(row) if callable(values) else values)
    mac = seals.message({**row, **new}) if seals.genuine_message(row) else row["mac"]
    return {"n": row["number"], **{f"new_{name}": v for name, v in {**new, "mac": mac}.items()}}


def _update(changed: Mapping[str, Any]) -> Any:
    names = [name.removeprefix("new_") for name in changed if name != "n"]
    values = {name: bindparam(f"new_{name}", type_=MESSAGE.c[name].type) for name in names}
    return update(MESSAGE).where(MESSAGE.c.number == bindparam("n")).values(values)
