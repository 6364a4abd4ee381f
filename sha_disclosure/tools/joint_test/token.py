"""The token of a recorded request, decoded for people: never the token itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, from_base64, from_base64url, read_json
from sha_disclosure.tools.joint_test.exchanges import Exchange

HIDDEN = "***"
_PARTS = 3


@dataclass(frozen=True, slots=True)
class ReadToken:
    """Header and claims of a JSON Web Token; the signature is omitted.

    Certificates in the header are represented by their SHA-256.
    """

    header: dict[str, Any] = field(repr=False)
    claims: dict[str, Any] = field(repr=False)
    unique_id: str = ""


def token_header(wire: Wire) -> str:
    """Return the name of the request header that carries the token."""
    return next(h.name for h in wire.header.values() if "{token}" in h.value)


def read_token(exchange: Exchange, wire: Wire) -> ReadToken:
    """Return the token of a request; empty if it has none that can be read."""
    carried = next(h for h in wire.header.values() if "{token}" in h.value)
    before, _, after = carried.value.partition("{token}")
    compact = exchange.header(carried.name).removeprefix(before).removesuffix(after)
    parts = compact.split(".")
    header, claims = (_object(part) for part in [*parts, "", ""][:2])
    if len(parts) != _PARTS:
        return ReadToken({}, {})
    if isinstance(header.get("x5c"), list):
        header["x5c"] = [f"SHA-256 {_sha256(each)}" for each in header["x5c"]]
    unique = next((c.name for c in wire.claim.values() if c.fill == "unique_id"), "")
    return ReadToken(header, claims, str(_claim(claims, unique.split(".")) or ""))


def without_user(claims: dict[str, Any], wire: Wire) -> dict[str, Any]:
    """Return the claims with those about the user (käyttäjä) hidden.

    A claim that is not in the edition is hidden too.
    """
    known = {c.name for c in wire.claim.values() if not c.fill.startswith("user.")}
    return _hidden(claims, known, "")


def _hidden(claims: dict[str, Any], known: set[str], above: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in claims.items():
        place = f"{above}{name}"
        if isinstance(value, dict):
            made[name] = _hidden(value, known, f"{place}.")
        else:
            made[name] = value if place in known else HIDDEN
    return made


def _claim(claims: Any, path: list[str]) -> Any:
    for name in path:
        claims = claims.get(name) if isinstance(claims, dict) else None
    return claims


def _object(part: str) -> dict[str, Any]:
    try:
        value = read_json(from_base64url(part))
    except Malformed:
        return {}
    return value if isinstance(value, dict) else {}


def _sha256(certificate: object) -> str:
    try:
        return hashlib.sha256(from_base64(str(certificate))).hexdigest()
    except Malformed:
        return "?"
