"""What the outbox knows of a message: its notices' references, and its stored receipt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from sha_disclosure.delivery.receipt import Receipt, StoredNotice
from sha_disclosure.outbox.schema import ATTEMPT, NOTICE
from sha_disclosure.outbox.seals import Values

_PLACE_MAX = 512
_PAGE = 500
_CLOSE = 2  # a range of up to so many times the messages asked for costs less than naming each
_NAMED = select(NOTICE.c.notice_id, NOTICE.c.reference).where(NOTICE.c.reference.is_not(None))
_IN_RANGE = _NAMED.where(NOTICE.c.message.between(bindparam("first"), bindparam("last")))
_REFERENCES = _NAMED.where(NOTICE.c.message.in_(bindparam("numbers", expanding=True)))


def stored_places(receipt: Receipt) -> str:
    """Return the service's answer on each notice, in order, as JSON for storage."""
    names = ("status", "location", "provenance_location")
    return json.dumps(
        [
            {name: (getattr(notice, name) or "")[:_PLACE_MAX] or None for name in names}
            for notice in receipt.notices
        ]
    )


def places_of(row: Values) -> list[dict[str, Any]]:
    """Return the same from a stored message; an earlier version only stored locations."""
    found = json.loads(row["locations"]) if row["locations"] else []
    return [each if isinstance(each, dict) else {"location": each} for each in found]


def references_of(connection: Connection, numbers: Sequence[int]) -> dict[str, str]:
    """Return the references of the notices of some messages, by notice id.

    ``numbers``: the messages, in order. References of others between them may be among those
    returned.
    """
    found: dict[str, str] = {}
    if numbers and numbers[-1] - numbers[0] < _CLOSE * len(numbers):
        between = {"first": numbers[0], "last": numbers[-1]}
        rows = connection.execute(_IN_RANGE, between)
        return {row.notice_id: row.reference for row in rows}
    for start in range(0, len(numbers), _PAGE):
        page = {"numbers": numbers[start : start + _PAGE]}
        found.update(
            (row.notice_id, row.reference) for row in connection.execute(_REFERENCES, page)
        )
    return found


def in_order(notice_ids: Iterable[str], references: dict[str, str]) -> tuple[str, ...]:
    """Return the references in the order of the notices, as in a prepared notice."""
    if not references:
        return ()
    found = tuple(references.get(each, "") for each in notice_ids)
    return found if any(found) else ()


def receipt_of(connection: Connection, row: Values, references: Sequence[str]) -> Receipt | None:
    """Return the receipt of a delivered message, or None."""
    if row["state"] != "delivered":
        return None
    ids = json.loads(row["notice_ids"])
    asked = select(ATTEMPT).where(
        ATTEMPT.c.message == row["number"], ATTEMPT.c.outcome == "Receipt"
    )
    attempt = connection.execute(asked.order_by(ATTEMPT.c.number).limit(1)).mappings().first()
    places = places_of(row)
    return Receipt(
        notices=tuple(
            StoredNotice(
                notice_id,
                place.get("status") or "",
                place.get("location"),
                place.get("provenance_location"),
                reference or None,
            )
            for notice_id, place, reference in zip(
                ids, places, references or [""] * len(ids), strict=False
            )
        ),
        request_id=(attempt["request_id"] if attempt else None) or "",
        response_id=attempt["response_id"] if attempt else None,
        attempts=len(json.loads(attempt["requests"] or "[]")) if attempt else 0,
        received_at=datetime.fromtimestamp((row["delivered_at"] or 0) / 1000, UTC),
        possibly_duplicated=bool(row["possibly_duplicated"]),
        acknowledged=tuple(json.loads(row["acknowledged"]) if row["acknowledged"] else ()),
    )
