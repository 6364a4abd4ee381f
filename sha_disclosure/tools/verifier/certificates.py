"""Judging a certificate chain: leaf first, each issued by the next, the last by the anchor.

An own walk rather than a library verdict, so that a refusal says what is wrong. Verified
chains are kept by their SHA-256; only their validity is looked at again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from joserfc.jwk import ECKey, RSAKey

from sha_disclosure.errors import ConfigurationError

SIGNING_CA = "signing-ca.crt"
_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_KEPT = 256
_LONGEST = 5
_KNOWN = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectAlternativeName.oid,
        x509.CertificatePolicies.oid,
    }
)


class ChainError(ValueError):
    """The chain cannot be trusted; the message says why."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain whose signatures and usages are right, with the time all of it is valid."""

    leaf: x509.Certificate
    begins: datetime
    ends: datetime
    kind: str
    key: ECKey | RSAKey = field(repr=False)
    sha256: bytes

    def check_time(self, moment: datetime) -> None:
        """Refuse a moment outside the validity of any certificate of the chain."""
        if moment < self.begins:
            raise ChainError("the certificate is not valid yet")
        if moment > self.ends:
            raise ChainError("the certificate has expired")


class Chains:
    """The judge of chains that lead to one of its trust anchors."""

    def __init__(self, *anchors: x509.Certificate) -> None:
        self._anchors = anchors
        self._kept: dict[bytes, Chain] = {}

    def verify(self, ders: Sequence[bytes]) -> Chain:
        """Return the verified chain of DER certificates, leaf first. Raises ChainError."""
        name = hashlib.sha256(b"".join(hashlib.sha256(der).digest() for der in ders)).digest()
        if name not in self._kept:
            chain = self._judge(ders)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[name] = chain
        return self._kept[name]

    def _judge(self, ders: Sequence[bytes]) -> Chain:
        if not 1 <= len(ders) <= _LONGEST:
            raise ChainError(f"the chain must have 1 to {_LONGEST} certificates")
        try:
            certificates = [x509.load_der_x509_certificate(der) for der in ders]
            extensions = [certificate.extensions for certificate in certificates]
        except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            certificates, extensions = [], []
        if not certificates:
            raise ChainError("the chain holds something that is no certificate")
        for certificate, held in zip(certificates, extensions, strict=True):
            if certificate in self._anchors:
                raise ChainError("the chain must not hold the trust anchor")
            if any(e.critical and e.oid not in _KNOWN for e in held):
                raise ChainError("a certificate has a critical extension that is not known")
        anchor = self._anchor_of(certificates[-1])
        for depth, issuer in enumerate((*certificates[1:], anchor)):
            _issued(certificates[depth], issuer, depth)
        _usage(extensions[0], "digital_signature", "the certificate is not for signatures")
        kind, key = _public_key(certificates[0])
        every = (*certificates, anchor)
        return Chain(
            leaf=certificates[0],
            begins=max(c.not_valid_before_utc for c in every),
            ends=min(c.not_valid_after_utc for c in every),
            kind=kind,
            key=key,
            sha256=hashlib.sha256(ders[0]).digest(),
        )

    def _anchor_of(self, last: x509.Certificate) -> x509.Certificate:
        for anchor in self._anchors:
            if _signed(last, anchor):
                return anchor
        raise ChainError("the chain does not lead to the trust anchor")


def signing_anchors(folder: Path, root: x509.Certificate) -> tuple[x509.Certificate, ...]:
    """Return whom signing certificates must lead to: the folder's ``signing-ca.crt``, else root.

    TLS clients are held to ``ca.crt`` alone, as in Kanta each kind of certificate has its own
    issuing CA. Raises ConfigurationError when the file cannot be read.
    """
    path = folder / SIGNING_CA
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except FileNotFoundError:
        return (root,)
    except (OSError, ValueError):
        pass
    raise ConfigurationError(f"Sandbox: {SIGNING_CA} holds no PEM certificates: mend or remove it")


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        return isinstance(certificate.signature_hash_algorithm, _DIGESTS)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate, depth: int) -> None:
    if not _signed(certificate, issuer):
        raise ChainError("the chain does not lead to the trust anchor")
    held = issuer.extensions
    try:
        basic = held.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        basic = x509.BasicConstraints(ca=False, path_length=None)
    if not basic.ca or (basic.path_length is not None and depth > basic.path_length):
        raise ChainError("an issuer in the chain is no certificate authority for this depth")
    _usage(held, "key_cert_sign", "an issuer in the chain may not issue certificates")


def _usage(held: x509.Extensions, usage: str, why: str) -> None:
    try:
        allowed = bool(getattr(held.get_extension_for_class(x509.KeyUsage).value, usage))
    except x509.ExtensionNotFound:
        allowed = False
    if not allowed:
        raise ChainError(why)


def _public_key(certificate: x509.Certificate) -> tuple[str, ECKey | RSAKey]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return "rsa", RSAKey.import_key(key)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return "p256", ECKey.import_key(key)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
        return "p384", ECKey.import_key(key)
    raise ChainError("the key is none of RSA of 2048 bits or more, P-256 and P-384")


def allows(certificate: x509.Certificate, purpose: ObjectIdentifier) -> bool:
    """Tell whether the certificate names ``purpose`` in its extended key usage."""
    try:
        named = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return purpose in named


CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
"""The purpose a TLS client certificate must name."""
