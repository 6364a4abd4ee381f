"""The sandbox's record of one request: the request, the findings and the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sha_disclosure.messages import Message
from sha_disclosure.tools.verifier import MessageFinding, Request

Outcome = Literal["accepted", "refused", "unjudged"]
"""``unjudged``: a fault replaced the service, so the message was not checked."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer. ``fault`` is the kind of fault applied to it, if any.

    ``request_id`` and ``notices`` are ids read from the request, ``requester`` the OID of the
    organisation named by its token; each is empty if it could not be read.
    ``signing_sha256`` and ``token_sha256``: the certificates that signed the message and its
    token. ``number`` counts the requests of a store.
    """

    received_at: str
    outcome: Outcome
    request: Request = field(repr=False)
    answer: Answer = field(repr=False)
    checks: tuple[MessageFinding, ...] = field(default=(), repr=False)
    findings: tuple[MessageFinding, ...] = ()
    fault: str = ""
    request_id: str = ""
    requester: str = ""
    requester_name: str = field(default="", repr=False)
    notices: tuple[str, ...] = ()
    ground: str = ""
    signing_sha256: str = ""
    token_sha256: str = ""
    number: int = 0

    @property
    def passed(self) -> int:
        """The number of checks that passed."""
        return sum(check.passed for check in self.checks)


def to_json(findings: Iterable[MessageFinding]) -> str:
    """Return findings as JSON, with all parameters of their texts."""
    return json.dumps(
        [(f.check, f.id, f.severity, f.path, f.parameters, f.detail) for f in findings],
        default=_message_as_json,
        ensure_ascii=False,
    )


def _message_as_json(value: object) -> dict[str, Any]:
    if isinstance(value, Message):
        return {"id": value.id, "parameters": value.parameters}
    raise TypeError(type(value).__name__)


def from_json(text: str) -> tuple[MessageFinding, ...]:
    """Return the findings that ``to_json`` wrote."""
    return tuple(
        MessageFinding(key, path, severity, _parameters(parameters), _read(detail), check)
        for check, key, severity, path, parameters, detail in json.loads(text)
    )


def _parameters(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, _read(value)) for name, value in pairs)


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return Message(value["id"], _parameters(value["parameters"]))
    return tuple(map(_read, value)) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; the server adds Content-Length. Status 0 means no answer."""

    status: int
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)
