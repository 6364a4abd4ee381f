"""What makes a certificate chain fit: checked when keys are loaded and when a signature is read.

Each check yields the faults it finds, in both languages and without names of persons;
certificates are told apart by their place in the chain. Revocation is not checked here:
it needs the issuer's lists, which the operator of the access point follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

KeyKind = Literal["rsa", "p256", "p384"]
_E = TypeVar("_E", bound=x509.ExtensionType)
RSA_BITS_MIN = 2048
"""RFC 7518 section 3.3; also the least DVV issues."""

_UNREADABLE = (
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
# Critical extensions that are acted upon, here or by those who use the certificate.
_HANDLED = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.CertificatePolicies,
)


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One fault of a chain: the check's name and the finding in English and Finnish."""

    check: str
    en: str
    fi: str


def read_certificate(der: bytes) -> x509.Certificate | None:
    """Return the certificate of a DER text, or None when any part of it cannot be read.

    cryptography reads extensions and key only when asked; a certificate of others must not
    fail in the middle of a check.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        tuple(certificate.extensions)
    except (*_UNREADABLE, ValueError, TypeError):
        return None
    return certificate


def key_kind(certificate: x509.Certificate) -> KeyKind | None:
    """Return the kind of the certificate's key, or None for one that is not used here."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "rsa"
    if isinstance(key, ec.EllipticCurvePublicKey):
        if isinstance(key.curve, ec.SECP256R1):
            return "p256"
        if isinstance(key.curve, ec.SECP384R1):
            return "p384"
    return None


def thumbprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the certificate in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def signature_length(certificate: x509.Certificate) -> int:
    """Return the length of a JWS signature by the certificate's key (RFC 7518 3.3, 3.4)."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return 2 * ((key.key_size + 7) // 8)
    return (key.key_size + 7) // 8 if isinstance(key, rsa.RSAPublicKey) else 0


def self_issued(certificate: x509.Certificate) -> bool:
    """Return whether the certificate names itself as issuer: a root, not sent in ``x5c``."""
    return certificate.issuer == certificate.subject


def key_faults(chain: Iterable[x509.Certificate]) -> Iterator[ChainFault]:
    """Yield keys that are too short or of another kind than RSA, P-256 and P-384."""
    for place, certificate in enumerate(chain, 1):
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < RSA_BITS_MIN:
            yield ChainFault(
                "key",
                f"certificate {place} has an RSA key of {key.key_size} bits; "
                f"at least {RSA_BITS_MIN} are needed",
                f"varmenteen {place} RSA-avain on {key.key_size}-bittinen; "
                f"vähintään {RSA_BITS_MIN} vaaditaan",
            )
        # RFC 5480: a root may be on P-521; the leaf signs and is held to what JWS has.
        elif place == 1 and key_kind(certificate) is None:
            curve = f" ({key.curve.name})" if isinstance(key, ec.EllipticCurvePublicKey) else ""
            yield ChainFault(
                "key",
                f"the certificate's key{curve} is not RSA, P-256 or P-384",
                f"varmenteen avain{curve} ei ole RSA, P-256 eikä P-384",
            )


def signing_usage_faults(leaf: x509.Certificate) -> Iterator[ChainFault]:
    """Yield a KeyUsage without digitalSignature and nonRepudiation (RFC 5280 4.2.1.3)."""
    usage = _extension(leaf, x509.KeyUsage)
    if usage and not (usage.digital_signature or usage.content_commitment):
        yield ChainFault(
            "key_usage",
            "the certificate's key usage has neither digitalSignature nor nonRepudiation; "
            "a system-signature certificate is needed",
            "varmenteen käyttötarkoituksessa ei ole digitalSignature eikä nonRepudiation; "
            "tarvitaan järjestelmäallekirjoitusvarmenne",
        )


def client_usage_faults(leaf: x509.Certificate) -> Iterator[ChainFault]:
    """Yield an ExtendedKeyUsage without clientAuth (RFC 5280 4.2.1.12)."""
    usage = _extension(leaf, x509.ExtendedKeyUsage)
    fit = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if usage and not fit & set(usage):
        yield ChainFault(
            "key_usage",
            "the certificate's extended key usage lacks clientAuth; "
            "order a server certificate that has it",
            "varmenteen laajennetusta käyttötarkoituksesta puuttuu clientAuth; "
            "tilaa palvelinvarmenne, jossa se on",
        )


def connection_faults(chain: Sequence[x509.Certificate]) -> Iterator[ChainFault]:
    """Yield the places where a certificate was not issued by the next one (RFC 7515 4.1.6)."""
    for place, (certificate, issuer) in enumerate(pairwise(chain), 1):
        if not _issued(certificate, issuer):
            yield ChainFault(
                "chain",
                f"certificate {place} was not issued by certificate {place + 1}; "
                "the leaf comes first, then its issuer, and so on",
                f"varmenne {place + 1} ei ole varmenteen {place} myöntäjä; "
                "järjestys on oma varmenne, sen myöntäjä ja niin edelleen",
            )
        elif not _may_issue(issuer, below=place - 1):
            yield ChainFault(
                "chain",
                f"certificate {place + 1} is no CA certificate for this chain",
                f"varmenne {place + 1} ei ole tähän ketjuun kelpaava varmentajan varmenne",
            )
    for place, certificate in enumerate(chain, 1):
        if any(e.critical and not isinstance(e.value, _HANDLED) for e in certificate.extensions):
            yield ChainFault(
                "chain",
                f"certificate {place} has a critical extension that is not understood",
                f"varmenteessa {place} on kriittinen laajennus, jota ei tunneta",
            )


def anchor_faults(
    chain: Sequence[x509.Certificate], anchors: Iterable[x509.Certificate], at: datetime
) -> Iterator[ChainFault]:
    """Yield a chain of which no certificate is trusted or issued by a trusted one.

    That each certificate was issued by the next is for ``connection_faults`` to say.
    """
    for anchor in anchors:
        if not anchor.not_valid_before_utc <= at <= anchor.not_valid_after_utc:
            continue
        for depth, certificate in enumerate(chain):
            if certificate == anchor or (
                _issued(certificate, anchor) and _may_issue(anchor, below=depth)
            ):
                return
    yield ChainFault(
        "chain",
        "the chain does not lead to a trusted certificate; "
        "an intermediate is missing or the issuer is not trusted",
        "ketju ei johda luotettuun varmenteeseen; välivarmenne puuttuu tai myöntäjään ei luoteta",
    )


def date_faults(chain: Iterable[x509.Certificate], at: datetime) -> Iterator[ChainFault]:
    """Yield the certificates whose validity does not cover ``at``."""
    for place, certificate in enumerate(chain, 1):
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if at < start:
            yield ChainFault(
                "dates",
                f"certificate {place} is not valid yet: from {start:%Y-%m-%dT%H:%M:%SZ}, "
                f"now it is {at.isoformat(timespec='seconds')}; check the clock or wait",
                f"varmenne {place} ei ole vielä voimassa: alkaen {start:%Y-%m-%dT%H:%M:%SZ}, "
                f"nyt on {at.isoformat(timespec='seconds')}; tarkista kello tai odota",
            )
        elif at > end:
            yield ChainFault(
                "dates",
                f"certificate {place} expired at {end:%Y-%m-%dT%H:%M:%SZ}, "
                f"now it is {at.isoformat(timespec='seconds')}; renew it",
                f"varmenne {place} vanheni {end:%Y-%m-%dT%H:%M:%SZ}, "
                f"nyt on {at.isoformat(timespec='seconds')}; uusi se",
            )


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    strong = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
    try:
        if not isinstance(certificate.signature_hash_algorithm, strong):
            return False
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_issue(issuer: x509.Certificate, *, below: int) -> bool:
    """Return whether ``issuer`` is a CA that allows ``below`` CAs between it and the leaf."""
    constraints = _extension(issuer, x509.BasicConstraints)
    usage = _extension(issuer, x509.KeyUsage)
    return bool(
        constraints
        and constraints.ca
        and (constraints.path_length is None or constraints.path_length >= below)
        and (usage is None or usage.key_cert_sign)
    )


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
