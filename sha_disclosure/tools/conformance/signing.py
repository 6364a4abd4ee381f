"""A throw-away signing identity for Bundles that are only validated."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.editions import Edition
from sha_disclosure.jose.signer import KeySigner

_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sha-disclosure conformance")])


def throw_away_identity(now: datetime, edition: Edition) -> CertifiedSigner:
    """Return an untrusted identity with a new key, valid for an hour around ``now``."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    algorithm = edition.wire.content_signature.p256
    return CertifiedSigner(KeySigner(key, algorithm), algorithm, (certificate,))
