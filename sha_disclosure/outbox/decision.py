"""From the end of a submission to the next state of its message: a pure decision."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sha_disclosure.backoff import backoff
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import (
    ConfigurationError,
    Misdirected,
    NotSent,
    OutcomeUnknown,
    Rejected,
    SigningError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.events import AttemptEnded, Event, SubmissionFailed
from sha_disclosure.outbox.schema import State
from sha_disclosure.outbox.sweeping import LONGEST_PENDING

_BASE_S = 1.0
_LONGEST_S = 300.0
PARKED_S = 3600.0
"""How long a message waits for a corrected set-up before it is retried, in seconds."""

# Statuses of Unavailable after which the service has definitely not stored the notice.
_NOT_STORED = frozenset({425, 429, 503})


class SubmissionLog:
    """Records one submission's requests as evidence, and whether one may have been stored."""

    def __init__(self) -> None:
        self.requests: list[AttemptEnded] = []
        self.possibly_stored = False
        self.support_id = ""

    def __call__(self, event: Event) -> None:
        """Handle an event."""
        if isinstance(event, AttemptEnded):
            self.requests.append(event)
        elif isinstance(event, SubmissionFailed):
            self.possibly_stored = event.possibly_stored
            self.support_id = event.support_id

    @property
    def status(self) -> int | None:
        """The HTTP status of the last request, if it was answered."""
        return self.requests[-1].status if self.requests else None

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id of the last request."""
        return self.requests[-1].request_id if self.requests else None

    def to_json(self) -> str:
        """Return the requests in the format of the evidence."""
        kept = ("request_id", "outcome", "status", "seconds")
        requests = [{n: getattr(each, n) for n in kept} for each in self.requests]
        if self.support_id and requests:
            requests[-1]["support_id"] = self.support_id[:64]
        return json.dumps(requests)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is recorded of an attempt and of its message.

    ``delay_s``: seconds until the next attempt, or None if a person decides on it.
    ``unknown_fate``: the service may hold the notice. ``unproven``: it answered as if it did,
    without proof. ``service_works``: whether other messages should be sent too; None leaves that
    open. ``references``: the caller's own keys of the notices. ``unconfirmed``: it was refused
    by what may not be the service, since the address may be wrong.
    """

    state: State
    outcome: str
    delay_s: float | None = 0.0
    unknown_fate: bool = False
    unproven: bool = False
    service_works: bool | None = None
    retry_at: datetime | None = None
    log: SubmissionLog = field(default_factory=SubmissionLog)
    issues: str | None = None
    receipt: Receipt | None = None
    references: tuple[str, ...] = ()
    unconfirmed: bool = False


def delivered(receipt: Receipt, log: SubmissionLog) -> Decision:
    """Return the decision on a message that the service stored."""
    return Decision("delivered", "Receipt", service_works=True, log=log, receipt=receipt)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision depends on besides the end of the submission.

    ``tries`` earlier leases, ``resends`` of them after an answer that proved nothing, out of at
    most ``unproven_resends``; ``fraction`` in [0, 1) spreads the waits. ``confirmed``: whether a
    refusal is confirmed to be the service's decision.
    """

    now: datetime
    fraction: float
    tries: int = 0
    resends: int = 0
    unproven_resends: int = 2
    confirmed: bool = True


def undelivered(fault: BaseException, log: SubmissionLog, given: Circumstances) -> Decision:
    """Return the decision on a message that ended in ``fault``. None is ever given up."""
    fraction, now = given.fraction, given.now
    failures = given.tries + 1
    wait = _BASE_S + backoff(failures, base_s=_BASE_S, longest_s=_LONGEST_S, fraction=fraction)
    retry_at, issues = None, None
    unproven = isinstance(fault, UnexpectedAnswer)
    state: State = "parked"
    if isinstance(fault, NotSent | OutcomeUnknown | Unavailable) or (
        # It was stopped before its attempt with a new token.
        isinstance(fault, Unauthorized) and fault.retry_at is not None
    ):
        retry_at = fault.retry_at
        wait = max(wait, (retry_at - now).total_seconds() if retry_at else 0.0)
        if timedelta(seconds=wait) <= LONGEST_PENDING:
            state = "pending"
    elif isinstance(fault, Rejected):
        state, wait = "quarantined", 0.0
        issues = json.dumps(fault.outcome.to_dict()["issues"]) if fault.outcome else None
    elif isinstance(fault, SigningError) or not isinstance(fault, Exception):
        state = "pending"
    else:  # Unauthorized, Misdirected, UnexpectedAnswer, ...: the set-up is at fault
        wait = PARKED_S
    given_up = unproven and given.resends >= given.unproven_resends
    return Decision(
        state,
        type(fault).__name__,
        delay_s=None if given_up else wait,
        unproven=unproven,
        unknown_fate=_may_be_stored(fault, log),
        service_works=_service_works(fault) if given.confirmed else None,
        retry_at=retry_at,
        log=log,
        issues=issues,
        unconfirmed=not given.confirmed,
    )


def _service_works(fault: BaseException) -> bool | None:
    """Return what the end of a submission shows about the service."""
    if isinstance(fault, ConfigurationError):
        return None  # one organisation's settings; the others' notices are still sent
    return isinstance(fault, Rejected)


def _may_be_stored(fault: BaseException, log: SubmissionLog) -> bool:
    """Return whether the service may hold a notice whose submission ended like this."""
    if log.possibly_stored:
        return True
    if isinstance(fault, Unavailable):
        return any(each.status not in _NOT_STORED for each in log.requests)
    certainly_not = (
        NotSent,
        Unauthorized,
        Rejected,
        Misdirected,
        SigningError,
        ConfigurationError,
    )
    return not isinstance(fault, certainly_not)
