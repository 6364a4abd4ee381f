"""Listeners hear what happens, in ids only, and cannot break a submission."""

import logging
from dataclasses import fields, is_dataclass
from typing import get_args

import pytest

from sha_disclosure import CertificateExpired, Rejected, Unavailable
from sha_disclosure.events import (
    AttemptEnded,
    AttemptStarted,
    BreakerOpened,
    ClockSkewed,
    Event,
    LeaseLost,
    Listeners,
    NoticeQuarantined,
    RetryScheduled,
    SubmissionFailed,
    Submitted,
    logging_listener,
)
from sha_disclosure.settings import Retry


@pytest.fixture
def heard() -> list:
    return []


@pytest.fixture
def listened(shell, sandbox, heard):
    return shell.connect(sandbox.settings(), listeners=[heard.append])


def test_a_submission_is_told_from_its_first_attempt_to_its_end(listened, sandbox, notice, heard):
    sandbox.inject("reset_after")
    sandbox.inject("status", status=503)
    prepared = listened.prepare(notice)
    receipt = listened.submit(prepared)
    assert [type(e) for e in heard] == [
        AttemptStarted, AttemptEnded, RetryScheduled,
        AttemptStarted, AttemptEnded, RetryScheduled,
        AttemptStarted, AttemptEnded, Submitted,
    ]  # fmt: skip
    ends = [(e.outcome, e.status, e.attempt) for e in heard if isinstance(e, AttemptEnded)]
    assert ends == [("OutcomeUnknown", None, 1), ("Unavailable", 503, 2), ("Stored", 200, 3)]
    assert all(e.notice_ids == prepared.notice_ids for e in heard)
    ids = [e.request_id for e in heard]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert heard[-1].request_id == receipt.request_id
    assert (heard[-1].attempts, heard[-1].possibly_duplicated) == (3, True)
    assert heard[-1].seconds >= sum(e.seconds for e in heard if isinstance(e, AttemptEnded))


def test_the_waits_between_attempts_are_told(listened, sandbox, notice, heard, slept):
    sandbox.inject("status", status=503, retry_after=7)
    listened.submit(listened.prepare(notice))
    assert [e.wait_s for e in heard if isinstance(e, RetryScheduled)] == slept


def test_a_failure_is_told_with_its_class_and_status(listened, sandbox, notice, heard):
    sandbox.inject("status", status=422)
    with pytest.raises(Rejected) as caught:
        listened.submit(listened.prepare(notice))
    failed = heard[-1]
    assert isinstance(failed, SubmissionFailed)
    assert (failed.outcome, failed.status, failed.attempts) == ("Rejected", 422, 1)
    assert failed.request_id == caught.value.request_id
    assert not failed.possibly_stored


def test_a_failure_tells_when_to_come_back_and_that_a_copy_may_be_stored(
    listened, sandbox, notice, heard
):
    sandbox.inject("reset_after")
    sandbox.inject("status", status=503, retry_after=3600)
    with pytest.raises(Unavailable) as caught:
        listened.submit(listened.prepare(notice))
    assert heard[-1].retry_at == caught.value.retry_at is not None
    assert heard[-1].possibly_stored


def test_a_spent_quota_is_told(shell, sandbox, notice, heard):
    settings = sandbox.settings().model_copy(update={"retry": Retry(quota=0)})
    kanta = shell.connect(settings, listeners=[heard.append])
    sandbox.inject("status", status=503)
    with pytest.raises(Unavailable):
        kanta.submit(kanta.prepare(notice))
    assert heard[-1].quota_spent


def test_a_token_that_cannot_be_signed_is_told_without_an_attempt(listened, notice, heard):
    def refuse(*_: object, **__: object) -> str:
        raise CertificateExpired("x")

    prepared = listened.prepare(notice)
    listened.client._connection().credentials.tokens.make = refuse
    with pytest.raises(CertificateExpired):
        listened.submit(prepared)
    (failed,) = heard
    assert (failed.outcome, failed.attempts, failed.request_id) == ("CertificateExpired", 0, "")


def test_one_submission_may_have_a_listener_of_its_own(shell, sandbox, notice, heard):
    own = []
    kanta = shell.connect(sandbox.settings(), listeners=[heard.append])
    kanta.submit(kanta.prepare(notice), listener=own.append)
    assert own == heard != []
    kanta.submit(kanta.prepare(notice))
    assert len(heard) == 2 * len(own)


def test_a_listener_that_raises_breaks_nothing_and_is_named_once(shell, sandbox, notice, caplog):
    heard = []

    def broken(_: Event) -> None:
        raise ValueError("Zz-planted")

    kanta = shell.connect(sandbox.settings(), listeners=[broken, heard.append])
    for _ in range(3):
        kanta.submit(kanta.prepare(notice), listener=broken)
    assert len(heard) == 9
    (record,) = [r for r in caplog.records if r.name == "sha_disclosure"]
    assert "ValueError" in record.getMessage()
    assert "Zz-planted" not in caplog.text
    assert kanta.client._shared.listeners.errors.counts == {"ValueError": 9 + 9}


def test_without_listeners_no_event_is_made(kanta, notice, monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("an event was made for nobody")

    for name in ("AttemptStarted", "AttemptEnded", "Submitted", "RetryScheduled"):
        monkeypatch.setattr(f"sha_disclosure.delivery.submission.{name}", never)
    assert kanta.submit(kanta.prepare(notice)).attempts == 1


def test_every_event_is_frozen_and_holds_ids_counts_times_and_class_names_only():
    allowed = {
        "tuple[str, ...]", "str", "int", "int | None", "float", "bool", "datetime",
        "datetime | None",
    }  # fmt: skip
    for kind in get_args(Event):
        assert is_dataclass(kind)
        assert kind.__dataclass_params__.frozen
        assert {field.type for field in fields(kind)} <= allowed
        texts = {f.name for f in fields(kind) if f.type == "str"}
        assert texts <= {
            "request_id", "outcome", "use", "thumbprint", "reason", "organisation", "support_id"
        }  # fmt: skip


@pytest.mark.parametrize(
    ("event", "level", "told"),
    [
        (AttemptStarted(("1.2", "1.3"), "r", 1), "DEBUG", "notice_ids=1.2,1.3 request_id=r"),
        (AttemptEnded(("1.2",), "r", 1, "Stored", 200, 0.25), "DEBUG", "seconds=0.250"),
        (AttemptEnded(("1.2",), "r", 1, "NotSent", None, 0.25), "INFO", "outcome=NotSent"),
        (Submitted(("1.2",), "r", 1, 0.5, False), "INFO", "attempts=1"),
        (RetryScheduled(("1.2",), "r", 1, "NotSent", 2.0), "WARNING", "wait_s=2.000"),
        (ClockSkewed(61.0), "WARNING", "skew_s=61.000"),
        (LeaseLost(("1.2",)), "WARNING", "notice_ids=1.2"),
        (SubmissionFailed(("1.2",), "r", 1, 0.5, "Rejected", 422), "ERROR", "status=422"),
        (BreakerOpened(5, 10.0), "ERROR", "pause_s=10.000"),
        (NoticeQuarantined(("1.2",), "Rejected"), "ERROR", "outcome=Rejected"),
    ],
)
def test_the_logging_listener_writes_kind_ids_and_level(caplog, event, level, told):
    caplog.set_level(logging.DEBUG, "sha_disclosure")
    logging_listener()(event)
    (record,) = caplog.records
    assert record.levelname == level
    assert record.getMessage().startswith(f"{type(event).__name__} ")
    assert told in record.getMessage()
    assert record.event is event


def test_no_listeners_are_false():
    assert not Listeners()
    assert Listeners([print])
