"""Checks that an RSA key is consistent, at a thousandth of the cost of the library's own check."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa


def is_sound(key: rsa.RSAPrivateKey) -> bool:
    """Return whether the numbers are those of one key (RFC 8017 section 3.2).

    The check of OpenSSL, which ``unsafe_skip_rsa_key_validation`` leaves out, also looks for
    composite factors. A key that has one does not sign right, which its first signature shows
    (see ``jose.signer.KeySigner``); that the public half is the certificate's is compared apart
    (see ``open_pair``).
    """
    numbers = key.private_numbers()
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
