"""Whether a chain leads to a trusted certificate, its environment, and the named organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from sha_disclosure.credentials.certificate import (
    UNREADABLE,
    Chain,
    may_issue,
    self_signed,
    signed_by,
    thumbprint,
)
from sha_disclosure.credentials.chain import at_place, authorities, places_outside
from sha_disclosure.credentials.names import same_name
from sha_disclosure.editions.wire import Trust
from sha_disclosure.findings import Finding, Severity
from sha_disclosure.messages import message
from sha_disclosure.settings import Environment

SANDBOX_ORGANISATION = "sha-disclosure sandbox"
"""The organisation in every certificate of the sandbox's throw-away PKI."""


def check_trust(
    chain: Sequence[x509.Certificate], anchors: Iterable[x509.Certificate], at: datetime
) -> tuple[Finding, ...]:
    """Return why a chain does not lead to one of ``anchors`` that is valid at ``at``.

    cryptography's verifier decides if it finds a path (RFC 5280 section 6). It compares
    names byte for byte and only supports the web profile, so it finds none for some valid
    chains: then a certificate must be trusted itself, or issued by a trusted one. Name
    constraints are checked here in both cases. ``check_connection`` checks that each certificate
    was issued by the next, ``check_dates`` the dates.
    """
    trusted = tuple(anchors)
    paths = [path for anchor in trusted for path in paths_to(chain, anchor)]
    allowed = [path for path in paths if not places_outside(path)]
    if paths and not allowed:
        return (at_place("name_constraints", places_outside(paths[0])[0]),)
    if _path_found(chain, trusted, at):
        return ()
    if any(path[-1].not_valid_before_utc <= at <= path[-1].not_valid_after_utc for path in allowed):
        return ()
    return (Finding("certificates.trusted_not_valid") if paths else _untrusted(chain[-1], trusted),)


def _untrusted(last: x509.Certificate, trusted: Iterable[x509.Certificate]) -> Finding:
    if self_signed(last):
        return Finding("certificates.root_unknown")
    if any(same_name(anchor.subject, last.issuer) for anchor in trusted):
        return Finding("certificates.issuer_name_only")
    return Finding("certificates.issuer_unknown")


def _path_found(
    chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], at: datetime
) -> bool:
    if not trusted:
        return False
    policy = (
        PolicyBuilder()
        .store(Store(list(trusted)))
        .time(at)
        .extension_policies(
            ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
        )
    )
    try:
        policy.build_client_verifier().verify(chain[0], list(chain[1:]))
    except (VerificationError, *UNREADABLE):
        return False
    return True


def paths_to(chain: Sequence[x509.Certificate], anchor: x509.Certificate) -> Iterator[Chain]:
    """Yield the paths from the leaf to a trusted certificate: in the chain, or above part of it."""
    for place, certificate in enumerate(chain, 1):
        if certificate == anchor:
            yield tuple(chain[:place])
        elif signed_by(certificate, anchor) and may_issue(
            anchor, below=authorities(chain[1:place])
        ):
            yield (*chain[:place], anchor)


def check_environment(
    certificates: Iterable[x509.Certificate], environment: Environment, trust: Trust
) -> tuple[Finding, ...]:
    """Return findings for certificates of an environment other than ``environment``.

    Test and production trust are never mixed: ``production`` refuses what a test CA or the
    sandbox issued, the others refuse the known production roots. Both are known only from
    secondary sources (see ``trust`` in the edition). Pass chain and trusted certificates.
    """
    of = _test_material if environment == "production" else _production_root
    found = (of(each, place, trust, environment) for place, each in enumerate(certificates, 1))
    return tuple(each for each in found if each is not None)


def issued_by_sandbox(certificate: x509.Certificate) -> bool:
    """Return whether the sandbox's throw-away PKI issued the certificate."""
    return SANDBOX_ORGANISATION in _texts(certificate.issuer, NameOID.ORGANIZATION_NAME)


def _test_material(
    certificate: x509.Certificate, place: int, trust: Trust, environment: Environment
) -> Finding | None:
    wanted = message(f"certificates.environment_{environment}")
    if issued_by_sandbox(certificate):
        return at_place("environment_sandbox_ca", place, environment=wanted)
    # Only the issuer's name: a holder may have any name.
    names = " ".join(_texts(certificate.issuer))
    for word in trust.test_words:
        if re.search(rf"\b{re.escape(word)}\b", names):
            return at_place("environment_test_ca", place, word=word, environment=wanted)
    return None


def _production_root(
    certificate: x509.Certificate, place: int, trust: Trust, environment: Environment
) -> Finding | None:
    prints = {
        thumbprint(certificate),
        certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - a name, no proof
    }
    wanted = message(f"certificates.environment_{environment}")
    for root in trust.production_roots:
        if prints & {(root.sha256 or "").lower(), root.sha1.lower()}:
            return at_place(
                "environment_production_root", place, root=root.name, environment=wanted
            )
    return None


def _texts(name: x509.Name, kind: x509.ObjectIdentifier | None = None) -> list[str]:
    held = name if kind is None else name.get_attributes_for_oid(kind)
    return [str(attribute.value) for attribute in held]


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
