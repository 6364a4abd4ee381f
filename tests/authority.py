"""A small certificate authority for the tests of keys, signatures and chains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.jose.signer import KeySigner

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
NO_USAGE: dict[str, bool] = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@cache
def key(kind: str, number: int = 0) -> Any:
    """Return the one key of this kind and number: ``p256``, ``p384``, ``rsa-2048`` ..."""
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind])
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa-")))


@dataclass(frozen=True)
class Wish:
    """What a certificate should be like; the defaults make a good signing leaf."""

    usage: tuple[str, ...] | None = ("digital_signature",)
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    start: datetime = NOW - 30 * DAY
    end: datetime = NOW + 300 * DAY
    ca: bool = False
    path_length: int | None = None
    unknown_critical: bool = False
    host: str | None = None
    weak_hash: bool = False
    unreadable: bool = False
    names: tuple[x509.GeneralName, ...] = ()
    limits: x509.NameConstraints | None = None
    limits_critical: bool = False
    issuer: x509.Name | None = None
    serial_number: str | None = None


CA = Wish(usage=("key_cert_sign", "crl_sign"), ca=True, end=NOW + 3000 * DAY)
CLIENT = Wish(purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,))


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Any


def issue(
    name: str | x509.Name, owner: Any, issuer: Issued | None = None, wish: Wish = Wish()
) -> Issued:
    """Return a certificate by ``issuer``, or a self-signed one."""
    subject = name
    if isinstance(subject, str):
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, subject)]
        if wish.serial_number is not None:
            attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, wish.serial_number))
        subject = x509.Name(attributes)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(wish.issuer or (issuer.certificate.subject if issuer else subject))
        .public_key(owner.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wish.start)
        .not_valid_after(wish.end)
        .add_extension(
            x509.BasicConstraints(wish.ca, wish.path_length if wish.ca else None), critical=True
        )
    )
    if wish.usage is not None:
        usage = x509.KeyUsage(**{**NO_USAGE, **dict.fromkeys(wish.usage, True)})
        builder = builder.add_extension(usage, critical=True)
    if wish.purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(wish.purposes), critical=False)
    if wish.names:
        builder = builder.add_extension(x509.SubjectAlternativeName(wish.names), critical=False)
    if wish.limits:
        builder = builder.add_extension(wish.limits, critical=wish.limits_critical)
    if wish.host:
        names = x509.SubjectAlternativeName([x509.DNSName(wish.host)])
        builder = builder.add_extension(names, critical=False)
    if wish.unreadable:
        bad = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30\x05no")
        builder = builder.add_extension(bad, critical=False)
    if wish.unknown_critical:
        other = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        builder = builder.add_extension(other, critical=True)
    digest = hashes.SHA224() if wish.weak_hash else hashes.SHA256()
    return Issued(builder.sign(issuer.key if issuer else owner, digest), owner)


@cache
def root(number: int = 0) -> Issued:
    """Return a root CA (P-384)."""
    return issue(f"Test Root {number}", key("p384", 100 + number), None, CA)


@cache
def issuing(number: int = 0) -> Issued:
    """Return the issuing CA below the root of the same number."""
    wish = replace(CA, path_length=0)
    return issue(f"Test Issuing {number}", key("p256", 200 + number), root(number), wish)


def leaf(kind: str = "p256", wish: Wish = Wish()) -> Issued:
    """Return the one leaf of this kind and wish below the first issuing CA."""
    return _leaf(kind, wish)


@cache
def _leaf(kind: str, wish: Wish) -> Issued:
    return issue("Test Signing", key(kind), issuing(), wish)


def chain(issued: Issued) -> tuple[x509.Certificate, ...]:
    """Return the chain of a leaf of the first issuing CA, with the root."""
    return (issued.certificate, issuing().certificate, root().certificate)


def identity(kind: str = "p256", algorithm: str | None = None) -> CertifiedSigner:
    """Return a signing identity with a software key."""
    named = algorithm or {"p256": "ES256", "p384": "ES384"}.get(kind, "RS256")
    return CertifiedSigner(KeySigner(key(kind), named), named, chain(leaf(kind)))


def edition_with(**sections: dict[str, Any]) -> Edition:
    """Return the shipped edition with some values changed."""
    edition = load_edition()
    changed = {
        name: getattr(edition.wire, name).model_copy(update=values)
        for name, values in sections.items()
    }
    return replace(edition, wire=edition.wire.model_copy(update=changed))


def pem(*certificates: x509.Certificate) -> bytes:
    """Return the certificates as PEM."""
    return b"".join(c.public_bytes(Encoding.PEM) for c in certificates)


def key_pem(
    private: Any, passphrase: bytes | None = None, form: PrivateFormat = PrivateFormat.PKCS8
) -> bytes:
    """Return the private key as PEM."""
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    )
    encoded: bytes = private.private_bytes(Encoding.PEM, form, encryption)
    return encoded
