"""What happens while notices are sent, as typed events that hold ids only.

A client takes ``listeners``; each is called with every event, in the thread that sends::

    KantaClient(settings, listeners=[logging_listener()])
"""

from sha_disclosure.events.announcer import Announcer as Announcer
from sha_disclosure.events.announcer import Listener as Listener
from sha_disclosure.events.kinds import AttemptEnded as AttemptEnded
from sha_disclosure.events.kinds import AttemptStarted as AttemptStarted
from sha_disclosure.events.kinds import BreakerClosed as BreakerClosed
from sha_disclosure.events.kinds import BreakerOpened as BreakerOpened
from sha_disclosure.events.kinds import CertificateExpiring as CertificateExpiring
from sha_disclosure.events.kinds import CertificateRenewed as CertificateRenewed
from sha_disclosure.events.kinds import ClockSkewed as ClockSkewed
from sha_disclosure.events.kinds import Event as Event
from sha_disclosure.events.kinds import LeaseLost as LeaseLost
from sha_disclosure.events.kinds import NoticeAdded as NoticeAdded
from sha_disclosure.events.kinds import NoticeDelivered as NoticeDelivered
from sha_disclosure.events.kinds import NoticeParked as NoticeParked
from sha_disclosure.events.kinds import NoticeQuarantined as NoticeQuarantined
from sha_disclosure.events.kinds import RenewalRefused as RenewalRefused
from sha_disclosure.events.kinds import RetryScheduled as RetryScheduled
from sha_disclosure.events.kinds import SubmissionFailed as SubmissionFailed
from sha_disclosure.events.kinds import Submitted as Submitted
from sha_disclosure.events.log import logging_listener as logging_listener
from sha_disclosure.events.otel import QueueState as QueueState
from sha_disclosure.events.otel import observe_queue as observe_queue
from sha_disclosure.events.otel import opentelemetry_listener as opentelemetry_listener
