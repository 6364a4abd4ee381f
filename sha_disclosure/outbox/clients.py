"""What a drain requires of the client it sends with."""

from __future__ import annotations

import inspect
from typing import Any, Protocol, runtime_checkable

from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import Rejected
from sha_disclosure.events import Listener
from sha_disclosure.outbox.concurrency import Event
from sha_disclosure.settings import OutboxPolicy, Settings


class Client(Protocol):
    """The part of ``KantaClient`` that a drain uses (lähettäjä); several threads call it.

    If its ``submit`` accepts ``stop``, an event, the drain's own is passed, so that a stop ends
    the waits between attempts.
    """

    def submit(self, prepared: PreparedNotice, *, listener: Listener | None = None) -> Receipt:
        """Send a prepared notice and return its receipt, or raise a SubmissionError."""


@runtime_checkable
class RenewingClient(Protocol):
    """A client that also checks for renewed keys occasionally, as ``KantaClient`` does."""

    def renew_when_due(self) -> None:
        """Check for renewed keys if a check is due."""


@runtime_checkable
class ConfiguredClient(Protocol):
    """A client that has settings, as ``KantaClient`` does."""

    settings: Settings


@runtime_checkable
class ConfirmingClient(Protocol):
    """A client that distinguishes the service from other FHIR servers, as ``KantaClient`` does."""

    def confirms(self, refusal: Rejected) -> bool:
        """Return whether a refusal is confirmed to be the service's decision on the notice."""


def policy_of(kanta: object) -> OutboxPolicy:
    """Return the policy of a client's settings, or the default one."""
    return kanta.settings.outbox if isinstance(kanta, ConfiguredClient) else OutboxPolicy()


def submit_options(kanta: Client, stop: Event) -> dict[str, Any]:
    """Return what is passed to a client's ``submit`` besides the notice and the listener."""
    takes = inspect.signature(kanta.submit).parameters
    return {"stop": stop} if "stop" in takes else {}
