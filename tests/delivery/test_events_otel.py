"""The OpenTelemetry listener, through the real SDK and its exporters in memory."""

import sys
from datetime import UTC, datetime

import pytest
from telemetry import Telemetry

from sha_disclosure import ConfigurationError, KantaClient, Rejected
from sha_disclosure.events import (
    BreakerClosed,
    BreakerOpened,
    CertificateExpiring,
    CertificateRenewed,
    LeaseLost,
    NoticeAdded,
    NoticeDelivered,
    NoticeParked,
    NoticeQuarantined,
    QueueState,
    RenewalRefused,
    observe_queue,
    opentelemetry_listener,
)


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def test_attempts_retries_and_outcomes_are_counted(shell, sandbox, notice, telemetry):
    kanta = shell.connect(sandbox.settings(), listeners=[telemetry.listener])
    sandbox.inject("status", status=503)
    kanta.submit(kanta.prepare(notice))
    sandbox.inject("status", status=422)
    with pytest.raises(Rejected):
        kanta.submit(kanta.prepare(notice))
    status = "http.response.status_code"
    assert telemetry.points("attempt.duration") == {
        ((status, 503), ("outcome", "Unavailable")): 1,
        ((status, 200), ("outcome", "Stored")): 1,
        ((status, 422), ("outcome", "Rejected")): 1,
    }
    assert telemetry.points("retries") == {(("outcome", "Unavailable"),): 1}
    assert telemetry.points("submissions") == {
        (("outcome", "Stored"),): 1,
        (("outcome", "Rejected"),): 1,
    }


def test_renewals_and_days_left_are_counted(telemetry):
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    telemetry.listener(CertificateRenewed("tls", "ab", moment))
    telemetry.listener(RenewalRefused(("signing",), "KeyUnavailable", "x"))
    assert telemetry.points("certificate.renewals") == {
        (("use", "tls"),): 1,
        (("outcome", "KeyUnavailable"),): 1,
    }
    telemetry.listener(CertificateExpiring("signing", "cd", 29))
    assert telemetry.points("certificate.days_left") == {(("use", "signing"),): 29}


def test_each_attempt_is_a_span_under_the_callers_own(shell, sandbox, notice, telemetry):
    kanta = shell.connect(sandbox.settings(), listeners=[telemetry.listener])
    sandbox.inject("reset_after")
    prepared = kanta.prepare(notice)
    with telemetry.tracer.start_as_current_span("caller") as caller:
        receipt = kanta.submit(prepared)
    lost, stored, _ = telemetry.spans.get_finished_spans()
    assert {lost.parent.span_id, stored.parent.span_id} == {caller.get_span_context().span_id}
    assert (lost.name, lost.status.status_code.name) == ("sha_disclosure.attempt", "ERROR")
    assert lost.attributes["error.type"] == "OutcomeUnknown"
    assert dict(stored.attributes) == {
        "sha_disclosure.notice_ids": prepared.notice_ids,
        "sha_disclosure.request_id": receipt.request_id,
        "sha_disclosure.attempt": 2,
        "sha_disclosure.outcome": "Stored",
        "http.response.status_code": 200,
    }


def test_a_clock_that_is_off_is_a_gauge(shell, sandbox, notice, telemetry):
    kanta = shell.connect(sandbox.settings(), listeners=[telemetry.listener])
    sandbox.inject("wrong_date", seconds=3600)
    kanta.submit(kanta.prepare(notice))
    assert telemetry.points("clock_skew")[()] == pytest.approx(3600, abs=2)


def test_the_outbox_and_the_breaker_are_counted(telemetry):
    ids = ("1.2.3",)
    for event in (
        NoticeAdded(ids),
        NoticeAdded(ids),
        NoticeDelivered(ids, "r", 12.5),
        NoticeParked(ids, "Unavailable"),
        NoticeQuarantined(ids, "Rejected"),
        LeaseLost(ids),
        BreakerOpened(5, 10.0),
        BreakerClosed(),
    ):
        telemetry.listener(event)
    assert telemetry.points("outbox.messages") == {
        (("event", "added"),): 2,
        (("event", "delivered"),): 1,
        (("event", "parked"), ("outcome", "Unavailable")): 1,
        (("event", "quarantined"), ("outcome", "Rejected")): 1,
        (("event", "lease_lost"),): 1,
    }
    assert telemetry.points("outbox.delivery") == {(): 1}
    assert telemetry.points("breaker.changes") == {
        (("state", "open"),): 1,
        (("state", "closed"),): 1,
    }


def test_queue_depth_and_oldest_age_are_asked_for_when_they_are_read(telemetry):
    held = QueueState({"pending": 3, "parked": 1}, 42.0)
    observe_queue(telemetry.meter, lambda: held)
    assert telemetry.points("outbox.depth") == {
        (("state", "pending"),): 3,
        (("state", "parked"),): 1,
    }
    assert telemetry.points("outbox.oldest_pending_age") == {(): 42.0}


def test_no_metric_label_holds_an_id(shell, sandbox, notice, telemetry):
    kanta = shell.connect(sandbox.settings(), listeners=[telemetry.listener])
    sandbox.inject("status", status=503)
    prepared = kanta.prepare(notice)
    receipt = kanta.submit(prepared)
    told = str(telemetry.reader.get_metrics_data().to_json())
    assert prepared.notice_ids[0] not in told
    assert receipt.request_id not in told


def test_a_span_is_ended_even_when_the_submission_is_broken_off(
    sandbox, notice, telemetry, monkeypatch
):
    with KantaClient(sandbox.settings(), listeners=[telemetry.listener]) as kanta:

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        prepared = kanta.prepare(notice)
        monkeypatch.setattr(kanta._connection().endpoint, "exchange", interrupt)
        with pytest.raises(KeyboardInterrupt):
            kanta.submit(prepared)
    (span,) = telemetry.spans.get_finished_spans()
    assert span.attributes["sha_disclosure.outcome"] == "KeyboardInterrupt"


def test_without_the_extra_the_listener_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigurationError, match=r"sha-disclosure\[otel\]"):
        opentelemetry_listener()
