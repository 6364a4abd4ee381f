"""JWS signatures (RFC 7518) by a key on a token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from sha_disclosure.credentials.keys.token import TokenKey
from sha_disclosure.errors import KeyUnavailable
from sha_disclosure.jose.signer import Kept, PublicKey, SignatureCheck
from sha_disclosure.messages import message

# RFC 8017 section 9.2, note 1: DigestInfo of SHA-256, without the digest.
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class _Way(NamedTuple):
    """How PKCS #11 creates a JWS signature: the token receives a digest, never the content."""

    kind: str
    mechanism: str
    digest: Callable[[bytes], Any]
    before: bytes = b""
    pss: bool = False


_WAYS = {
    "RS256": _Way("RSA", "RSA_PKCS", hashlib.sha256, _SHA256_INFO),
    "PS256": _Way("RSA", "RSA_PKCS_PSS", hashlib.sha256, pss=True),
    "ES256": _Way("EC", "ECDSA", hashlib.sha256),
    "ES384": _Way("EC", "ECDSA", hashlib.sha384),
}


class TokenSigner(Kept):
    """Signs with a key on a token and verifies each signature with the certificate's public key.

    So a token that was replaced, or is faulty, never signs a message that the receiver would
    refuse.
    """

    __slots__ = ("_algorithm", "_certified", "_check", "_key")

    def __init__(self, key: TokenKey, algorithm: str, public: PublicKey) -> None:
        self._key = key
        self._algorithm = algorithm
        self._certified = public
        self._check = SignatureCheck(public, algorithm)

    def __repr__(self) -> str:
        return f"TokenSigner({self._algorithm}, {self._key.name})"

    def using(self, algorithm: str) -> TokenSigner:
        """Return a signer with the same key for another algorithm."""
        return TokenSigner(self._key, algorithm, self._certified)

    def fits(self) -> bool:
        """Return whether the token's key matches the certificate, by a trial signature.

        Raises KeyUnavailable if the token cannot sign at all.
        """
        if self._key.kind() != _WAYS[self._algorithm].kind:
            return False
        trial = b"sha-disclosure: trial of the key"
        return self._check.passes(trial, self._made(trial))

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``. Raises KeyUnavailable."""
        signature = self._made(data)
        if not self._check.passes(data, signature):
            raise KeyUnavailable(message("pkcs11.other_key", key=self._key.name))
        return signature

    def _made(self, data: bytes) -> bytes:
        way = _WAYS[self._algorithm]
        parameter: Any = None
        if way.pss:
            from pkcs11 import MGF, Mechanism  # noqa: PLC0415 - an extra, and there by now

            parameter = (Mechanism.SHA256, MGF.SHA256, 32)
        digest = way.before + way.digest(data).digest()
        return self._key.sign(digest, way.mechanism, parameter)
