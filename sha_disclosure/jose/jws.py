"""JSON Web Signatures in the compact form (RFC 7515), also detached and unencoded (RFC 7797).

Only the form: what is signed and how it is written. Keys and trust are elsewhere.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from sha_disclosure.jose.canonical import NotCanonical, Refusal, read_strictly

Member = Literal["x5c", "typ", "x5t#S256"]
UNDERSTOOD = frozenset({"b64"})
"""Extensions a ``crit`` list may name here (RFC 7515 4.1.11): RFC 7797's."""


class Malformed(Refusal):
    """The text is not a compact JWS."""


def base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """Return the bytes of base64url text written in the one way RFC 7515 allows.

    Raises Malformed for padding, blanks, other letters and spare bits that are not zero.
    """
    data = b""
    with suppress(ValueError):
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # Encoding again is the whole check: a lenient decoder skips what it does not know.
    if base64url(data) != text:
        raise Malformed(
            "a part is not base64url without padding", "osa ei ole base64url-muotoa ilman täytettä"
        )
    return data


def header_part(
    algorithm: str,
    members: Sequence[Member],
    *,
    x5c: Sequence[str],
    leaf: x509.Certificate,
    typ: str,
    b64: bool = True,
) -> str:
    """Return the encoded protected header (RFC 7515 section 4): ``alg``, then ``members``."""
    header: dict[str, Any] = {"alg": algorithm}
    for member in members:
        if member == "x5c":
            header[member] = list(x5c)
        elif member == "typ":
            header[member] = typ
        else:
            header[member] = base64url(leaf.fingerprint(SHA256()))
    if not b64:
        header |= {"b64": False, "crit": ["b64"]}
    return base64url(orjson.dumps(header))


def signing_input(header: str, payload: bytes, *, b64: bool = True) -> bytes:
    """Return the bytes to sign (RFC 7515 section 5.1; RFC 7797 section 3 when not ``b64``)."""
    body = base64.urlsafe_b64encode(payload).rstrip(b"=") if b64 else payload
    return b"".join((header.encode("ascii"), b".", body))


def compact(signed: bytes, signature: bytes, *, detached: bool) -> str:
    """Return the compact form of what ``signing_input`` gave and its signature.

    ``detached`` leaves the payload out (RFC 7515 appendix F).
    """
    if detached:
        signed = signed[: signed.index(b".") + 1]
    return f"{signed.decode('ascii')}.{base64url(signature)}"


@dataclass(frozen=True, slots=True)
class CompactJws:
    """A compact JWS that was read: its parts as received and its decoded header."""

    header_part: str = field(repr=False)
    payload_part: str = field(repr=False)
    signature: bytes = field(repr=False)
    header: dict[str, Any] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> CompactJws:
        """Return the parts of ``text``. Raises Malformed."""
        parts = text.split(".")
        if len(parts) != 3:
            raise Malformed("it has not three parts with dots between", "siinä ei ole kolmea osaa")
        fault = ("the header is not a JSON object", "otsake ei ole JSON-olio")
        header = None
        try:
            header = read_strictly(base64url_decode(parts[0]))
        except NotCanonical as error:
            fault = (f"the header: {error.en}", f"otsake: {error.fi}")
        if not isinstance(header, dict):
            raise Malformed(*fault)
        return cls(parts[0], parts[1], base64url_decode(parts[2]), header)

    @property
    def b64(self) -> bool:
        """Whether the payload is base64url-encoded when signed (RFC 7797 section 3)."""
        return self.header.get("b64", True) is not False

    def require_understood(self) -> None:
        """Check ``crit`` (RFC 7515 4.1.11) and ``b64`` (RFC 7797). Raises Malformed."""
        critical = self.header.get("crit", [])
        if "crit" in self.header and not (
            isinstance(critical, list)
            and critical
            and all(isinstance(name, str) for name in critical)
            and len(set(critical)) == len(critical)
        ):
            raise Malformed("crit is not a list of distinct names", "crit ei ole nimien luettelo")
        if set(critical) - UNDERSTOOD:
            raise Malformed(
                "crit names an extension that is not understood",
                "crit vaatii laajennusta, jota ei tunneta",
            )
        if set(critical) - set(self.header):
            raise Malformed(
                "crit names a member the header lacks",
                "crit nimeää kentän, jota otsakkeessa ei ole",
            )
        if "b64" in self.header and not (
            "b64" in critical and isinstance(self.header["b64"], bool)
        ):
            raise Malformed(
                "b64 is not a boolean listed in crit",
                "b64 ei ole totuusarvo, joka on crit-kentässä",
            )
