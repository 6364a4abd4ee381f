"""From an answer, or the lack of one, to a verdict: stored, or not, why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.named import location, stored_status
from sha_disclosure.delivery.receipt import StoredNotice
from sha_disclosure.delivery.skew import http_date
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.errors import (
    Misdirected,
    NotSent,
    OutcomeUnknown,
    Rejected,
    SubmissionError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.messages import Message, message
from sha_disclosure.operation_outcome import OperationOutcome, token

_BUSY = frozenset({408, 425, 429, 502, 503, 504})
_MISDIRECTED = frozenset({404, 405, 406, 415})
"""Statuses of a wrong address or set-up, from any server and in any form."""
_FOREVER = 10**8  # seconds, three years: any longer wait overflows a date somewhere
_SUPPORT_ID = re.compile(
    rb"support\s+id\s*(?:is)?\s*:?(?:\s|&nbsp;|<[^<>]{0,100}>){0,20}([0-9]{4,40})\b", re.IGNORECASE
)
"""A firewall's text: ``Your support ID is: 1234567890``."""
_SEARCHED = 64 * 1024  # bytes of a page


@dataclass(frozen=True, slots=True)
class Stored:
    """The service stored the message."""

    notices: tuple[StoredNotice, ...]
    response_id: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt without a receipt: the error's class, and the reason in safe words."""

    kind: type[SubmissionError]
    reason: Message
    status: int | None = None
    retry_at: datetime | None = None
    outcome: OperationOutcome | None = None
    support_id: str | None = None

    def error(
        self,
        *,
        notice_ids: Sequence[str],
        request_id: str,
        attempts: int,
        possibly_stored: bool = False,
    ) -> SubmissionError:
        """Return the error to raise."""
        return self.kind(
            message(
                "submission.failed", reason=self.reason, attempts=attempts, request_id=request_id
            ),
            notice_ids=notice_ids,
            request_id=request_id,
            attempts=attempts,
            retry_at=self.retry_at,
            outcome=self.outcome,
            possibly_stored=possibly_stored,
            support_id=self.support_id,
        )


def judge(
    answer: Answer, *, notice_ids: Sequence[str], now: datetime, wire: Wire
) -> Stored | Failure:
    """Return the meaning of an answer to a transaction (the table in docs/delivery.md)."""
    verdict = _judged(answer, notice_ids, now, wire)
    if isinstance(verdict, Failure):
        return replace(verdict, support_id=_support_id(answer))
    return verdict


def _judged(
    answer: Answer, notice_ids: Sequence[str], now: datetime, wire: Wire
) -> Stored | Failure:
    status = answer.status
    if 200 <= status < 300:
        return _accepted(answer, notice_ids, wire)
    outcome = OperationOutcome.read(_json(answer.body))
    seen = _seen(answer, outcome)
    if status == 401:
        reason = message("answer.unauthorized", seen=seen)
        return Failure(Unauthorized, reason, status, outcome=outcome)
    if status in _BUSY or status >= 500:
        date = http_date(answer.headers.get("date"))
        retry_at = retry_after(answer.headers.get("retry-after"), now, date)
        reason = message("answer.unavailable", seen=seen)
        return Failure(Unavailable, reason, status, retry_at, outcome)
    if status >= 400 and _refused(answer, outcome, wire):
        reason = message("answer.rejected", seen=seen)
        return Failure(Rejected, reason, status, outcome=outcome)
    if status >= 400:
        reason = message("answer.misdirected", seen=seen)
        return Failure(Misdirected, reason, status, outcome=outcome)
    return Failure(UnexpectedAnswer, message("answer.redirect", seen=seen), status, outcome=outcome)


def _refused(answer: Answer, outcome: OperationOutcome | None, wire: Wire) -> bool:
    """Return whether a 4xx is the service's own decision on this notice."""
    if answer.status in _MISDIRECTED:
        return False
    if answer.status == 400 and not answer.body and not answer.encoded:
        return wire.answer.empty_400 == "Rejected"
    return outcome is not None


def _accepted(answer: Answer, notice_ids: Sequence[str], wire: Wire) -> Stored | Failure:
    response_id = token(answer.headers.get(wire.answer.request_id.lower()))
    if not answer.body and not answer.encoded and wire.answer.empty_success == "Stored":
        status = str(answer.status)
        return Stored(
            tuple(StoredNotice(each, status, None, None) for each in notice_ids), response_id
        )
    document = _json(answer.body)
    entries = document.get("entry") if isinstance(document, dict) else None
    if (
        not isinstance(document, dict)
        or document.get("resourceType") != "Bundle"
        or document.get("type") != "transaction-response"
        or not isinstance(entries, list)
    ):
        what = "answer.encoded" if answer.encoded else "answer.no_response"
        return _unproven(answer, message(what), OperationOutcome.read(document))
    if len(entries) != 2 * len(notice_ids):
        return _unproven(answer, message("answer.other_number"))
    stored = [each for each in map(_stored, entries) if each is not None]
    if len(stored) != len(entries):
        return _unproven(answer, message("answer.entry_not_stored"))
    pairs = zip(notice_ids, stored[::2], stored[1::2], strict=True)
    return Stored(
        tuple(
            StoredNotice(notice_id, status, place, provenance_location=beside)
            for notice_id, (status, place), (_, beside) in pairs
        ),
        response_id,
    )


def _stored(entry: object) -> tuple[str, str | None] | None:
    """Return the status of a stored entry, and its location."""
    response = entry.get("response") if isinstance(entry, dict) else None
    if not isinstance(response, dict):
        return None
    status = stored_status(response.get("status"))
    return (status, location(response.get("location"))) if status else None


def _unproven(answer: Answer, what: Message, outcome: OperationOutcome | None = None) -> Failure:
    reason = message("answer.unproven", status=answer.status, what=what, page=_page(answer))
    return Failure(UnexpectedAnswer, reason, answer.status, outcome=outcome)


def _seen(answer: Answer, outcome: OperationOutcome | None) -> Message:
    issues = "; ".join(map(str, outcome.issues)) if outcome else ""
    return message(
        "answer.seen",
        status=answer.status,
        issues=f": {issues}" if issues else "",
        page=_page(answer),
    )


def _page(answer: Answer) -> Message | str:
    """Mention a web page, which means that a gateway answered and not the service."""
    number = _support_id(answer)
    if number is not None:
        return message("answer.firewall", support_id=number)
    return message("answer.page") if answer.is_page else ""


def _support_id(answer: Answer) -> str | None:
    """Return the number on a firewall's page (specs/transport.md, TR-48), if it is one."""
    found = _SUPPORT_ID.search(answer.body, 0, _SEARCHED) if answer.is_page else None
    if found is None or found.end() == _SEARCHED < len(answer.body):  # its end may be cut off
        return None
    return found[1].decode("ascii")


def _json(body: bytes) -> Any:
    try:
        return read_json(body)
    except Malformed:
        return None


def retry_after(value: str | None, now: datetime, date: datetime | None = None) -> datetime | None:
    """Return the time in a Retry-After header, or None if it is invalid (RFC 9110 10.2.3).

    Both forms are accepted, seconds and HTTP-date; a time in the past means now. With ``date``,
    the service's own clock when it answered, an HTTP-date is relative to it and is applied to
    ``now``: the two hosts' clocks need not agree.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0")[:10] or "0"
        return now + timedelta(seconds=min(int(digits), _FOREVER))
    named = http_date(text)
    if named is None:
        return None
    if date is not None:
        named = now + min(named - date, timedelta(seconds=_FOREVER))
    return max(named, now)


def not_sent(what: Message | str) -> Failure:
    """Return the verdict on an attempt that never reached the service."""
    return Failure(NotSent, message("submission.not_sent", what=what))


def unknown(what: Message | str) -> Failure:
    """Return the verdict on an attempt whose connection broke after it began."""
    return Failure(OutcomeUnknown, message("submission.unknown", what=what))
