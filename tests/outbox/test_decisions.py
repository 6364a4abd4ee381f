"""What becomes of a message by the end of its submission: every end, without a database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sha_disclosure.errors import (
    CertificateExpired,
    ConfigurationError,
    KeyUnavailable,
    Misdirected,
    NotSent,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.events import AttemptEnded, AttemptStarted, SubmissionFailed
from sha_disclosure.operation_outcome import Issue, OperationOutcome
from sha_disclosure.outbox.decision import (
    PARKED_S,
    Circumstances,
    Decision,
    SubmissionLog,
    delivered,
    undelivered,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FIRST = Circumstances(NOW, fraction=0.5)
ENDS = (
    NotSent("x"), OutcomeUnknown("x"), Unavailable("x"), Unauthorized("x"), Rejected("x"),
    Misdirected("x"), UnexpectedAnswer("x"), KeyUnavailable("x"), CertificateExpired("x"),
    ConfigurationError("x"), RuntimeError("x"), KeyboardInterrupt(),
)  # fmt: skip


def decided(fault: BaseException, given: Circumstances = FIRST, *statuses: int | None) -> Decision:
    return undelivered(fault, logged(*statuses), given)


def logged(*statuses: int | None, **ended: Any) -> SubmissionLog:
    """Return the log of a submission whose requests were answered so."""
    log = SubmissionLog()
    for number, status in enumerate(statuses, 1):
        log(AttemptStarted(("1.2.3",), f"request-{number}", number))
        log(AttemptEnded(("1.2.3",), f"request-{number}", number, "Unavailable", status, 0.25))
    if ended:
        log(SubmissionFailed(("1.2.3",), "request-1", 1, 0.5, "Unavailable", **ended))
    return log


@pytest.mark.parametrize(
    ("fault", "state"),
    list(zip(
        ENDS,
        ("pending", "pending", "pending", "parked", "quarantined", "parked", "parked", "pending",
         "pending", "parked", "parked", "pending"),
        strict=True,
    )),
    ids=lambda each: type(each).__name__ if isinstance(each, BaseException) else each,
)  # fmt: skip
def test_each_end_has_its_state(fault: BaseException, state: str) -> None:
    found = decided(fault)
    assert (found.state, found.outcome) == (state, type(fault).__name__)


def test_a_token_refused_before_its_fresh_attempt_is_tried_again() -> None:
    later = NOW + timedelta(seconds=20)
    found = decided(Unauthorized("x", retry_at=later))
    assert (found.state, found.delay_s, found.retry_at) == ("pending", 20.0, later)


def test_the_waits_double_and_begin_at_a_second() -> None:
    waits = [
        decided(NotSent("x"), Circumstances(NOW, fraction=0.5, tries=tries)).delay_s
        for tries in range(5)
    ]
    assert waits == [1.5, 2.0, 3.0, 5.0, 9.0]
    assert decided(NotSent("x"), Circumstances(NOW, fraction=0.0)).delay_s == 1.0
    assert decided(NotSent("x"), Circumstances(NOW, fraction=0.5, tries=99)).delay_s == 151.0


def test_a_later_moment_of_the_service_is_kept_and_an_earlier_one_is_not() -> None:
    assert decided(Unavailable("x", retry_at=NOW + timedelta(seconds=90))).delay_s == 90.0
    assert decided(Unavailable("x", retry_at=NOW - timedelta(seconds=90))).delay_s == 1.5


def test_a_wait_of_more_than_an_hour_is_a_parked_one() -> None:
    hour = timedelta(hours=1)
    assert decided(Unavailable("x", retry_at=NOW + hour)).state == "pending"
    assert decided(Unavailable("x", retry_at=NOW + hour + timedelta(seconds=1))).state == "parked"


def test_a_fault_of_the_set_up_waits_an_hour_and_a_refusal_for_a_person() -> None:
    assert PARKED_S == 3600.0
    assert decided(Misdirected("x")).delay_s == decided(Unauthorized("x")).delay_s == PARKED_S
    assert decided(Rejected("x")).delay_s == 0.0


def test_a_refusal_keeps_its_issues_without_their_words() -> None:
    outcome = OperationOutcome((Issue("error", "invalid", "code-1"),))
    issues = decided(Rejected("x", outcome=outcome)).issues
    assert issues is not None
    (issue,) = json.loads(issues)
    assert (issue["severity"], issue["code"]) == ("error", "invalid")
    assert decided(Rejected("x")).issues is None
    assert decided(Unavailable("x", outcome=outcome)).issues is None


@pytest.mark.parametrize(("resends", "delay_s"), [(0, PARKED_S), (1, PARKED_S), (2, None)])
def test_what_proves_nothing_is_resent_so_often(resends: int, delay_s: float | None) -> None:
    given = Circumstances(NOW, fraction=0.5, resends=resends, unproven_resends=2)
    found = decided(UnexpectedAnswer("x"), given)
    assert (found.delay_s, found.unproven) == (delay_s, True)
    other = decided(Misdirected("x"), given)
    assert (other.delay_s, other.unproven) == (PARKED_S, False)


@pytest.mark.parametrize("fault", ENDS, ids=lambda each: type(each).__name__)
def test_what_the_service_may_hold_is_known(fault: BaseException) -> None:
    may = (OutcomeUnknown, UnexpectedAnswer, RuntimeError, KeyboardInterrupt)
    assert decided(fault).unknown_fate is isinstance(fault, may)
    lost = undelivered(fault, logged(503, possibly_stored=True), FIRST)
    assert lost.unknown_fate is True


@pytest.mark.parametrize(
    ("statuses", "may"),
    [
        ((503,), False), ((429,), False), ((425,), False), ((503, 429), False),
        ((500,), True), ((504,), True), ((502,), True), ((408,), True), ((None,), True),
        ((504, 503), True),
    ],
)  # fmt: skip
def test_of_an_unavailable_service_the_statuses_tell(
    statuses: tuple[int | None, ...], may: bool
) -> None:
    assert decided(Unavailable("x"), FIRST, *statuses).unknown_fate is may


@pytest.mark.parametrize("fault", ENDS, ids=lambda each: type(each).__name__)
def test_only_a_refusal_shows_that_the_service_works(fault: BaseException) -> None:
    works = isinstance(fault, Rejected)
    expected = None if isinstance(fault, ConfigurationError) else works
    assert decided(fault).service_works is expected
    assert decided(fault).unconfirmed is False


def test_an_unconfirmed_refusal_says_nothing_of_the_service() -> None:
    found = decided(Rejected("x"), Circumstances(NOW, fraction=0.5, confirmed=False))
    assert (found.service_works, found.unconfirmed, found.state) == (None, True, "quarantined")


def test_a_receipt_delivers() -> None:
    receipt: Any = object()
    log = logged(201)
    found = delivered(receipt, log)
    assert (found.state, found.outcome, found.service_works) == ("delivered", "Receipt", True)
    assert found.receipt is receipt
    assert found.log is log
    assert (found.delay_s, found.unknown_fate, found.unproven) == (0.0, False, False)


# --- the log ---------------------------------------------------------------------------------


def test_a_log_knows_the_last_request() -> None:
    log = logged(503, 429)
    assert (log.status, log.request_id) == (429, "request-2")
    assert (SubmissionLog().status, SubmissionLog().request_id) == (None, None)
    assert decided(NotSent("x"), FIRST, 503).log.status == 503


def test_the_evidence_holds_each_request_and_the_number_of_a_firewall() -> None:
    kept = json.loads(logged(503, 429, support_id="7" * 70).to_json())
    asked = {"outcome": "Unavailable", "seconds": 0.25}
    assert kept == [
        {"request_id": "request-1", "status": 503, **asked},
        {"request_id": "request-2", "status": 429, **asked, "support_id": "7" * 64},
    ]
    assert json.loads(logged(support_id="7").to_json()) == []
    (only,) = json.loads(logged(503, support_id="7").to_json())
    assert only["support_id"] == "7"
    assert "support_id" not in logged(503).to_json()
    assert "support_id" not in logged(503, possibly_stored=True).to_json()
