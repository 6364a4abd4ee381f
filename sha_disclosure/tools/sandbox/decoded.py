"""The content of a token, a signature and a body, decoded for people but not checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from sha_disclosure.characters import visible
from sha_disclosure.credentials import key_kind, read_certificate, thumbprint
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, from_base64, from_base64url, read_json
from sha_disclosure.tools.verifier import Request

_NODES_AT_MOST = 5000
_TEXT_AT_MOST = 100_000
_DEEPEST = 60
_TIMES = frozenset({"iat", "nbf", "exp"})
_CERTIFICATES_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a JSON document; ``children`` is None for scalars."""

    name: str
    text: str
    kind: str = ""
    children: tuple[Node, ...] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A body as the page shows it: folded JSON, or its text, possibly truncated."""

    node: Node | None = None
    text: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as the page shows it."""

    subject: str
    issuer: str
    begins: str
    ends: str
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS: header, claims as (name, value, moment), and the certificates in it."""

    header: Node
    claims: tuple[tuple[str, str, str], ...]
    chain: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a Bundle: its element, and the JWS."""

    facts: tuple[tuple[str, str], ...]
    jws: Jws


def document(body: bytes) -> Document:
    """Return a body for reading."""
    if len(body) <= _TEXT_AT_MOST:
        try:
            return Document(node("", read_json(body)))
        except (Malformed, _TooLargeError):
            pass
    text = body[:_TEXT_AT_MOST].decode("utf-8", "replace")
    lines = "\n".join(map(visible, text.splitlines()))
    return Document(text=lines, cut=len(body) > _TEXT_AT_MOST)


class _TooLargeError(Exception):
    """The document is too large for a page."""


def node(name: str, value: Any) -> Node:
    """Return a JSON value as nodes. Raises _TooLargeError."""
    return _node(name, value, iter(range(_NODES_AT_MOST)), 0)


def _node(name: str, value: Any, left: Iterator[int], depth: int) -> Node:
    if next(left, None) is None or depth > _DEEPEST:
        raise _TooLargeError
    named = visible(name)
    if isinstance(value, dict):
        inside = tuple(_node(key, each, left, depth + 1) for key, each in value.items())
        return Node(named, _title(value), children=inside)
    if isinstance(value, list):
        many = tuple(_node(str(i), each, left, depth + 1) for i, each in enumerate(value))
        return Node(named, "", children=many)
    if isinstance(value, str):
        return Node(named, visible(json.dumps(value, ensure_ascii=False)), "text")
    return Node(named, json.dumps(value), "other")


def _title(value: Mapping[str, Any]) -> str:
    """Return a short description of an object, shown while it is folded."""
    parts = [value.get("resourceType"), value.get("id"), value.get("url"), value.get("code")]
    resource = value.get("resource")
    if isinstance(resource, dict):
        parts = [resource.get("resourceType")]
    return visible(" ".join(part for part in parts[:3] if isinstance(part, str)))


def bearer(request: Request, wire: Wire) -> str:
    """Return the token of a request, or an empty text."""
    for header in wire.header.values():
        before, found, after = header.value.partition("{token}")
        value = request.header(header.name) or ""
        if found and value.lower().startswith(before.lower()) and value.endswith(after):
            return value[len(before) : len(value) - len(after)].strip()
    return ""


def jws(compact: str) -> Jws | None:
    """Return the content of a compact JWS, or None if its header cannot be read."""
    parts = compact.split(".")
    header = _decoded(parts[0])
    if len(parts) != 3 or not isinstance(header, dict):
        return None
    payload = _decoded(parts[1])
    claims = tuple(_claims("", payload, 0)) if isinstance(payload, dict) else ()
    sent = header.get("x5c")
    try:
        return Jws(node("", header), claims, certificates(sent if isinstance(sent, list) else []))
    except _TooLargeError:
        return None


def _decoded(part: str) -> Any:
    try:
        return read_json(from_base64url(part))
    except Malformed:
        return None


def _claims(before: str, value: Any, depth: int) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, each in value.items():
            yield from _claims(f"{before}.{name}" if before else name, each, depth + 1)
    elif isinstance(value, str):
        yield before, value, ""
    else:
        yield before, json.dumps(value), _when(value) if before in _TIMES else ""


def _when(value: Any) -> str:
    try:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S}"
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def signature(body: bytes, wire: Wire) -> Signature | None:
    """Return the content signature of a Bundle, or None if there is none that can be read."""
    name = wire.content_signature.excluded
    try:
        element = read_json(body)[name]
        compact = from_base64(element["data"]).decode("ascii")
        made = jws(compact)
    except (Malformed, KeyError, IndexError, TypeError, ValueError):
        return None
    facts = (
        (f"{name}.{each}", _said(element.get(each)))
        for each in ("type", "when", "who", "targetFormat", "sigFormat")
    )
    return Signature(tuple((n, value) for n, value in facts if value), made) if made else None


def _said(value: Any) -> str:
    """Return the texts of an element, without its member names."""
    if isinstance(value, dict):
        return " ".join(filter(None, map(_said, value.values())))
    if isinstance(value, list):
        return " ".join(filter(None, map(_said, value)))
    return value if isinstance(value, str) else ""


def certificates(sent: Sequence[object]) -> tuple[Certificate, ...]:
    """Return the readable certificates of an ``x5c``."""
    made = []
    for each in sent[:_CERTIFICATES_AT_MOST]:
        try:
            made.append(certificate(from_base64(each)) if isinstance(each, str) else None)
        except Malformed:
            continue
    return tuple(each for each in made if each is not None)


def certificate(der: bytes) -> Certificate | None:
    """Return a DER certificate for display, or None if it cannot be read."""
    read = read_certificate(der)
    if read is None:
        return None
    return Certificate(
        _name(read.subject),
        _name(read.issuer),
        f"{read.not_valid_before_utc:%Y-%m-%d %H:%M}",
        f"{read.not_valid_after_utc:%Y-%m-%d %H:%M}",
        _KEYS.get(key_kind(read) or "", "–"),
        thumbprint(read),
    )


_KEYS = {"rsa": "RSA", "p256": "EC P-256", "p384": "EC P-384"}


def _name(name: x509.Name) -> str:
    return visible(name.rfc4514_string())
