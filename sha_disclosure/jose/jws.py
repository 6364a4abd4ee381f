"""JSON Web Signatures in the compact form (RFC 7515), also detached and unencoded (RFC 7797).

Only the form: what is signed and how it is written. Keys and trust are elsewhere.
"""

from __future__ import annotations

import base64
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from sha_disclosure.encoding import Malformed, from_base64url, read_json, to_base64url
from sha_disclosure.messages import message

Member = Literal["x5c", "typ", "x5t#S256"]
UNDERSTOOD = frozenset({"b64"})
"""Extensions a ``crit`` list may name here (RFC 7515 4.1.11): RFC 7797's."""


def header_part(
    algorithm: str,
    members: Sequence[Member],
    *,
    x5c: Sequence[str],
    thumbprint: str,
    typ: str,
    b64: bool = True,
) -> str:
    """Return the encoded protected header (RFC 7515 section 4): ``alg``, then ``members``.

    ``thumbprint`` is the SHA-256 of the certificate in hexadecimal, for ``x5t#S256``.
    """
    header: dict[str, Any] = {"alg": algorithm}
    for member in members:
        if member == "x5c":
            header[member] = list(x5c)
        elif member == "typ":
            header[member] = typ
        else:
            header[member] = to_base64url(bytes.fromhex(thumbprint))
    if not b64:
        header |= {"b64": False, "crit": ["b64"]}
    return to_base64url(orjson.dumps(header))


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
    return f"{signed.decode('ascii')}.{to_base64url(signature)}"


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
            raise Malformed(message("jws.parts"))
        text_of_header = from_base64url(parts[0])
        header = read_json(text_of_header)
        if not isinstance(header, dict) or text_of_header.startswith(BOM_UTF8):
            raise Malformed(message("jws.header"))
        return cls(parts[0], parts[1], from_base64url(parts[2]), header)

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
            raise Malformed(message("jws.crit_names"))
        if set(critical) - UNDERSTOOD:
            raise Malformed(message("jws.crit_unknown"))
        if set(critical) - set(self.header):
            raise Malformed(message("jws.crit_missing"))
        if "b64" in self.header and not (
            "b64" in critical and isinstance(self.header["b64"], bool)
        ):
            raise Malformed(message("jws.b64"))
