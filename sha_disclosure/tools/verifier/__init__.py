"""The independent verification of a message (riippumaton tarkistus), by the edition alone.

It shares no code with what builds and signs messages, so that an error there is detected:
``verify``, ``validate --deep``, the joint-test kit and the sandbox all use it. JSON Web
Signatures are verified with joserfc, certificates by ``credentials``.

``verify_bundle`` checks a signed Bundle, ``check_structure`` its structure, and
``RequestVerifier`` a whole request to the service. They report ``MessageFinding`` objects.
"""

from sha_disclosure.tools.verifier.basis import entries_behind
from sha_disclosure.tools.verifier.bundle import Notice
from sha_disclosure.tools.verifier.certificates import Surroundings, Trust, signing_anchors
from sha_disclosure.tools.verifier.findings import MessageFinding, Report, outcome
from sha_disclosure.tools.verifier.headers import Request
from sha_disclosure.tools.verifier.request import RequestVerifier, VerifiedRequest
from sha_disclosure.tools.verifier.signature import CHECKS
from sha_disclosure.tools.verifier.signer import Bond, Organisation, Registry
from sha_disclosure.tools.verifier.token import Token
from sha_disclosure.tools.verifier.verification import (
    Verification,
    check_structure,
    verify_bundle,
)

__all__ = [
    "CHECKS",
    "Bond",
    "MessageFinding",
    "Notice",
    "Organisation",
    "Registry",
    "Report",
    "Request",
    "RequestVerifier",
    "Surroundings",
    "Token",
    "Trust",
    "Verification",
    "VerifiedRequest",
    "check_structure",
    "entries_behind",
    "outcome",
    "signing_anchors",
    "verify_bundle",
]
