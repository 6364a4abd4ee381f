"""Events as OpenTelemetry metrics and spans (extra ``otel``).

Metric labels are outcome classes, HTTP statuses and states, never ids, to keep their number
low (OpenTelemetry metrics SDK, cardinality limits). Ids are on spans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sha_disclosure._version import __version__
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.events.kinds import (
    STORED,
    AttemptEnded,
    AttemptStarted,
    BreakerClosed,
    BreakerOpened,
    CertificateExpiring,
    CertificateRenewed,
    ClockSkewed,
    DrainRestarted,
    Event,
    LeaseLost,
    NoticeAdded,
    NoticeDelivered,
    NoticeParked,
    NoticeQuarantined,
    QueueParked,
    RenewalRefused,
    RetryScheduled,
    SubmissionFailed,
    Submitted,
)
from sha_disclosure.events.listeners import Listener
from sha_disclosure.messages import message
from sha_disclosure.process import ProcessLock

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Meter, Observation
    from opentelemetry.trace import Span, Tracer

_NAME = "sha_disclosure"


@dataclass(frozen=True, slots=True)
class QueueState:
    """An outbox's messages by state, and the age of the oldest pending one in seconds."""

    counts: Mapping[str, int]
    oldest_pending_s: float = 0.0


def opentelemetry_listener(meter: Meter | None = None, tracer: Tracer | None = None) -> Listener:
    """Return a listener that records metrics and creates a span for each attempt.

    Without ``meter`` or ``tracer``, the globally configured ones are used.

    Raises ConfigurationError if opentelemetry-api is not installed.
    """
    missing = False
    try:
        from opentelemetry import metrics, trace  # noqa: PLC0415 - an extra
    except ImportError:
        missing = True
    if missing:
        raise ConfigurationError(message("events.no_opentelemetry"))
    spans = _Spans(tracer or trace.get_tracer(_NAME, __version__))
    figures = _Figures(meter or metrics.get_meter(_NAME, __version__))

    def listen(event: Event) -> None:
        spans(event)
        figures(event)

    return listen


def observe_queue(meter: Meter, status: Callable[[], QueueState]) -> None:
    """Register gauges of queue depth and oldest pending age; each collection calls ``status``.

    If ``status`` raises, that collection has no value.
    """
    from opentelemetry.metrics import Observation  # noqa: PLC0415 - the caller's meter is there

    def depth(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(n, {"state": state}) for state, n in status().counts.items()]

    def age(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(status().oldest_pending_s)]

    meter.create_observable_gauge(
        f"{_NAME}.outbox.depth", [depth], "{message}", "Messages in the outbox, by state"
    )
    meter.create_observable_gauge(
        f"{_NAME}.outbox.oldest_pending_age", [age], "s", "Age of the oldest message that waits"
    )


class _Spans:
    """One client span for each attempt, as a child of the current span."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._lock = ProcessLock()
        self._open: dict[str, Span] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, AttemptStarted):
            self._start(event)
        elif isinstance(event, AttemptEnded):
            self._end(event)

    def _start(self, event: AttemptStarted) -> None:
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an extra

        span = self._tracer.start_span(
            f"{_NAME}.attempt",
            kind=SpanKind.CLIENT,
            attributes={
                f"{_NAME}.notice_ids": event.notice_ids,
                f"{_NAME}.request_id": event.request_id,
                f"{_NAME}.attempt": event.attempt,
            },
        )
        with self._lock.own:
            self._open[event.request_id] = span

    def _end(self, event: AttemptEnded) -> None:
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

        with self._lock.own:
            span = self._open.pop(event.request_id, None)
        if span is None:
            return
        span.set_attribute(f"{_NAME}.outcome", event.outcome)
        if event.status is not None:
            span.set_attribute("http.response.status_code", event.status)
        if event.outcome != STORED:
            span.set_attribute("error.type", event.outcome)
            span.set_status(Status(StatusCode.ERROR, event.outcome))
        span.end()


class _Figures:
    """The metrics; ``_recorders`` has an entry for each kind of event that is measured."""

    def __init__(self, meter: Meter) -> None:
        self._attempts = meter.create_histogram(
            f"{_NAME}.attempt.duration", "s", "Time of one attempt, by outcome and HTTP status"
        )
        self._submissions = meter.create_counter(
            f"{_NAME}.submissions", "{message}", "Ended submissions, by outcome"
        )
        self._retries = meter.create_counter(
            f"{_NAME}.retries", "{retry}", "Retries, by the outcome that made them needed"
        )
        self._skew = meter.create_gauge(
            f"{_NAME}.clock_skew", "s", "How far the service's clock is ahead, when it was far off"
        )
        self._breaker = meter.create_counter(
            f"{_NAME}.breaker.changes", "{change}", "Openings and closings of the circuit breaker"
        )
        self._outbox = meter.create_counter(
            f"{_NAME}.outbox.messages", "{message}", "Messages of the outbox, by event"
        )
        self._latency = meter.create_histogram(
            f"{_NAME}.outbox.delivery", "s", "From adding a message to its delivery"
        )
        self._renewals = meter.create_counter(
            f"{_NAME}.certificate.renewals", "{renewal}", "Renewals, by use; refused by outcome"
        )
        self._days_left = meter.create_gauge(
            f"{_NAME}.certificate.days_left", "d", "Days a certificate has left, when they are few"
        )
        self._recorders: dict[type[Event], Callable[[Any], None]] = {
            AttemptEnded: self._attempt,
            RetryScheduled: lambda e: self._retries.add(1, {"outcome": e.outcome}),
            Submitted: lambda _: self._submissions.add(1, {"outcome": STORED}),
            SubmissionFailed: lambda e: self._submissions.add(1, {"outcome": e.outcome}),
            ClockSkewed: lambda e: self._skew.set(e.skew_s),
            BreakerOpened: lambda _: self._breaker.add(1, {"state": "open"}),
            BreakerClosed: lambda _: self._breaker.add(1, {"state": "closed"}),
            NoticeAdded: lambda _: self._outbox.add(1, {"event": "added"}),
            NoticeDelivered: self._delivered,
            NoticeParked: lambda e: self._outbox.add(1, {"event": "parked", "outcome": e.outcome}),
            NoticeQuarantined: lambda e: self._outbox.add(
                1, {"event": "quarantined", "outcome": e.outcome}
            ),
            QueueParked: lambda e: self._outbox.add(
                e.messages, {"event": "queue_parked", "outcome": e.outcome}
            ),
            DrainRestarted: lambda e: self._outbox.add(
                1, {"event": "drain_restarted", "outcome": e.outcome}
            ),
            LeaseLost: lambda _: self._outbox.add(1, {"event": "lease_lost"}),
            CertificateRenewed: lambda e: self._renewals.add(1, {"use": e.use}),
            RenewalRefused: lambda e: self._renewals.add(1, {"outcome": e.outcome}),
            CertificateExpiring: lambda e: self._days_left.set(e.days, {"use": e.use}),
        }

    def __call__(self, event: Event) -> None:
        record = self._recorders.get(type(event))
        if record is not None:
            record(event)

    def _attempt(self, event: AttemptEnded) -> None:
        labels: dict[str, str | int] = {"outcome": event.outcome}
        if event.status is not None:
            labels["http.response.status_code"] = event.status
        self._attempts.record(event.seconds, labels)

    def _delivered(self, event: NoticeDelivered) -> None:
        self._outbox.add(1, {"event": "delivered"})
        self._latency.record(event.seconds)
