"""One submission, from the first attempt to its receipt or error, without the network.

The two shells in ``client`` hold the connection; what is sent, what an answer means and
whether to try again is here, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tenacity import RetryCallState

from sha_disclosure._version import __version__
from sha_disclosure.errors import OutcomeUnknown, SubmissionError, Unauthorized
from sha_disclosure.jose.token import TokenFacts, TokenMaker
from sha_disclosure.prepare import PreparedNotice, Sender
from sha_disclosure.transport.headers import request_headers
from sha_disclosure.transport.outcome import Answer, Failure, judge
from sha_disclosure.transport.receipt import Receipt
from sha_disclosure.transport.retry import Progress, decide


class AttemptFailed(Exception):  # noqa: N818 - a signal between the shells and the retry loop
    """An attempt ended in ``failure``; caught by the loop, never seen by users."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Request:
    """What one attempt sends; hidden, since the token names the user."""

    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Submission:
    """The course of one ``submit``."""

    def __init__(self, sender: Sender, tokens: TokenMaker, prepared: PreparedNotice) -> None:
        self._sender = sender
        self._tokens = tokens
        self._prepared = prepared
        self._began_at = sender.sources.clock()
        self._attempts = 0
        self._refused_tokens = 0
        self._lost_answers = 0
        self._request_id = ""
        self._wait: float | None = None

    def request(self) -> Request:
        """Return the next attempt's request: same body, new request id, new token.

        Raises SigningError when the token cannot be signed.
        """
        sources, settings = self._sender.sources, self._sender.settings
        self._attempts += 1
        self._request_id = sources.uuid()
        user = self._prepared.user
        facts = TokenFacts(
            system=settings.system,
            subscriber=settings.subscriber,
            requester=settings.requester,
            user_id=user.id,
            user_name=user.name,
            user_authentication_method=user.authentication_method,
            base_url=settings.base_url,
        )
        token = self._tokens.make(facts, now=sources.clock(), unique_id=sources.uuid())
        wire = self._sender.edition.wire
        headers = request_headers(wire, token=token, request_id=self._request_id)
        headers["User-Agent"] = f"sha-disclosure/{__version__}"
        return Request(headers, self._prepared.body)

    def receipt(self, answer: Answer) -> Receipt:
        """Return the receipt in an answer. Raises AttemptFailed when it holds none."""
        now = self._sender.sources.clock()
        ids, wire = self._prepared.notice_ids, self._sender.edition.wire
        verdict = judge(answer, notice_ids=ids, now=now, wire=wire)
        if isinstance(verdict, Failure):
            raise AttemptFailed(verdict)
        return Receipt(
            notices=verdict.notices,
            request_id=self._request_id,
            response_id=verdict.response_id,
            attempts=self._attempts,
            received_at=now,
            possibly_duplicated=self._lost_answers > 0,
        )

    def again(self, state: RetryCallState) -> bool:
        """Return whether to try again (for tenacity)."""
        fault = state.outcome and state.outcome.exception()
        if not isinstance(fault, AttemptFailed):
            return False
        failure, sources = fault.failure, self._sender.sources
        self._refused_tokens += failure.kind is Unauthorized
        self._lost_answers += failure.kind is OutcomeUnknown
        progress = Progress(self._attempts, self._began_at, self._refused_tokens)
        policy = self._sender.settings.retry
        now, fraction = sources.clock(), sources.randomness.random()
        self._wait = decide(policy, progress, failure, now, fraction)
        return self._wait is not None

    def wait(self, _: RetryCallState) -> float:
        """Return the seconds to wait before the next attempt (for tenacity)."""
        return self._wait or 0.0

    def error(self, failure: Failure) -> SubmissionError:
        """Return the error that ends the submission."""
        return failure.error(
            notice_ids=self._prepared.notice_ids,
            request_id=self._request_id,
            attempts=self._attempts,
        )
