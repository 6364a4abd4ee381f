"""Verifies only the signature of a stored message, before it is sent.

It uses the certificate in the message and ignores that certificate's current validity, since a
queue may outlive it. Whether the signer may sign is for the receiver to decide.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from sha_disclosure.credentials import read_certificate
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.encoding import Malformed, from_base64, from_base64url, read_json
from sha_disclosure.errors import OutboxDamaged
from sha_disclosure.jose.canonical import canonical
from sha_disclosure.jose.jws import signing_input
from sha_disclosure.jose.signer import SignatureCheck
from sha_disclosure.messages import message

_REMEMBERED = 5000


class Signatures:
    """The contents whose signature this process made or has verified, by their SHA-256.

    Verifying costs as much as half a submission, and a message whose bytes are the ones that were
    signed here proves nothing more by it. Each outbox object remembers the latest 5000 at least;
    the others are verified. Thread-safe: at worst a content is verified again.
    """

    def __init__(self) -> None:
        self._latest: set[str] = set()
        self._earlier: set[str] = set()

    def know(self, payload_digest: str) -> None:
        """Remember a stored payload whose signature is genuine."""
        if len(self._latest) >= _REMEMBERED:
            self._earlier, self._latest = self._latest, set()
        self._latest.add(payload_digest)

    def require(self, prepared: PreparedNotice, payload_digest: str) -> None:
        """Verify a message's signature unless its payload, of this SHA-256, is known.

        Raises OutboxDamaged; see ``require_signed``.
        """
        if payload_digest not in self._latest and payload_digest not in self._earlier:
            require_signed(prepared)
            self.know(payload_digest)


def require_signed(prepared: PreparedNotice) -> None:
    """Raise OutboxDamaged if the Bundle's signature does not match it and its own certificate."""
    try:
        good = _fits(prepared)
    except (Malformed, ValueError, KeyError, TypeError, IndexError):
        good = False
    if not good:
        raise OutboxDamaged(message("outbox.payload.signature"))


def _fits(prepared: PreparedNotice) -> bool:
    bundle: dict[str, Any] = orjson.loads(prepared.body)
    jws = from_base64(bundle.pop("signature")["data"]).decode("ascii")
    head, payload, signature = jws.split(".")
    signer = _signer(head)
    if signer is None:
        return True  # the edition sends no certificate: only its holder can verify it
    signed = signing_input(head.encode("ascii"), canonical(bundle), b64=signer.b64)
    if signer.thumbprint != prepared.certificate or (
        payload and signed != f"{head}.{payload}".encode("ascii")
    ):
        return False
    return signer.check.passes(signed, from_base64url(signature))


class _Signer(NamedTuple):
    """What a JWS header says of who signed."""

    thumbprint: str
    b64: bool
    check: SignatureCheck


@lru_cache(maxsize=64)
def _signer(head: str) -> _Signer | None:
    """Return the signer in a header, which is the same for every message of a certificate."""
    header = read_json(from_base64url(head))
    if "x5c" not in header:
        return None
    der = from_base64(header["x5c"][0])
    certificate = read_certificate(der)
    if certificate is None:
        raise ValueError(head)
    key: Any = certificate.public_key()
    check = SignatureCheck(key, header["alg"])
    return _Signer(hashlib.sha256(der).hexdigest(), header.get("b64", True), check)
