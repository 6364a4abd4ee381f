"""One submission, from the first attempt to its receipt or error, without the network.

The two clients do the I/O; this module decides what is sent, what an answer means, whether to
retry and which events listeners receive.

Durations are measured by the monotonic clock: setting a host's clock back or forward neither
ends a submission nor prolongs it. Only tokens, receipts and ``retry_at`` use the time of day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sha_disclosure._version import __version__
from sha_disclosure.credentials import Credentials
from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.endpoint import Request
from sha_disclosure.delivery.headers import request_headers
from sha_disclosure.delivery.outcome import Failure, Stored, judge
from sha_disclosure.delivery.prepare import PreparedNotice, Setup
from sha_disclosure.delivery.receipt import Receipt, StoredNotice
from sha_disclosure.delivery.retry import Progress, decide
from sha_disclosure.delivery.shared_state import SharedState
from sha_disclosure.delivery.skew import CORRECTED_MAX, NOTABLE
from sha_disclosure.errors import (
    NotSent,
    OutcomeUnknown,
    Rejected,
    SubmissionError,
    Unauthorized,
)
from sha_disclosure.events import (
    AttemptEnded,
    AttemptStarted,
    Listener,
    RetryScheduled,
    SubmissionFailed,
    Submitted,
)
from sha_disclosure.events.kinds import STORED
from sha_disclosure.messages import Message, message

_OWN_HEADERS = {
    "User-Agent": f"sha-disclosure/{__version__}",
    "Accept-Encoding": "identity",  # an answer must not expand beyond what was received
}


class Stop(Protocol):
    """The common interface of ``threading`` and ``asyncio`` events."""

    def is_set(self) -> bool:
        """Return whether no further attempt is wanted."""


class Submission:
    """One ``submit``, from its first attempt to its receipt or error."""

    def __init__(
        self,
        setup: Setup,
        prepared: PreparedNotice,
        shared: SharedState,
        listener: Listener | None,
        stop: Stop | None,
    ) -> None:
        self._setup = setup
        self._prepared = prepared
        self._shared = shared
        self._listeners = shared.listeners.and_also(listener)
        self._stop = stop
        self.organisation = prepared.organisation or str(setup.settings.requester.id)
        self._began = self._sent = setup.sources.monotonic()
        self._attempts = 0
        self._refused_tokens = 0
        self._lost_answers = 0
        self._request_id = ""
        self._wait = 0.0
        self._due: Failure | None = None
        self._quota_spent = False
        self._under_way = False
        self._stored = False

    def request(self, credentials: Credentials) -> Request:
        """Return the next attempt's request: same body, new request id, new token.

        ``credentials`` are the organisation's current keys. Raises SigningError if the token cannot
        be signed.
        """
        sources = self._setup.sources
        request_id, wire = sources.uuid(), self._setup.edition.wire
        token = credentials.tokens.make(
            self._shared.token_facts[self.organisation],
            self._prepared.user,
            now=self._now_for_tokens(),
            unique_id=sources.uuid(),
        )
        headers = request_headers(wire, token=token, request_id=request_id)
        headers |= _OWN_HEADERS
        self._request_id = request_id
        self._attempts += 1
        self._due = None
        self._sent, self._under_way = sources.monotonic(), True
        if self._listeners:
            self._listeners.notify(
                AttemptStarted(self._prepared.notice_ids, self._request_id, self._attempts)
            )
        return Request(headers, self._prepared.body)

    def judged(self, answer: Answer | Failure) -> Receipt | Failure:
        """Return the receipt in an answer, or the reason it has none."""
        now, took = self._setup.sources.clock(), self._since(self._sent)
        verdict: Stored | Failure
        if isinstance(answer, Failure):
            verdict, status = answer, None
        else:
            ids, wire = self._prepared.notice_ids, self._setup.edition.wire
            verdict, status = judge(answer, notice_ids=ids, now=now, wire=wire), answer.status
            self._stored = isinstance(verdict, Stored)
            self._shared.answered(answer.headers, received_at=now, took_s=took)
        if isinstance(verdict, Failure):
            self._ended(verdict.kind.__name__, status, took)
            return verdict
        self._ended(STORED, status, took)
        self._shared.quota.succeeded(retried=self._attempts > 1)
        self._submitted()
        return Receipt(
            notices=self._named(verdict.notices),
            request_id=self._request_id,
            response_id=verdict.response_id,
            attempts=self._attempts,
            received_at=now,
            possibly_duplicated=self._lost_answers > 0,
            acknowledged=self._prepared.acknowledged,
        )

    def _named(self, notices: tuple[StoredNotice, ...]) -> tuple[StoredNotice, ...]:
        """Return the stored notices with the caller's own keys, where given."""
        references = self._prepared.references
        if not any(references):
            return notices
        pairs = zip(notices, references, strict=True)
        return tuple(replace(notice, reference=key or None) for notice, key in pairs)

    def again(self, result: Receipt | Failure) -> bool:
        """Return whether to retry (for tenacity)."""
        if isinstance(result, Receipt) or result is self._due:
            return False
        failure, sources = result, self._setup.sources
        self._refused_tokens += failure.kind is Unauthorized
        self._lost_answers += failure.kind is OutcomeUnknown
        now, fraction = sources.clock(), sources.randomness.random()
        # On the current time of day, the submission began this long ago by the monotonic clock.
        began_at = now - timedelta(seconds=self._since(self._began))
        progress = Progress(self._attempts, began_at, self._refused_tokens)
        wait = decide(self._setup.settings.retry, progress, failure, now, fraction)
        if wait is None:
            return False
        if self._stop_is_set():
            self._wait_for(failure, wait, now)
            return False
        if not self._shared.quota.take():
            self._quota_spent = True
            return False
        self._wait_for(failure, wait, now)
        if self._listeners:
            ids, kind = self._prepared.notice_ids, failure.kind.__name__
            self._listeners.notify(
                RetryScheduled(ids, self._request_id, self._attempts, kind, self._wait)
            )
        return True

    def _wait_for(self, failure: Failure, seconds: float, now: datetime) -> None:
        self._wait = seconds
        due = failure.retry_at or now + timedelta(seconds=seconds)
        self._due = replace(failure, retry_at=due)

    def wait(self, _: object = None) -> float:
        """Return the seconds to wait before the next attempt (for tenacity)."""
        return self._wait

    @property
    def stopped(self) -> Failure | None:
        """The failure after which no further attempt is made, once the stop is set."""
        return self._due if self._stop_is_set() else None

    def _stop_is_set(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def end(self, result: Receipt | Failure) -> Receipt:
        """Return the receipt, or raise the error that ends the submission."""
        if isinstance(result, Receipt):
            return result
        raise self._error(result)

    def _error(self, failure: Failure) -> SubmissionError:
        failure = self._due or failure
        reason = failure.reason
        if self._lost_answers and failure.kind is Rejected:
            reason = Message("answer.rejected_after_loss", reason.parameters)
        if self._lost_answers and failure.kind is not OutcomeUnknown:
            reason = message("submission.earlier", then=reason)
        if self._lost_answers and failure.kind is NotSent:
            # The last attempt did not reach the service, but an earlier one may have.
            failure = replace(failure, kind=OutcomeUnknown)
        if failure.kind is Unauthorized:
            reason = self._with_clock(reason)
        if self._quota_spent:
            reason = message("submission.quota_spent", reason=reason)
        if self._due:
            reason = message("submission.stopped", reason=reason)
        failure = replace(failure, reason=reason)
        self._failed(failure.kind.__name__, failure)
        return failure.error(
            notice_ids=self._prepared.notice_ids,
            request_id=self._request_id,
            attempts=self._attempts,
            possibly_stored=self._lost_answers > 0,
        )

    def broken_off(self, fault: BaseException) -> None:
        """Notify listeners of an end by something else: cancellation, Ctrl-C, a signing error."""
        name = type(fault).__name__
        if self._under_way:
            self._lost_answers += 1
            self._ended(name, None, self._since(self._sent))
        self._failed(name, None)

    def _now_for_tokens(self) -> datetime:
        now, skew = self._setup.sources.clock(), self._shared.clock_skew
        if not skew or not self._setup.settings.correct_clock_skew or abs(skew) > CORRECTED_MAX:
            return now
        # A Date header is accurate to a second: no token may start in the service's future.
        return now + skew - timedelta(seconds=1)

    def _with_clock(self, reason: Message) -> Message:
        skew = self._shared.clock_skew
        if skew is None or abs(skew) <= NOTABLE:
            return reason
        known = "submission.clock_behind" if skew > timedelta(0) else "submission.clock_ahead"
        return message(known, reason=reason, seconds=round(abs(skew).total_seconds()))

    def _since(self, moment: float) -> float:
        return self._setup.sources.monotonic() - moment

    def _ended(self, outcome: str, status: int | None, seconds: float) -> None:
        self._under_way = False
        if self._listeners:
            ids = self._prepared.notice_ids
            self._listeners.notify(
                AttemptEnded(ids, self._request_id, self._attempts, outcome, status, seconds)
            )

    def _submitted(self) -> None:
        if self._listeners:
            self._listeners.notify(
                Submitted(
                    notice_ids=self._prepared.notice_ids,
                    request_id=self._request_id,
                    attempts=self._attempts,
                    seconds=self._since(self._began),
                    possibly_duplicated=self._lost_answers > 0,
                )
            )

    def _failed(self, outcome: str, failure: Failure | None) -> None:
        if self._listeners:
            self._listeners.notify(
                SubmissionFailed(
                    notice_ids=self._prepared.notice_ids,
                    request_id=self._request_id,
                    attempts=self._attempts,
                    seconds=self._since(self._began),
                    outcome=outcome,
                    status=failure.status if failure else None,
                    retry_at=failure.retry_at if failure else None,
                    possibly_stored=self._stored or self._lost_answers > 0,
                    quota_spent=self._quota_spent,
                    support_id=(failure.support_id if failure else None) or "",
                )
            )
