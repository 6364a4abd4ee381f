"""What a verdict says and carries, and what of it the error that is raised carries on."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from notices import NOW

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.outcome import Failure, judge, not_sent, retry_after, unknown
from sha_disclosure.editions import Edition
from sha_disclosure.errors import (
    Misdirected,
    OutcomeUnknown,
    Rejected,
    SubmissionError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.messages import Message, message
from sha_disclosure.operation_outcome import OperationOutcome

IDS = ("1.2.3", "1.2.4")
FIREWALL = b"<html>The requested URL was rejected. Your support ID is: 1234567890123</html>"
REFUSAL = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "invalid"}, {"severity": "fatal", "code": "security"}],
}


def failure(status: int, body: object, edition: Edition, **headers: str) -> Failure:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    made = judge(Answer(status, named, data), notice_ids=IDS, now=NOW, wire=edition.wire)
    assert isinstance(made, Failure)
    return made


def seen(status: int, issues: str = "", page: Message | str = "") -> Message:
    return message("answer.seen", status=status, issues=issues, page=page)


def unproven(status: int, what: str, page: Message | str = "") -> Message:
    return message("answer.unproven", status=status, what=message(what), page=page)


def response(*statuses: str) -> dict[str, Any]:
    entries = [{"response": {"status": each}} for each in statuses]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (300, UnexpectedAnswer, "answer.redirect"),
        (302, UnexpectedAnswer, "answer.redirect"),
        (400, Rejected, "answer.rejected"),
        (401, Unauthorized, "answer.unauthorized"),
        (404, Misdirected, "answer.misdirected"),
        (422, Rejected, "answer.rejected"),
        (503, Unavailable, "answer.unavailable"),
    ],
)
def test_a_verdict_has_the_sentence_the_status_and_the_outcome_of_the_answer(
    status: int, kind: type[SubmissionError], sentence: str, edition: Edition
) -> None:
    made = failure(status, REFUSAL, edition)
    reason = message(sentence, seen=seen(status, ": fatal security; error invalid"))
    assert made == Failure(kind, reason, status, outcome=OperationOutcome.read(REFUSAL))


@pytest.mark.parametrize("status", [302, 401, 403, 503])
def test_an_answer_without_issues_is_described_by_its_status_alone(
    status: int, edition: Edition
) -> None:
    made = failure(status, b"{}", edition)
    assert dict(made.reason.parameters)["seen"] == seen(status)


@pytest.mark.parametrize("status", [302, 401, 403, 503])
def test_the_number_of_a_firewall_is_said_and_kept(status: int, edition: Edition) -> None:
    made = failure(status, FIREWALL, edition)
    page = message("answer.firewall", support_id="1234567890123")
    assert dict(made.reason.parameters)["seen"] == seen(status, page=page)
    assert made.support_id == "1234567890123"
    assert failure(status, FIREWALL, edition, content_type="text/plain").support_id is None
    bare = b"Support ID: 1234567890123"
    assert failure(status, bare, edition, content_type="text/html").support_id == "1234567890123"


def test_the_number_of_a_firewall_is_looked_for_in_the_first_64_kib(edition: Edition) -> None:
    begin = FIREWALL.removesuffix(b"</html>")
    for length, number in ((65_536, "1234567890123"), (65_536 + 13, None)):
        assert failure(403, longer(begin, length), edition).support_id == number


@pytest.mark.parametrize("beyond", range(1, 14))
def test_the_number_of_a_firewall_is_never_cut_off(beyond: int, edition: Edition) -> None:
    begin = FIREWALL.removesuffix(b"</html>")
    page = longer(begin, 65_536 + beyond) + b"</html>"
    assert failure(403, page, edition).support_id is None
    within = longer(begin, 65_535) + b"</html>"
    assert failure(403, within, edition).support_id == "1234567890123"


def longer(page: bytes, length: int) -> bytes:
    return page[:6] + b" " * (length - len(page)) + page[6:]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"{}", "answer.no_response"),
        (REFUSAL, "answer.no_response"),
        (response("201", "201"), "answer.other_number"),
        (response("201", "201", "201", "500"), "answer.entry_not_stored"),
    ],
)
def test_what_a_2xx_lacks_as_proof_is_said(body: object, what: str, edition: Edition) -> None:
    made = failure(202, body, edition)
    outcome = OperationOutcome.read(body)
    assert made == Failure(UnexpectedAnswer, unproven(202, what), 202, outcome=outcome)
    assert (outcome is not None) is (body is REFUSAL)


def test_a_2xx_in_an_encoding_nobody_asked_for_is_said_to_be_one(edition: Edition) -> None:
    made = failure(200, b"", edition, content_encoding="gzip")
    assert made.reason == unproven(200, "answer.encoded")


def test_a_2xx_with_a_web_page_is_said_to_come_from_a_gateway(edition: Edition) -> None:
    made = failure(200, b"<html>", edition)
    assert made.reason == unproven(200, "answer.no_response", message("answer.page"))


def test_the_moment_to_ask_again_is_counted_from_the_clock_of_the_service(
    edition: Edition,
) -> None:
    made = failure(
        503,
        b"",
        edition,
        retry_after="Sun, 22 Nov 2026 11:00:30 GMT",
        date="Sun, 22 Nov 2026 11:00:00 GMT",  # an hour ahead of the clock here
    )
    assert made.retry_at == NOW + timedelta(seconds=30)
    for unread in ("", "soon"):
        made = failure(503, b"", edition, retry_after="Sun, 22 Nov 2026 11:00:30 GMT", date=unread)
        assert made.retry_at == NOW + timedelta(hours=1, seconds=30)


@pytest.mark.parametrize(
    ("named", "seconds"),
    [
        ("Sun, 22 Nov 2026 10:59:00 GMT", 0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 86_400),
        ("Sun, 22 Nov 2099 11:00:00 GMT", 10**8),
    ],
)
def test_a_date_to_ask_again_is_as_far_from_now_as_from_the_answer(
    named: str, seconds: int
) -> None:
    assert retry_after(named, NOW, NOW + timedelta(hours=1)) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("text", "seconds"), [("0" * 20 + "99999999", 99_999_999), ("000", 0)])
def test_zeros_in_front_change_no_number_of_seconds(text: str, seconds: int) -> None:
    assert retry_after(text, NOW) == NOW + timedelta(seconds=seconds)


def test_an_attempt_without_an_answer_says_what_happened() -> None:
    assert not_sent("refused").reason == message("submission.not_sent", what="refused")
    assert unknown("reset") == Failure(OutcomeUnknown, message("submission.unknown", what="reset"))


def test_an_error_carries_what_its_verdict_and_its_submission_know() -> None:
    outcome = OperationOutcome.read(REFUSAL)
    verdict = Failure(
        Unavailable,
        message("answer.unavailable", seen=seen(503)),
        503,
        NOW + timedelta(seconds=9),
        outcome,
        "1234567890123",
    )
    error = verdict.error(notice_ids=IDS, request_id="r-7", attempts=3, possibly_stored=True)
    assert type(error) is Unavailable
    assert error.text("fi") == message(
        "submission.failed", reason=verdict.reason, attempts=3, request_id="r-7"
    ).text("fi")
    assert (error.notice_ids, error.request_id, error.attempts) == (IDS, "r-7", 3)
    assert (error.retry_at, error.outcome) == (verdict.retry_at, outcome)
    assert (error.possibly_stored, error.support_id) == (True, "1234567890123")
    plain = verdict.error(notice_ids=IDS, request_id="r-7", attempts=3)
    assert plain.possibly_stored is False
