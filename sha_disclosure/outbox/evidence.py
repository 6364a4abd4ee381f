"""Evidence of delivery (näyttö toimituksesta), message by message, without personal data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import gmtime, strftime
from typing import Any

from sqlalchemy import Connection, select

from sha_disclosure.errors import OutboxDamaged, OutboxError
from sha_disclosure.messages import message
from sha_disclosure.outbox.known import places_of
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NOTICE, State
from sha_disclosure.outbox.seals import Seals, Values

_PAGE = 500


def iso_time(milliseconds: int | None) -> str | None:
    """Return a time of the tables as ISO 8601 in UTC."""
    if milliseconds is None:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{rest:03}Z"


def number_of(connection: Connection, notice_id: str) -> int:
    """Return the number of the message that contains a notice. Raises OutboxError."""
    number = connection.execute(
        select(NOTICE.c.message).where(NOTICE.c.notice_id == notice_id)
    ).scalar()
    if number is None:
        raise OutboxError(message("outbox.no_notice", notice_id=notice_id))
    return int(number)


def evidence_of(connection: Connection, seals: Seals, notice_id: str) -> dict[str, Any]:
    """Return the evidence of a notice's message. Raises OutboxError, OutboxDamaged."""
    number = number_of(connection, notice_id)
    asked = select(MESSAGE).where(MESSAGE.c.number == number)
    evidence = _evidence(connection, seals, connection.execute(asked).mappings().one())
    if evidence.pop("damaged"):
        raise OutboxDamaged(message("outbox.row.changed"))
    return evidence


def all_evidence(
    connection: Connection, seals: Seals, state: State | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the evidence of every message, in the order they were added.

    ``damaged``: it was changed outside the outbox.
    """
    last = 0
    while True:
        asked = select(MESSAGE).where(MESSAGE.c.number > last)
        if state is not None:
            asked = asked.where(MESSAGE.c.state == state)
        rows = connection.execute(asked.order_by(MESSAGE.c.number).limit(_PAGE)).mappings().all()
        for row in rows:
            yield _evidence(connection, seals, row)
        if len(rows) < _PAGE:
            return
        last = rows[-1]["number"]


def _evidence(connection: Connection, seals: Seals, row: Values) -> dict[str, Any]:
    number = row["number"]
    ids = json.loads(row["notice_ids"])
    places = [place.get("location") for place in places_of(row)] or [None] * len(ids)
    by_number = select(ATTEMPT).where(ATTEMPT.c.message == number).order_by(ATTEMPT.c.number)
    attempts = connection.execute(by_number).mappings().all()
    of_message = select(NOTICE).where(NOTICE.c.message == number)
    notices = connection.execute(of_message).mappings().all()
    references = {each["notice_id"]: each["reference"] for each in notices}
    return {
        "number": number,
        "notices": [
            {
                "notice_id": notice_id,
                "reference": references.get(notice_id),
                "location": place,
            }
            for notice_id, place in zip(ids, places, strict=False)
        ],
        "state": row["state"],
        "reason": row["reason"],
        "added_at": iso_time(row["added_at"]),
        "delivered_at": iso_time(row["delivered_at"]),
        "possibly_duplicated": bool(row["possibly_duplicated"]),
        "possibly_stored": any(_may_be_stored(each) for each in attempts),
        "digest": row["digest"],
        "certificate": row["certificate"],
        "edition": row["edition"],
        "acknowledged": json.loads(row["acknowledged"]) if row["acknowledged"] else [],
        "attempts": [
            {**_attempt(each), "digest": row["digest"], "certificate": row["certificate"]}
            for each in attempts
        ],
        "damaged": not seals.genuine_message(row, attempts, notices),
    }


def _may_be_stored(attempt: Values) -> bool:
    unknown = bool(attempt["unknown_fate"]) or attempt["ended_at"] is None
    return unknown or attempt["outcome"] == "Receipt"


def _attempt(row: Values) -> dict[str, Any]:
    requests = json.loads(row["requests"]) if row["requests"] else []
    return {
        "started_at": iso_time(row["started_at"]),
        "ended_at": iso_time(row["ended_at"]),
        "outcome": row["outcome"],
        "possibly_stored": _may_be_stored(row),
        "lease_lost": bool(row["lease_lost"]),
        "worker": row["worker"],
        "request_id": row["request_id"],
        "http_status": row["http_status"],
        "response_id": row["response_id"],
        "issues": json.loads(row["issues"]) if row["issues"] else None,
        "support_id": requests[-1].get("support_id") if requests else None,
        "requests": requests,
    }
