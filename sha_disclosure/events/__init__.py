"""What happens while notices are sent (tapahtumat), as typed events that hold only ids.

A client or an outbox accepts ``listeners``; each is called with every event, in the thread
that sends::

    KantaClient(settings, listeners=[logging_listener()])

=====================  ===================================================================
a submission           AttemptStarted, AttemptEnded, RetryScheduled, Submitted,
                       SubmissionFailed
the service            ClockSkewed, BreakerOpened, BreakerClosed
a message of the outbox  NoticeAdded, NoticeDelivered, NoticeParked, NoticeQuarantined,
                       QueueParked, LeaseLost, DrainRestarted
keys and certificates  CertificateRenewed, RenewalRefused, CertificateExpiring,
                       SignerMismatched
=====================  ===================================================================

A listener that raises does no harm: its error is counted, and the first of each class logged.
"""

from sha_disclosure.events.kinds import (
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
    SignerMismatched,
    SubmissionFailed,
    Submitted,
)
from sha_disclosure.events.listeners import Listener, Listeners
from sha_disclosure.events.log import logging_listener
from sha_disclosure.events.otel import QueueState, observe_queue, opentelemetry_listener

__all__ = [
    "AttemptEnded",
    "AttemptStarted",
    "BreakerClosed",
    "BreakerOpened",
    "CertificateExpiring",
    "CertificateRenewed",
    "ClockSkewed",
    "DrainRestarted",
    "Event",
    "LeaseLost",
    "Listener",
    "Listeners",
    "NoticeAdded",
    "NoticeDelivered",
    "NoticeParked",
    "NoticeQuarantined",
    "QueueParked",
    "QueueState",
    "RenewalRefused",
    "RetryScheduled",
    "SignerMismatched",
    "SubmissionFailed",
    "Submitted",
    "logging_listener",
    "observe_queue",
    "opentelemetry_listener",
]
