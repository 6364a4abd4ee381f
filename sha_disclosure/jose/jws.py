"""JSON Web Signatures in the compact form (RFC 7515), also detached and unencoded (RFC 7797).

Covers only the format: what is signed and how it is serialised. Keys and trust are elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import orjson

from sha_disclosure.encoding import base64url, to_base64url

Member = Literal["x5c", "typ", "x5t#S256"]


def header_part(
    algorithm: str,
    members: Sequence[Member],
    *,
    x5c: Sequence[str],
    thumbprint: str,
    typ: str,
    b64: bool = True,
) -> bytes:
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
    return base64url(orjson.dumps(header))


def signing_input(header: bytes, payload: bytes, *, b64: bool = True) -> bytes:
    """Return the bytes to sign (RFC 7515 section 5.1; RFC 7797 section 3 when not ``b64``)."""
    return b"%b.%b" % (header, base64url(payload) if b64 else payload)


def compact(signed: bytes, signature: bytes, *, detached: bool) -> bytes:
    """Return the compact form of a result of ``signing_input`` and its signature.

    ``detached`` omits the payload (RFC 7515 appendix F).
    """
    if detached:
        signed = signed[: signed.index(b".") + 1]
    return b"%b.%b" % (signed, base64url(signature))
