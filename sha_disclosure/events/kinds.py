"""The events: frozen, with ids, counts, times and class names, and never a value of a notice.

``outcome`` is the name of an error class of ``sha_disclosure.errors``, or ``Stored``; for an
attempt interrupted from outside (a cancelled task, Ctrl-C) it is the exception's class name.
``references`` are the caller's own keys of the notices, in order, empty where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

STORED = "Stored"


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """A request is about to go out. ``attempt`` counts from 1 within one ``submit``."""

    notice_ids: tuple[str, ...]
    request_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """An attempt ended after ``seconds``; ``status`` is the HTTP status if there was an answer."""

    notice_ids: tuple[str, ...]
    request_id: str
    attempt: int
    outcome: str
    status: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """The attempt ended in ``outcome``; the next one follows in ``wait_s`` seconds."""

    notice_ids: tuple[str, ...]
    request_id: str
    attempt: int
    outcome: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class Submitted:
    """The service stored the message. ``seconds`` counts from the first attempt, with waits."""

    notice_ids: tuple[str, ...]
    request_id: str
    attempts: int
    seconds: float
    possibly_duplicated: bool


@dataclass(frozen=True, slots=True)
class SubmissionFailed:
    """A ``submit`` ended without a receipt.

    ``possibly_stored``: an attempt ended without an answer, so the service may have the
    message. ``quota_spent``: another attempt was due, but the client's retries were used up.
    ``support_id``: the number by which a firewall identifies a request it blocked.
    """

    notice_ids: tuple[str, ...]
    request_id: str
    attempts: int
    seconds: float
    outcome: str
    status: int | None = None
    retry_at: datetime | None = None
    possibly_stored: bool = False
    quota_spent: bool = False
    support_id: str = ""


@dataclass(frozen=True, slots=True)
class ClockSkewed:
    """The service's clock is ``skew_s`` seconds ahead of this host's (behind if negative)."""

    skew_s: float


@dataclass(frozen=True, slots=True)
class BreakerOpened:
    """After ``failures`` consecutive failures nothing is sent for ``pause_s`` seconds."""

    failures: int
    pause_s: float


@dataclass(frozen=True, slots=True)
class BreakerClosed:
    """The service is accepting notices again."""


@dataclass(frozen=True, slots=True)
class NoticeAdded:
    """The outbox has stored a message and will deliver it."""

    notice_ids: tuple[str, ...]
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeDelivered:
    """The service stored a message of the outbox, ``seconds`` after it was added.

    ``locations``: where it keeps each notice, in order, empty where the answer did not say.
    """

    notice_ids: tuple[str, ...]
    request_id: str
    seconds: float
    possibly_duplicated: bool = False
    references: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeParked:
    """A message of the outbox waits for a later attempt, at ``retry_at`` at the earliest.

    Without ``retry_at`` it waits for a person: the service answered, several times, as if it
    had stored the message, but never proved it.
    """

    notice_ids: tuple[str, ...]
    outcome: str
    retry_at: datetime | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeQuarantined:
    """A message of the outbox was refused or is damaged; it waits for a person to decide."""

    notice_ids: tuple[str, ...]
    outcome: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueParked:
    """An organisation's notices were all refused alike; its ``messages`` wait until ``retry_at``.

    ``notice_ids``: the refused notices. ``organisation``: the requester's OID.
    """

    notice_ids: tuple[str, ...]
    organisation: str
    outcome: str
    messages: int
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class DrainRestarted:
    """A supervised drain ended in an error and restarts in ``wait_s`` seconds."""

    outcome: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """A worker's lease on a message expired before it finished: another may have sent it too."""

    notice_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertificateRenewed:
    """A renewed certificate is in use, valid until ``not_after`` with its whole chain.

    ``use``: the table of the settings, ``tls``, ``signing`` or ``token``. ``thumbprint``: the
    SHA-256 of the certificate in hexadecimal.
    """

    use: str
    thumbprint: str
    not_after: datetime


@dataclass(frozen=True, slots=True)
class RenewalRefused:
    """Changed keys or certificates cannot be used; the ones loaded before, if any, stay in use.

    ``uses``: the tables whose files changed. ``outcome``: the error's class. ``reason``: what
    is wrong and how to fix it; it may name files, but no key and no holder.
    """

    uses: tuple[str, ...]
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class CertificateExpiring:
    """A certificate in use, or one of its chain, expires in ``days`` whole days: renew it.

    Sent once each at 30, 7 and 1 days; ``use`` and ``thumbprint`` as in CertificateRenewed.
    """

    use: str
    thumbprint: str
    days: int


@dataclass(frozen=True, slots=True)
class SignerMismatched:
    """The signing certificate in use names a different organisation from the one it signs for.

    Sent once for each ``organisation`` (the requester's OID) and certificate; ``use`` and
    ``thumbprint`` as in CertificateRenewed. The edition entry ``trust.subject_serial_number``
    decides whether such a certificate may be used.
    """

    use: str
    thumbprint: str
    organisation: str


Event = (
    AttemptStarted
    | AttemptEnded
    | RetryScheduled
    | Submitted
    | SubmissionFailed
    | ClockSkewed
    | BreakerOpened
    | BreakerClosed
    | NoticeAdded
    | NoticeDelivered
    | NoticeParked
    | NoticeQuarantined
    | QueueParked
    | DrainRestarted
    | LeaseLost
    | CertificateRenewed
    | RenewalRefused
    | CertificateExpiring
    | SignerMismatched
)
