"""What may be written of a run: never a token, and with redaction no personal data.

Redaction keeps what is known to be harmless and replaces everything else by its kind: it keeps
the edition's own values, the SDK's vocabulary, times, HTTP statuses and ids the SDK generated.
No name, identity code or free text is left, wherever in a message it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from sha_disclosure.editions import Edition
from sha_disclosure.identity_codes import names_a_person
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.tools.joint_test.exchanges import Exchange, Headers
from sha_disclosure.tools.joint_test.token import HIDDEN, read_token, token_header, without_user

_NAME = re.compile(r"[a-z][A-Za-z_]{0,40}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_LOCATION = re.compile(
    r"(AuditEvent|Provenance)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/_history/[0-9]+)?"
)
_ETAG = re.compile(r'(W/)?"[0-9]{1,9}"')
_STATUSES = frozenset(
    text for s in HTTPStatus for text in (str(s.value), f"{s.value} {s.phrase}")
)  # fmt: skip
# Types, and the severities and issue types of OperationOutcome (FHIR R4 ValueSet issue-type).
_FHIR_CODES = """
Bundle AuditEvent Provenance Organization Practitioner PractitionerRole Patient RelatedPerson
Device Consent OperationOutcome transaction transaction-response POST
fatal error warning information invalid structure required value invariant security login unknown
expired forbidden suppressed processing not-supported duplicate multiple-matches not-found deleted
too-long code-invalid extension too-costly business-rule conflict transient lock-error no-store
exception timeout incomplete throttled informational
"""
_HEADERS = """
accept accept-encoding allow connection content-length content-type date host retry-after server
transfer-encoding user-agent www-authenticate
"""


@dataclass(frozen=True, slots=True)
class ExchangeEvidence:
    """One exchange as it may be shown; bodies as bytes for files."""

    facts: dict[str, Any]
    request_head: str
    request_body: bytes
    token: dict[str, Any]
    response_head: str
    response_body: bytes
    response_suffix: str


class Redaction:
    """Returns the messages of a run, unchanged or with personal data replaced (``redact``)."""

    def __init__(self, edition: Edition, settings: Settings, *, redact: bool) -> None:
        self.redact = redact
        self._wire = edition.wire
        values = _texts([entry.value for entry in edition.entries])
        words = {*values, *_words_of_notices(), *_FHIR_CODES.split()}
        self._known = frozenset(words | {f"#{word}" for word in words})
        root = re.escape(str(settings.ids.root))
        self._own_id = re.compile(rf"(urn:oid:)?{root}(\.[0-9]+)+", re.ASCII)
        ids = (self._wire.answer.request_id, self._wire.answer.correlation_id)
        own = {h.name for h in self._wire.header.values()} - {token_header(self._wire)}
        self._headers = {*_HEADERS.split()} | {name.lower() for name in (*ids, *own)}

    def exchange(self, exchange: Exchange, number: int) -> ExchangeEvidence:
        """Return an exchange without its token's signature and, if redacted, personal data."""
        token = read_token(exchange, self._wire)
        claims = without_user(token.claims, self._wire) if self.redact else token.claims
        kind = next((v for n, v in exchange.answer_headers if n.lower() == "content-type"), "")
        suffix = "json" if "json" in kind else "html" if "html" in kind else "txt"
        facts = {
            "number": number,
            "began_at": exchange.began_at.isoformat(timespec="milliseconds"),
            "seconds": round(exchange.seconds, 3),
            "request_id": exchange.request_id(self._wire),
            "status": exchange.status,
            "fault": exchange.fault or None,
            "outcome": exchange.outcome,
            "wait_s": None if exchange.wait_s is None else round(exchange.wait_s, 3),
            "tls": exchange.tls or None,
            "server_certificate_sha256": exchange.server_certificate or None,
        }
        return ExchangeEvidence(
            facts,
            self._head(exchange.request_line, exchange.headers),
            self.body(exchange.body),
            {"header": token.header, "claims": claims},
            self._head(exchange.status_line, exchange.answer_headers),
            self.body(exchange.answer_body),
            suffix,
        )

    def _head(self, first: str, headers: Headers) -> str:
        return "\n".join([first, *(f"{n}: {self._header(n, v)}" for n, v in headers)]) + "\n"

    def _header(self, name: str, value: str) -> str:
        if name.lower() == token_header(self._wire).lower():
            return "<token, decoded beside this>"
        if self.redact and (name.lower() not in self._headers or names_a_person(value)):
            return HIDDEN
        return value

    def body(self, body: bytes) -> bytes:
        """Return a body unchanged, or as JSON with personal data replaced."""
        if not self.redact or not body:
            return body
        try:
            return json.dumps(self.data(json.loads(body)), ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return f"<{len(body)} octets that are not JSON>".encode()

    def data(self, value: Any, name: str = "value") -> Any:
        """Return parsed JSON, unchanged or redacted."""
        if not self.redact:
            return value
        if isinstance(value, dict):
            return {_name(key): self.data(each, _name(key)) for key, each in value.items()}
        if isinstance(value, list):
            return [self.data(each, name) for each in value]
        if value is None or isinstance(value, bool):
            return value
        return value if isinstance(value, str) and self._harmless(value) else f"<{name}>"

    def _harmless(self, text: str) -> bool:
        if names_a_person(text):
            return False
        return text in self._known or text in _STATUSES or any(
            pattern.fullmatch(text) for pattern in (_MOMENT, _LOCATION, _ETAG, self._own_id)
        )  # fmt: skip


def _name(key: str) -> str:
    return key if _NAME.fullmatch(key) else "<name>"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


@cache
def _words_of_notices() -> frozenset[str]:
    return frozenset(_choices(DisclosureNotice.model_json_schema()))


def _choices(schema: object) -> Iterator[str]:
    """Yield the choices of a caller: kinds of ground and recipient, roles, causes."""
    if isinstance(schema, list):
        for each in schema:
            yield from _choices(each)
    elif isinstance(schema, dict):
        yield from _texts([schema.get("const"), schema.get("enum")])
        for each in schema.values():
            yield from _choices(each)
