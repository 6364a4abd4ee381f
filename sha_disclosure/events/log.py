"""Logs events with the standard library's logging."""

from __future__ import annotations

import logging
from dataclasses import fields

from sha_disclosure.characters import visible
from sha_disclosure.events.kinds import (
    STORED,
    AttemptEnded,
    AttemptStarted,
    BreakerOpened,
    CertificateExpiring,
    ClockSkewed,
    DrainRestarted,
    Event,
    LeaseLost,
    NoticeParked,
    NoticeQuarantined,
    QueueParked,
    RenewalRefused,
    RetryScheduled,
    SignerMismatched,
    SubmissionFailed,
)
from sha_disclosure.events.listeners import Listener

_LEVELS: dict[type[Event], int] = {
    AttemptStarted: logging.DEBUG,
    AttemptEnded: logging.DEBUG,
    RetryScheduled: logging.WARNING,
    SubmissionFailed: logging.ERROR,
    ClockSkewed: logging.WARNING,
    BreakerOpened: logging.ERROR,
    NoticeParked: logging.WARNING,
    NoticeQuarantined: logging.ERROR,
    QueueParked: logging.ERROR,
    DrainRestarted: logging.WARNING,
    LeaseLost: logging.WARNING,
    RenewalRefused: logging.ERROR,
    CertificateExpiring: logging.WARNING,
    SignerMismatched: logging.WARNING,
}  # the others: INFO


def logging_listener(logger: logging.Logger | None = None) -> Listener:
    """Return a listener that writes events to ``logger``, by default ``sha_disclosure``.

    The level depends on the event: DEBUG for attempts (INFO for a failed one), INFO for what was
    stored, WARNING for retries, ERROR for failures. The message is the event's name and fields,
    ids only; the record has the event itself as ``event``.
    """
    log = logger or logging.getLogger("sha_disclosure")

    def listen(event: Event) -> None:
        level = _level(event)
        if log.isEnabledFor(level):
            values = (_written(each.name, getattr(event, each.name)) for each in fields(event))
            extra = {"event": event}
            log.log(level, "%s %s", type(event).__name__, " ".join(values), extra=extra)

    return listen


def _level(event: Event) -> int:
    if isinstance(event, AttemptEnded) and event.outcome != STORED:
        return logging.INFO
    return _LEVELS.get(type(event), logging.INFO)


def _written(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return f"{name}={visible(','.join(value))}"
    if isinstance(value, float):
        return f"{name}={value:.3f}"
    return f"{name}={visible(str(value))}"
