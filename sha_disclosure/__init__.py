"""Store Finnish social-care disclosure notices (luovutusilmoitus) in Kanta.

Make a ``DisclosureNotice``, ``prepare`` it with a ``KantaClient`` and ``submit`` it::

    with KantaClient(Settings.load("sha-disclosure.toml")) as kanta:
        receipt = kanta.submit(kanta.prepare(notice))

A name is loaded when it is first used, so a program that only makes notices does not pay
for the network's and the signature's libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sha_disclosure._version import __version__ as __version__

if TYPE_CHECKING:
    from sha_disclosure.delivery.client import AsyncKantaClient as AsyncKantaClient
    from sha_disclosure.delivery.client import KantaClient as KantaClient
    from sha_disclosure.delivery.prepare import PreparedNotice as PreparedNotice
    from sha_disclosure.delivery.receipt import Receipt as Receipt
    from sha_disclosure.errors import CertificateExpired as CertificateExpired
    from sha_disclosure.errors import ConfigurationError as ConfigurationError
    from sha_disclosure.errors import DisclosureError as DisclosureError
    from sha_disclosure.errors import InvalidAccessReason as InvalidAccessReason
    from sha_disclosure.errors import InvalidNotice as InvalidNotice
    from sha_disclosure.errors import KeyUnavailable as KeyUnavailable
    from sha_disclosure.errors import NotSent as NotSent
    from sha_disclosure.errors import OutcomeUnknown as OutcomeUnknown
    from sha_disclosure.errors import Rejected as Rejected
    from sha_disclosure.errors import SigningError as SigningError
    from sha_disclosure.errors import SubmissionError as SubmissionError
    from sha_disclosure.errors import Unauthorized as Unauthorized
    from sha_disclosure.errors import Unavailable as Unavailable
    from sha_disclosure.errors import UnexpectedAnswer as UnexpectedAnswer
    from sha_disclosure.findings import Problem as Problem
    from sha_disclosure.law.access.reason import require_access_reason as require_access_reason
    from sha_disclosure.law.grounds.need import notice_needed as notice_needed
    from sha_disclosure.notice import DisclosureNotice as DisclosureNotice
    from sha_disclosure.outbox import Outbox as Outbox
    from sha_disclosure.settings import Settings as Settings

_ROOMS = {
    "AsyncKantaClient": "delivery.client",
    "CertificateExpired": "errors",
    "ConfigurationError": "errors",
    "DisclosureError": "errors",
    "DisclosureNotice": "notice",
    "InvalidAccessReason": "errors",
    "InvalidNotice": "errors",
    "KantaClient": "delivery.client",
    "KeyUnavailable": "errors",
    "NotSent": "errors",
    "OutcomeUnknown": "errors",
    "Outbox": "outbox",
    "PreparedNotice": "delivery.prepare",
    "Problem": "findings",
    "Receipt": "delivery.receipt",
    "Rejected": "errors",
    "Settings": "settings",
    "SigningError": "errors",
    "SubmissionError": "errors",
    "Unauthorized": "errors",
    "Unavailable": "errors",
    "UnexpectedAnswer": "errors",
    "notice_needed": "law.grounds.need",
    "require_access_reason": "law.access.reason",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted((*_ROOMS, "__version__"))
