"""Every error of the SDK, in one tree in which each class implies what to do next.

No error contains a value of a notice. Each can be pickled (to cross a process
boundary) and converted to a plain dictionary with ``to_dict()`` for a log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sha_disclosure.findings import Finding, Problem
from sha_disclosure.messages import Language, Message
from sha_disclosure.operation_outcome import OperationOutcome


class DisclosureError(Exception):
    """Any error of the SDK. ``str()`` says what happened and what to do next."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(str(message))
        self.message = str(message)
        self._message = message

    def text(self, language: Language = "en") -> str:
        """Return what happened and what to do next, in ``language``."""
        return self._message.text(language) if isinstance(self._message, Message) else self.message

    @property
    def sentence(self) -> Message | str:
        """What happened, as a parameter of another message."""
        return self._message

    def __reduce__(self) -> tuple[Callable[..., DisclosureError], tuple[Any, ...]]:
        return _restore, (type(self), dict(self.__dict__))

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values, free of personal data."""
        return {"error": type(self).__name__, "message": self.message}


_E = TypeVar("_E", bound=DisclosureError)


def _restore(kind: type[_E], state: dict[str, Any]) -> _E:
    error = kind.__new__(kind)
    Exception.__init__(error, state["message"])
    error.__dict__.update(state)
    return error


class ConfigurationError(DisclosureError):
    """The settings, the edition file or the machine cannot be used for sending; fix them.

    ``findings``: each wrong entry, if there are several.
    """

    def __init__(self, message: Message | str, *, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class _WithProblems(DisclosureError):
    _what = ""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = "".join(f"\n  {p.rule} {p.path or '(whole)'}: {p.message}" for p in problems)
        super().__init__(f"{self._what}: {len(problems)} problem(s) to mend{lines}")
        self.problems = tuple(problems)

    def to_dict(self) -> dict[str, Any]:
        """Return the error with its problems as plain values."""
        return {
            "error": type(self).__name__,
            "message": self._what,
            "problems": [p.to_dict() for p in self.problems],
        }


class InvalidNotice(_WithProblems):
    """The notice breaks rules; ``problems`` holds every one of them. Nothing was signed or sent."""

    _what = "The disclosure notice is not valid"


class InvalidAccessReason(_WithProblems):
    """The reason of a search is not valid; ``problems`` holds every fault."""

    _what = "The reason of access is not valid"


class SigningError(DisclosureError):
    """A signature could not be made. Nothing was sent."""


class KeyUnavailable(SigningError):
    """The private key cannot be used: missing file, wrong passphrase, no token, callback failed."""


class CertificateExpired(SigningError):
    """The certificate's validity does not cover this moment; renew it before sending."""


class SubmissionError(DisclosureError):
    """Sending ended without a receipt.

    ``notice_ids``: the notices concerned. ``request_id``: the X-Request-Id of the last
    attempt, to give to Kela's support. ``attempts``: the number of attempts. ``retry_at``:
    the earliest time for a retry that the service asked for, if any, or the due time of the next
    attempt of a stopped submission. ``outcome``: the
    OperationOutcome that was received, whatever the status, most severe issues first; its free
    text is hidden from ``repr`` since a service may quote the notice there. ``possibly_stored``:
    an attempt ended without an answer, so the service may hold the notice whatever came later.
    ``support_id``: the number by which a firewall in front of the service identifies a request it
    blocked, to give to its support.
    """

    def __init__(  # noqa: PLR0913 - what is known of a submission
        self,
        message: Message | str,
        *,
        notice_ids: Sequence[str] = (),
        request_id: str | None = None,
        attempts: int = 0,
        retry_at: datetime | None = None,
        outcome: OperationOutcome | None = None,
        possibly_stored: bool = False,
        support_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.notice_ids = tuple(notice_ids)
        self.request_id = request_id
        self.attempts = attempts
        self.retry_at = retry_at
        self.outcome = outcome
        self.possibly_stored = possibly_stored
        self.support_id = support_id

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values: ids, times and codes only."""
        return {
            **super().to_dict(),
            "notice_ids": list(self.notice_ids),
            "request_id": self.request_id,
            "attempts": self.attempts,
            "retry_at": self.retry_at.isoformat() if self.retry_at else None,
            "outcome": self.outcome.to_dict() if self.outcome else None,
            "possibly_stored": self.possibly_stored,
            "support_id": self.support_id,
        }


class NotSent(SubmissionError):
    """No attempt reached the service: it has definitely not received the notice. Try again."""


class OutcomeUnknown(SubmissionError):
    """The connection broke after the request began: the service may or may not hold the notice.

    Submit the same ``PreparedNotice`` again; it has the same bytes and ids.
    """


class Unavailable(SubmissionError):
    """The service said it cannot take the notice now. Try again at ``retry_at`` or later."""


class Unauthorized(SubmissionError):
    """The service refused the token, even a new one. Check the token's key, clock and parties."""


class Rejected(SubmissionError):
    """The service permanently refused the notice; ``outcome`` says why.

    Correct the notice and prepare a new one; with ``possibly_stored``, ask the service first.
    """


class Misdirected(SubmissionError):
    """The set-up, or something on the way, is at fault: every notice would fail the same way.

    The answer is not the service's decision on the notice: a wrong path in ``base_url``, or a
    gateway that refuses the client certificate. Correct that, then submit the same notice again.
    """


class UnexpectedAnswer(SubmissionError):
    """The answer is not one a FHIR server gives to a transaction: a wrong address or a gateway."""


class OutboxError(DisclosureError):
    """The outbox could not store or return a notice."""


class OutboxFull(OutboxError):
    """The outbox has reached its limit; nothing was added. Drain it or raise the limit."""


class ReferenceTaken(OutboxError):
    """The outbox holds another notice under this reference; nothing was added."""


class OutboxBusy(OutboxError):
    """The outbox's database stayed locked for too long; nothing was added. Try again."""


class OutboxDamaged(OutboxError):
    """Stored data does not match its digest or schema; it was quarantined, never skipped."""
