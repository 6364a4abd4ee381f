"""The organisation that a system signature certificate names."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.oid import NameOID

from sha_disclosure.editions.wire import Trust
from sha_disclosure.findings import Finding, Severity


def named_organisation(certificate: x509.Certificate) -> str | None:
    """Return the Subject serialNumber, an OID in a system signature certificate, or None.

    Source: one DVV test certificate (edition entry ``trust.subject_serial_number``).
    """
    found = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    return str(found[0].value) if found else None


def check_organisation(
    certificate: x509.Certificate, organisations: Iterable[str], trust: Trust
) -> tuple[Finding, ...]:
    """Return a finding if a certificate names an organisation other than ``organisations`` (OIDs).

    A certificate that names none has no finding. The finding is an error where the edition refuses
    such a signature, otherwise a warning; it does not repeat the certificate's value.
    """
    strictness = trust.subject_serial_number
    named, wanted = named_organisation(certificate), tuple(dict.fromkeys(organisations))
    if strictness == "off" or named is None or named in wanted:
        return ()
    severity: Severity = "error" if strictness == "refuse" else "warning"
    parameters = (("organisations", wanted),)
    return (Finding("certificates.other_organisation", "", severity, parameters),)
