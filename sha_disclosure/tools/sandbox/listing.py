"""The list of requests as the page shows it: filtered, newest first, one page at a time.

Every query uses an index in the order of the page, and pages continue from a number, so that
the first page and the thousandth read the same number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sha_disclosure.tools.sandbox.exchange import Outcome, from_json
from sha_disclosure.tools.sandbox.store import Store
from sha_disclosure.tools.verifier import MessageFinding

Shown = Literal["accepted", "refused", "fault"]
"""The filters of a list: an outcome, or the requests with a fault."""
SHOWN: tuple[Shown, ...] = get_args(Shown)

PAGE = 50
ORGANISATIONS_AT_MOST = 200
_ROWS = (
    "SELECT number, received_at, outcome, status, fault, request_id, requester, "
    "ifnull((SELECT name FROM organisation WHERE oid = requester), ''), "
    "notice, notices, ground, passed, made, reason, reasons FROM exchange"
)
_FOUND = "SELECT number FROM identifier WHERE id = ? UNION SELECT ?"
_COUNTS = "SELECT outcome, sum(number) FROM tally"


def whole_number(text: str | None) -> int:
    """Return the request number in a text, or 0 if it is not one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One request in the list; ``reason`` is the first of ``reasons`` findings."""

    number: int
    received_at: str
    outcome: Outcome
    status: int
    fault: str
    request_id: str
    requester: str
    requester_name: str
    notice: str
    notices: int
    ground: str
    passed: int
    made: int
    reason: MessageFinding | None
    reasons: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first; ``newer`` and ``older``: whether there are more."""

    rows: Sequence[Row]
    newer: bool
    older: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters of the list; an empty one matches everything."""

    shown: Shown | Literal[""] = ""
    requester: str = ""

    def where(self) -> tuple[list[str], list[str]]:
        """Return the conditions in SQL and their values."""
        conditions, values = [], []
        if self.requester:
            conditions.append("requester = ?")
            values.append(self.requester)
        if self.shown == "fault":
            conditions.append("fault <> ''")
        elif self.shown:
            conditions.append("outcome = ?")
            values.append(self.shown)
        return conditions, values


def page(
    store: Store, choice: Choice, *, before: int = 0, after: int = 0, size: int = PAGE
) -> Page:
    """Return the newest rows, or those older than ``before`` or newer than ``after``."""
    conditions, values = choice.where()
    at, order = before or after, "ASC" if after and not before else "DESC"
    if at:
        conditions.append(f"number {'>' if order == 'ASC' else '<'} ?")
    found = store.rows(question(conditions, order, size), [*values, *([at] if at else [])])
    more = len(found) > size
    rows = [_row(each) for each in found[:size]]
    if order == "ASC":
        return Page(rows[::-1], newer=more, older=bool(rows))
    return Page(rows, newer=bool(before), older=more)


def question(conditions: Sequence[str], order: str, size: int = PAGE) -> str:
    """Return the query for one page and one more row, which shows whether it continues."""
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return f"{_ROWS} {where}ORDER BY number {order} LIMIT {size + 1}"


def search(store: Store, text: str, size: int = PAGE) -> Page:
    """Return the requests with an id: of a notice, a request or a stored resource."""
    found = store.rows(
        f"{_ROWS} WHERE number IN ({_FOUND}) ORDER BY number DESC LIMIT ?",
        (text, whole_number(text.removeprefix("#")), size),
    )
    return Page([_row(each) for each in found], newer=False, older=False)


def counts(store: Store, requester: str = "") -> Mapping[str, int]:
    """Return the number of requests: in total, by outcome, and with a fault."""
    where, values = ("WHERE requester = ?", [requester]) if requester else ("", [])
    found = store.rows(f"{_COUNTS} {where} GROUP BY outcome", values)
    made: dict[str, int] = {"accepted": 0, "refused": 0, "fault": 0, **dict(found)}
    return made | {"": sum(made.get(each, 0) for each in get_args(Outcome))}


def organisations(store: Store) -> list[tuple[str, str]]:
    """Return the organisations that have sent something, each with its name."""
    found: list[Any] = store.rows(
        "SELECT oid, name FROM organisation ORDER BY oid LIMIT ?", (ORGANISATIONS_AT_MOST,)
    )
    return found


def newest(store: Store) -> int:
    """Return the number of the newest request, or 0."""
    return int(store.rows("SELECT ifnull(max(number), 0) FROM exchange")[0][0])


def _row(facts: tuple[Any, ...]) -> Row:
    *rest, reason, reasons = facts
    kept: tuple[Any, ...] = (*rest, from_json(reason)[0] if reasons else None, reasons)
    return Row(*kept)
