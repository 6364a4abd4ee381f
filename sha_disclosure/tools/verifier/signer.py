"""Who signed: what ties the organisation that a Bundle claims (``who``) to its signature.

``who``, ``when`` and ``type`` of the signature element are outside the signature: anyone can
write them. What may tie ``who`` to it is the signer's certificate, if its Subject serialNumber
is the OID of its organisation according to the edition (``trust.subject_serial_number``), or
the reader, who knows the certificate's holder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cryptography import x509

from sha_disclosure.credentials import check_organisation, named_organisation
from sha_disclosure.editions.wire import Trust
from sha_disclosure.findings import Finding
from sha_disclosure.tools.verifier.findings import Report

WHO = "who"
_PATH = "Bundle.signature.who.identifier.value"

Bond = Literal["certificate", "signer"]
"""What ties ``who`` to the signature: its certificate, or the OID that the reader expects."""


def check_holder(
    leaf: x509.Certificate, organisations: Iterable[str], trust: Trust, report: Report
) -> bool:
    """Return whether a signing certificate names ``organisations`` and no other.

    A certificate of another organisation is a warning or a refusal, depending on the edition.
    """
    wanted = tuple(filter(None, organisations))
    for found in check_organisation(leaf, wanted, trust):
        other = Finding("verifier.other_organisation", _PATH, found.severity)
        report.add(other, check=WHO)
    return trust.subject_serial_number != "off" and named_organisation(leaf) in wanted


def check_who(
    who: str,
    leaf: x509.Certificate | None,
    trust: Trust,
    signer: str | None,
    report: Report,
) -> Bond | None:
    """Check the organisation a Bundle claims as signer; return what ties it to the signature.

    ``signer`` is the organisation the reader expects. Where the edition refuses signatures of
    other organisations, it is required for a certificate that names none.
    """
    if signer is not None and who != signer:
        report.refuse("unexpected_signer", _PATH, check=WHO)
        return None
    if leaf is None:
        return None
    if check_holder(leaf, (who,), trust, report):
        return "certificate"
    if signer is not None:
        return "signer"
    if trust.subject_serial_number == "refuse" and named_organisation(leaf) is None:
        report.refuse("no_organisation", _PATH, check=WHO)
    return None


Use = Literal["signing", "token"]
SIGNER = "token_signer"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A registered sender: the values of its settings table; paths are in its folder."""

    requester: str
    name: str
    controllers: tuple[str, ...] = ()
    own: tuple[str, ...] = ("signing",)
    folder: str = ""


class Registry:
    """The registered organisations and their certificates, by SHA-256."""

    def __init__(self) -> None:
        self.organisations: dict[str, Organisation] = {}
        self._allowed: dict[Use, dict[str, frozenset[str]]] = {"signing": {}, "token": {}}

    def allow(self, requester: str, use: Use, sha256: str) -> None:
        """Allow one more certificate to be used for a requester."""
        allowed = self._allowed[use]
        allowed[requester] = allowed.get(requester, frozenset()) | {sha256}

    def allows(self, requester: str, use: Use, sha256: str) -> bool:
        """Return whether a certificate may be used for a requester."""
        allowed = self._allowed[use]
        if requester in allowed:
            return sha256 in allowed[requester]
        return not any(sha256 in each for each in allowed.values())
