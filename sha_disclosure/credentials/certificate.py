"""Properties of a single certificate (varmenne), and whether one issued another."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import SignatureAlgorithmOID

from sha_disclosure.credentials.names import same_name

Chain = tuple[x509.Certificate, ...]
"""Certificates, leaf first."""
KeyKind = Literal["rsa", "p256", "p384"]
_E = TypeVar("_E", bound=x509.ExtensionType)
_MANY = 64  # CA certificates, which many chains share
_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,  # for a string type unknown to older versions of cryptography
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    Warning,
)
"""Exceptions that cryptography raises for unreadable input. It warns about what future versions
will reject; that is an exception where the host turns warnings into errors."""


def read_certificate(der: bytes) -> x509.Certificate | None:
    """Return the certificate in DER, or None if any part of it cannot be read."""
    try:
        certificate = x509.load_der_x509_certificate(der)
    except UNREADABLE:
        return None
    return certificate if is_readable(certificate) else None


@lru_cache(_MANY)
def is_readable(certificate: x509.Certificate) -> bool:
    """Return whether every part of the certificate that is used later can be read.

    cryptography parses names, dates, key and extensions only on access; a foreign certificate
    must not fail in the middle of a check.
    """
    try:
        for name in (certificate.subject, certificate.issuer):
            hash(name)
            name.public_bytes()
        certificate.public_key()
        certificate.public_bytes(Encoding.DER)
        tuple(certificate.extensions)
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        _ = certificate.version, certificate.serial_number, certificate.signature
        _ = certificate.tbs_certificate_bytes
    except UNREADABLE:
        return False
    return True


def key_kind(certificate: x509.Certificate) -> KeyKind | None:
    """Return the kind of the certificate's key, or None if it is not supported."""
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
    """Return whether the certificate names itself as issuer: a root, or one of a key rollover."""
    return same_name(certificate.issuer, certificate.subject)


@lru_cache(_MANY)
def self_signed(certificate: x509.Certificate) -> bool:
    """Return whether the certificate is signed with its own key: a root, not sent in ``x5c``.

    A CA that rolls over its key signs the new one with the old one: same name, different keys.
    """
    return self_issued(certificate) and signed_by(certificate, certificate)


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether the certificate is a CA's (RFC 5280 4.2.1.9)."""
    constraints = extension(certificate, x509.BasicConstraints)
    return bool(constraints and constraints.ca)


def weak_digest(certificate: x509.Certificate) -> str | None:
    """Return the digest algorithm of the certificate's signature if it is too weak."""
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        digest = None
    if isinstance(digest, _STRONG):
        return None
    return digest.name.upper().replace("SHA", "SHA-") if digest else "?"


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether ``issuer`` is named as issuer and its key made the signature.

    Names are compared according to RFC 5280 section 7.1, ignoring differences of spelling.
    ``check_connection`` checks the strength of the signature.
    """
    if not same_name(certificate.issuer, issuer.subject):
        return False
    spelled_alike = certificate.issuer.public_bytes() == issuer.subject.public_bytes()
    try:
        if spelled_alike and not weak_digest(certificate):
            certificate.verify_directly_issued_by(issuer)
            return True
        return _signature_fits(certificate, issuer)
    except (*UNREADABLE, InvalidSignature):
        return False


def _signature_fits(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Verify a signature that cryptography does not: SHA-1, or names spelled differently."""
    key, digest = issuer.public_key(), certificate.signature_hash_algorithm
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    if digest and isinstance(key, rsa.RSAPublicKey):
        way: padding.PSS | padding.PKCS1v15 | ec.ECDSA | None = padding.PKCS1v15()
        if certificate.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
            way = certificate.signature_algorithm_parameters
        if isinstance(way, padding.PSS | padding.PKCS1v15):
            key.verify(signature, signed, way, digest)
            return True
    if digest and isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(digest))
        return True
    if digest is None and isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        key.verify(signature, signed)
        return True
    return False


def may_issue(issuer: x509.Certificate, *, below: int) -> bool:
    """Return whether ``issuer`` is a CA that allows ``below`` CAs between it and the leaf."""
    constraints = extension(issuer, x509.BasicConstraints)
    usage = extension(issuer, x509.KeyUsage)
    return bool(
        constraints
        and constraints.ca
        and (constraints.path_length is None or constraints.path_length >= below)
        and (usage is None or usage.key_cert_sign)
    )


def extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    """Return the certificate's extension of a kind, or None."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
