"""Store Finnish social-care disclosure notices (luovutusilmoitus) in Kanta.

Create a ``DisclosureNotice``, ``prepare`` it with a ``KantaClient`` and ``submit`` it::

    with KantaClient(Settings.load("sha-disclosure.toml")) as kanta:
        receipt = kanta.submit(kanta.prepare(notice))

The names imported below are the public ones; subpackages list further names in ``__all__``. A
name is imported on first use, so a program that only creates notices does not load the network
and signature libraries.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sha_disclosure._names import ROOMS
from sha_disclosure._version import __version__ as __version__

if TYPE_CHECKING:  # the only list of public names; `make specs` writes _names.py from it
    from sha_disclosure.credentials import CertifiedSigner as CertifiedSigner
    from sha_disclosure.credentials import certified_signer as certified_signer
    from sha_disclosure.credentials import load_anchors as load_anchors
    from sha_disclosure.delivery.async_client import AsyncKantaClient as AsyncKantaClient
    from sha_disclosure.delivery.client import KantaClient as KantaClient
    from sha_disclosure.delivery.prepare import PreparedNotice as PreparedNotice
    from sha_disclosure.delivery.receipt import Receipt as Receipt
    from sha_disclosure.delivery.receipt import StoredNotice as StoredNotice
    from sha_disclosure.editions import Edition as Edition
    from sha_disclosure.editions import load_edition as load_edition
    from sha_disclosure.errors import CertificateExpired as CertificateExpired
    from sha_disclosure.errors import ConfigurationError as ConfigurationError
    from sha_disclosure.errors import DisclosureError as DisclosureError
    from sha_disclosure.errors import InvalidAccessReason as InvalidAccessReason
    from sha_disclosure.errors import InvalidNotice as InvalidNotice
    from sha_disclosure.errors import KeyUnavailable as KeyUnavailable
    from sha_disclosure.errors import Misdirected as Misdirected
    from sha_disclosure.errors import NotSent as NotSent
    from sha_disclosure.errors import OutboxBusy as OutboxBusy
    from sha_disclosure.errors import OutboxDamaged as OutboxDamaged
    from sha_disclosure.errors import OutboxError as OutboxError
    from sha_disclosure.errors import OutboxFull as OutboxFull
    from sha_disclosure.errors import OutcomeUnknown as OutcomeUnknown
    from sha_disclosure.errors import ReferenceTaken as ReferenceTaken
    from sha_disclosure.errors import Rejected as Rejected
    from sha_disclosure.errors import SigningError as SigningError
    from sha_disclosure.errors import SubmissionError as SubmissionError
    from sha_disclosure.errors import Unauthorized as Unauthorized
    from sha_disclosure.errors import Unavailable as Unavailable
    from sha_disclosure.errors import UnexpectedAnswer as UnexpectedAnswer
    from sha_disclosure.events import logging_listener as logging_listener
    from sha_disclosure.events import opentelemetry_listener as opentelemetry_listener
    from sha_disclosure.explanation import Explanation as Explanation
    from sha_disclosure.findings import Finding as Finding
    from sha_disclosure.findings import Problem as Problem
    from sha_disclosure.integrations import AsyncOutbox as AsyncOutbox
    from sha_disclosure.jose import CallbackSigner as CallbackSigner
    from sha_disclosure.jose import Signer as Signer
    from sha_disclosure.law import notice_needed as notice_needed
    from sha_disclosure.law.searches import require_access_reason as require_access_reason
    from sha_disclosure.messages import Message as Message
    from sha_disclosure.notice import DisclosureNotice as DisclosureNotice
    from sha_disclosure.operation_outcome import OperationOutcome as OperationOutcome
    from sha_disclosure.outbox import AddedNotice as AddedNotice
    from sha_disclosure.outbox import DrainReport as DrainReport
    from sha_disclosure.outbox import Outbox as Outbox
    from sha_disclosure.outbox import OutboxKey as OutboxKey
    from sha_disclosure.settings import Settings as Settings
    from sha_disclosure.settings.organisations import (
        requesters_by_controller as requesters_by_controller,
    )
    from sha_disclosure.sources import Sources as Sources
else:

    def __getattr__(name: str) -> Any:
        if name == "__all__":
            # The outbox cannot be imported without its extra, and `import *` imports every name.
            left_out = () if find_spec("sqlalchemy") else ("outbox", "integrations")
            return [each for each, room in ROOMS.items() if room not in left_out]
        if name not in ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)
        return value


def __dir__() -> list[str]:
    return sorted((*ROOMS, "__version__"))
