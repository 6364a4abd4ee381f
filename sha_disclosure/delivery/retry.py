"""Whether to retry, and when: a pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sha_disclosure.backoff import backoff
from sha_disclosure.delivery.outcome import Failure
from sha_disclosure.errors import NotSent, OutcomeUnknown, Unauthorized, Unavailable
from sha_disclosure.settings import Retry

_FEW = 3  # attempts at a service with an internal error (500): this message may cause it


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of one ``submit``: attempts, start time, and how often the token was refused."""

    attempts: int
    began_at: datetime
    refused_tokens: int = 0


def decide(
    policy: Retry, progress: Progress, failure: Failure, now: datetime, fraction: float
) -> float | None:
    """Return the seconds to wait before the next attempt, or None to stop.

    ``fraction`` in [0, 1) spreads the waits (full jitter), so that waiting clients do not retry
    together. A Retry-After is honoured unless it is longer than the policy's maximum.
    """
    if not _worthwhile(progress, failure) or progress.attempts >= policy.attempts:
        return None
    wait = backoff(
        progress.attempts, base_s=policy.base_s, longest_s=policy.longest_s, fraction=fraction
    )
    if failure.retry_at is not None:
        asked = (failure.retry_at - now).total_seconds()
        if asked > policy.retry_after_longest_s:
            return None
        wait = max(wait, asked)
    deadline = progress.began_at + timedelta(seconds=policy.deadline_s)
    return wait if now + timedelta(seconds=wait) <= deadline else None


def _worthwhile(progress: Progress, failure: Failure) -> bool:
    if failure.kind is Unauthorized:
        return progress.refused_tokens <= 1
    if failure.kind is Unavailable and failure.status == 500:
        return progress.attempts < _FEW
    return failure.kind in {NotSent, OutcomeUnknown, Unavailable}
