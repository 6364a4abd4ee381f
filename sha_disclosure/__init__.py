"""Store Finnish social-care disclosure notices (luovutusilmoitus) in Kanta.

Make a ``DisclosureNotice``, ``prepare`` it with a ``KantaClient`` and ``submit`` it::

    with KantaClient(Settings.load("sha-disclosure.toml")) as kanta:
        receipt = kanta.submit(kanta.prepare(notice))
"""

from sha_disclosure._version import __version__
from sha_disclosure.client import AsyncKantaClient, KantaClient
from sha_disclosure.errors import (
    CertificateExpired,
    ConfigurationError,
    DisclosureError,
    InvalidAccessReason,
    InvalidNotice,
    KeyUnavailable,
    NotSent,
    OutcomeUnknown,
    Problem,
    Rejected,
    SigningError,
    SubmissionError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.prepare import PreparedNotice
from sha_disclosure.settings import Settings
from sha_disclosure.transport.receipt import Receipt

__all__ = [
    "AsyncKantaClient",
    "CertificateExpired",
    "ConfigurationError",
    "DisclosureError",
    "DisclosureNotice",
    "InvalidAccessReason",
    "InvalidNotice",
    "KantaClient",
    "KeyUnavailable",
    "NotSent",
    "OutcomeUnknown",
    "PreparedNotice",
    "Problem",
    "Receipt",
    "Rejected",
    "Settings",
    "SigningError",
    "SubmissionError",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswer",
    "__version__",
]
