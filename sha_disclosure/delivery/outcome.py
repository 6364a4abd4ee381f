"""From an answer, or the lack of one, to a verdict: stored, or why not and what then."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.receipt import StoredNotice
from sha_disclosure.delivery.skew import http_date
from sha_disclosure.editions.wire import Wire
from sha_disclosure.errors import (
    NotSent,
    OutcomeUnknown,
    Rejected,
    SubmissionError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.operation_outcome import OperationOutcome

_STORED = re.compile(r"2[0-9]{2}( .*)?")
_BUSY = frozenset({408, 425, 429, 502, 503, 504})
_FOREVER = 10**8  # seconds, three years: any longer wait overflows a date somewhere


@dataclass(frozen=True, slots=True)
class Stored:
    """The service holds the message."""

    notices: tuple[StoredNotice, ...]
    response_id: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt did not end in a receipt: which error that is, and why, in safe words."""

    kind: type[SubmissionError]
    reason: str
    status: int | None = None
    retry_at: datetime | None = None
    outcome: OperationOutcome | None = None
    from_gateway: bool = False

    def error(
        self, *, notice_ids: Sequence[str], request_id: str, attempts: int
    ) -> SubmissionError:
        """Return the error to raise."""
        tried = f"{self.reason} (attempts: {attempts}, last X-Request-Id: {request_id})"
        if self.kind is Rejected:
            return Rejected(
                tried,
                notice_ids=notice_ids,
                request_id=request_id,
                attempts=attempts,
                outcome=self.outcome,
                from_gateway=self.from_gateway,
            )
        return self.kind(
            tried,
            notice_ids=notice_ids,
            request_id=request_id,
            attempts=attempts,
            retry_at=self.retry_at,
        )


def judge(
    answer: Answer, *, notice_ids: Sequence[str], now: datetime, wire: Wire
) -> Stored | Failure:
    """Return what an answer to a transaction means (design: the table in docs/delivery)."""
    if 200 <= answer.status < 300:
        return _accepted(answer, notice_ids, wire)
    outcome = OperationOutcome.read(_json(answer.body))
    told = _told(answer, outcome)
    if answer.status == 401:
        return Failure(
            Unauthorized,
            f"The service refused the token{told}. Check the token's certificate, the clock and "
            "the parties in the settings",
            401,
        )
    if answer.status in _BUSY or answer.status >= 500:
        return Failure(
            Unavailable,
            f"The service cannot take the notice now{told}. Submit the same notice again later",
            answer.status,
            retry_at=retry_after(
                answer.headers.get("retry-after"), now, http_date(answer.headers.get("date"))
            ),
        )
    if answer.status >= 400:
        paged = outcome is None and bool(_page(answer))
        mend = (
            "Mend the certificate, base_url or gateway, then submit the same notice again"
            if paged
            else "See `outcome` of this error, mend the notice and prepare a new one"
        )
        return Failure(
            Rejected,
            f"The service refused the notice{told}. {mend}",
            answer.status,
            outcome=outcome,
            from_gateway=paged,
        )
    return Failure(
        UnexpectedAnswer,
        f"The address answered with a redirect or an interim status{told}, which is not "
        "followed. Check base_url",
        answer.status,
    )


def _accepted(answer: Answer, notice_ids: Sequence[str], wire: Wire) -> Stored | Failure:
    document = _json(answer.body)
    entries = document.get("entry") if isinstance(document, dict) else None
    if (
        not isinstance(document, dict)
        or document.get("resourceType") != "Bundle"
        or document.get("type") != "transaction-response"
        or not isinstance(entries, list)
    ):
        return _unexpected(answer, "is no transaction-response")
    if len(entries) != 2 * len(notice_ids):
        return _unexpected(answer, "has another number of entries than was sent")
    responses = [r for r in map(_response, entries) if r is not None]
    if len(responses) != len(entries):
        return _unexpected(answer, "has an entry that was not stored")
    stored = tuple(
        StoredNotice(
            notice_id=notice_id,
            status=str(event["status"]),
            location=_text(event.get("location")),
            provenance_location=_text(provenance.get("location")),
        )
        for notice_id, event, provenance in zip(
            notice_ids, responses[::2], responses[1::2], strict=True
        )
    )
    return Stored(stored, answer.headers.get(wire.answer.request_id.lower()))


def _response(entry: object) -> dict[str, Any] | None:
    """Return the response of an entry that was stored."""
    response = entry.get("response") if isinstance(entry, dict) else None
    status = response.get("status") if isinstance(response, dict) else None
    return response if isinstance(status, str) and _STORED.fullmatch(status) else None


def _unexpected(answer: Answer, what: str) -> Failure:
    return Failure(
        UnexpectedAnswer,
        f"The answer {answer.status} {what}{_page(answer)}, so it does not prove that the notice "
        "is stored. Check base_url and what stands between; ask the service by X-Request-Id",
        answer.status,
    )


def _told(answer: Answer, outcome: OperationOutcome | None) -> str:
    issues = "; ".join(map(str, outcome.issues)) if outcome else ""
    return f" (HTTP {answer.status}{f': {issues}' if issues else ''}{_page(answer)})"


def _page(answer: Answer) -> str:
    """Say so when a web page came: then a gateway, not the service, has answered."""
    if "html" not in answer.headers.get("content-type", ""):
        return ""
    return ", an HTML page: a gateway answered, perhaps one that refuses the client certificate"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def retry_after(value: str | None, now: datetime, date: datetime | None = None) -> datetime | None:
    """Return the moment a Retry-After header names, or None when it names none (RFC 9110 10.2.3).

    Both forms are read, seconds and HTTP-date; a moment in the past means now. With ``date``,
    the service's own clock when it answered, an HTTP-date means as long from ``now`` as it is
    from then: the two hosts' clocks need not agree.
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


def not_sent(what: str) -> Failure:
    """Return the verdict on an attempt that never reached the service."""
    return Failure(
        NotSent, f"The service was not reached ({what}). Nothing was sent; submit the notice again"
    )


def unknown(what: str) -> Failure:
    """Return the verdict on an attempt whose connection broke after it began."""
    return Failure(
        OutcomeUnknown,
        f"The connection broke before an answer came ({what}). The service may hold the notice; "
        "submit the same prepared notice again",
    )
