"""From the end of a submission to what becomes of its message: a pure decision."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import (
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    Rejected,
    SigningError,
    Unauthorized,
    Unavailable,
)
from sha_disclosure.events import AttemptEnded, Event, SubmissionFailed
from sha_disclosure.outbox.leases import LONGEST_PENDING
from sha_disclosure.outbox.schema import State

_BASE_S = 1.0
_LONGEST_S = 300.0
_PARKED_S = 3600.0
# Statuses of Unavailable after which the service certainly has not stored the notice.
_NOT_STORED = frozenset({425, 429, 503})


class Trail:
    """Hears the events of one submission: its requests as evidence, and their fate."""

    def __init__(self) -> None:
        self.requests: list[AttemptEnded] = []
        self.possibly_stored = False

    def __call__(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, AttemptEnded):
            self.requests.append(event)
        elif isinstance(event, SubmissionFailed):
            self.possibly_stored = event.possibly_stored

    @property
    def status(self) -> int | None:
        """The HTTP status of the last request that was answered."""
        return self.requests[-1].status if self.requests else None

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id of the last request."""
        return self.requests[-1].request_id if self.requests else None

    def to_json(self) -> str:
        """Return the requests as the evidence keeps them."""
        kept = ("request_id", "outcome", "status", "seconds")
        return json.dumps([{n: getattr(each, n) for n in kept} for each in self.requests])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is written of an attempt and its message.

    ``delay_s``: until the next attempt, by itself. ``unknown_fate``: the service may hold
    the notice. ``service_works``: whether this speaks for going on with others; None says
    nothing of it.
    """

    state: State
    outcome: str
    delay_s: float = 0.0
    unknown_fate: bool = False
    service_works: bool | None = None
    retry_at: datetime | None = None
    trail: Trail = field(default_factory=Trail)
    issues: str | None = None
    receipt: Receipt | None = None


def accepted(receipt: Receipt, trail: Trail) -> Verdict:
    """Return the verdict on a message the service holds."""
    return Verdict("delivered", "Receipt", service_works=True, trail=trail, receipt=receipt)


def failed(
    fault: BaseException, trail: Trail, *, tries: int, now: datetime, fraction: float
) -> Verdict:
    """Return the verdict on a message that ended in ``fault`` after ``tries`` earlier leases.

    ``fraction`` in [0, 1) spreads the waits. Nothing is ever given up.
    """
    wait = _BASE_S + fraction * min(_LONGEST_S, _BASE_S * 2.0 ** min(tries, 20))
    retry_at, issues = None, None
    state: State = "parked"
    if isinstance(fault, NotSent | OutcomeUnknown | Unavailable):
        retry_at = fault.retry_at
        wait = max(wait, (retry_at - now).total_seconds() if retry_at else 0.0)
        if timedelta(seconds=wait) <= LONGEST_PENDING:
            state = "pending"
    elif isinstance(fault, Rejected) and not fault.from_gateway:
        state, wait = "quarantined", 0.0
        issues = json.dumps(fault.outcome.to_dict()["issues"]) if fault.outcome else None
    elif isinstance(fault, SigningError):
        state = "pending"
    else:  # Unauthorized, a gateway's refusal, UnexpectedAnswer, ...: the set-up is to be mended
        wait = _PARKED_S
    return Verdict(
        state,
        type(fault).__name__,
        delay_s=wait,
        unknown_fate=_unknown(fault, trail),
        service_works=_works(fault),
        retry_at=retry_at,
        trail=trail,
        issues=issues,
    )


def _works(fault: BaseException) -> bool | None:
    """Tell what the end of a submission says of the service."""
    if isinstance(fault, ConfigurationError):
        return None  # one organisation's lack; the others' notices go on
    return isinstance(fault, Rejected) and not fault.from_gateway


def _unknown(fault: BaseException, trail: Trail) -> bool:
    """Tell whether the service may hold a notice whose submission ended like this."""
    if trail.possibly_stored:
        return True
    if isinstance(fault, Unavailable):
        return any(each.status not in _NOT_STORED for each in trail.requests)
    surely_not = (NotSent, Unauthorized, Rejected, SigningError, ConfigurationError)
    return not isinstance(fault, surely_not)
