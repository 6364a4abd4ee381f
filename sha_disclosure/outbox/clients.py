"""What a drain asks of the client it sends with."""

from __future__ import annotations

import inspect
from typing import Any, Protocol, runtime_checkable

from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import Rejected
from sha_disclosure.events import Listener
from sha_disclosure.outbox.crew import Event
from sha_disclosure.settings import OutboxPolicy, Settings


class Client(Protocol):
    """The part of ``KantaClient`` a drain uses (lähettäjä); several threads call it.

    If its ``submit`` takes ``stop``, an event, it gets the drain's, so that a stop ends the
    waits between attempts.
    """

    def submit(self, prepared: PreparedNotice, *, listener: Listener | None = None) -> Receipt:
        """Send a prepared notice and return its receipt, or raise a SubmissionError."""


@runtime_checkable
class RenewingClient(Protocol):
    """A client that also checks now and then for renewed keys, as ``KantaClient`` does."""

    def renew_when_due(self) -> None:
        """Check for renewed keys if it is time to."""


@runtime_checkable
class ConfiguredClient(Protocol):
    """A client that has settings, as ``KantaClient`` does."""

    settings: Settings


@runtime_checkable
class ConfirmingClient(Protocol):
    """A client that can tell the service's word from another FHIR server's, as ``KantaClient``."""

    def confirms(self, refusal: Rejected) -> bool:
        """Return whether a refusal is surely the service's word on the notice."""


def policy_of(kanta: object) -> OutboxPolicy:
    """Return the policy of a client's settings, or the default one."""
    return kanta.settings.outbox if isinstance(kanta, ConfiguredClient) else OutboxPolicy()


def submit_options(kanta: Client, stop: Event) -> dict[str, Any]:
    """Return what ``submit`` of a client is given besides the notice and the listener."""
    takes = inspect.signature(kanta.submit).parameters
    return {"stop": stop} if "stop" in takes else {}
