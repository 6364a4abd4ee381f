"""The stored form of a prepared notice: a line of JSON, then its bytes; encrypted with a key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from sha_disclosure.delivery.prepare import PreparedNotice, User
from sha_disclosure.errors import OutboxDamaged
from sha_disclosure.findings import Problem
from sha_disclosure.messages import Message, Parameter, message
from sha_disclosure.outbox.execution import among, pages, rows_of
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.schema import PAYLOAD
from sha_disclosure.outbox.seals import Seals, binding

_THESE = select(PAYLOAD.c.message, PAYLOAD.c.payload).where(among(PAYLOAD.c.message))
_FORM = 2  # version of the JSON; a newer one is refused. Version 1 named no organisation.


@dataclass(frozen=True, slots=True)
class Payload:
    """The content of the column ``payload`` and its SHA-256 in ``payload_digest``."""

    data: bytes = field(repr=False)
    digest: str

    @classmethod
    def of(cls, stored: bytes) -> Payload:
        """Return stored bytes with their digest."""
        return cls(stored, hashlib.sha256(stored).hexdigest())


def packed(prepared: PreparedNotice, keys: Keyring) -> Payload:
    """Return a prepared notice ready for storage, encrypted and bound to its row."""
    user = prepared.user
    document = {
        "form": _FORM,
        "notice_ids": prepared.notice_ids,
        "digest": prepared.digest,
        "certificate": prepared.certificate,
        "edition": prepared.edition,
        "prepared_at": prepared.prepared_at.isoformat(),
        "user": {"id": user.id, "name": user.name, "method": user.authentication_method},
        "client": prepared.client,
        "warnings": [_stored(problem) for problem in prepared.warnings],
        "organisation": prepared.organisation,
        "acknowledged": prepared.acknowledged,
        "references": prepared.references,
    }
    content = orjson.dumps(document) + b"\n" + prepared.body
    if not keys:
        return Payload.of(content)
    bound = binding(prepared.notice_ids, prepared.digest, prepared.organisation, prepared.edition)
    return Payload.of(keys.seal(content, bound))


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored payload, and the columns of its row that describe the message."""

    notice_ids: tuple[str, ...]
    digest: str
    organisation: str
    edition: str
    payload_digest: str | None
    payload: bytes | None = field(repr=False)

    @classmethod
    def of(cls, row: Any, payload: bytes | str | None) -> Stored:
        """Return the stored payload of a row of the messages' table."""
        return cls(
            notice_ids=tuple(orjson.loads(row.notice_ids)),
            digest=row.digest,
            organisation=row.organisation or "",
            edition=row.edition,
            payload_digest=row.payload_digest,
            # SQLite also stores text in a column of bytes.
            payload=payload.encode() if isinstance(payload, str) else payload,
        )

    @property
    def binding(self) -> str:
        """What the payload's encryption must authenticate."""
        return binding(self.notice_ids, self.digest, self.organisation, self.edition)


def payloads_of(connection: Connection, numbers: Sequence[int]) -> dict[int, bytes]:
    """Return the stored payloads of several messages, by their numbers."""
    found = [rows_of(connection, _THESE, page) for page in pages(numbers)]
    return {row.message: row.payload for rows in found for row in rows}


def unpacked(stored: Stored, seals: Seals) -> PreparedNotice:
    """Return the prepared notice of a stored payload.

    Raises OutboxDamaged if the bytes are not those that were stored, no key decrypts them, they
    are not bound to this row although the outbox has a key, or the message in them differs from
    its row.
    """
    if stored.payload is None:
        raise OutboxDamaged(message("outbox.payload.forgotten"))
    if hashlib.sha256(stored.payload).hexdigest() != stored.payload_digest:
        raise OutboxDamaged(message("outbox.payload.changed"))
    opened = seals.keys.open(stored.payload)
    if opened is None:
        raise OutboxDamaged(message("outbox.payload.no_key"))
    bound = seals.keys.is_bound(stored.payload, stored.binding)
    if bound is False or (seals.bound and not bound):
        raise OutboxDamaged(message("outbox.payload.unbound"))
    prepared = read_payload(opened)
    if (
        prepared is None
        or hashlib.sha256(prepared.body).hexdigest() != stored.digest
        or (prepared.notice_ids, prepared.edition) != (stored.notice_ids, stored.edition)
        # A row whose payload a migration could not decrypt names no organisation.
        or stored.organisation not in {"", prepared.organisation}
    ):
        raise OutboxDamaged(message("outbox.payload.differs"))
    return prepared


def read_payload(opened: bytes) -> PreparedNotice | None:
    """Return the prepared notice of a decrypted payload, or None if it is malformed."""
    try:
        facts, _, body = opened.partition(b"\n")  # JSON on one line contains no line feed
        document: dict[str, Any] = orjson.loads(facts)
        if document["form"] == 1:
            document["organisation"] = ""
        elif document["form"] != _FORM:
            return None
        user = document["user"]
        return PreparedNotice(
            notice_ids=tuple(document["notice_ids"]),
            body=body,
            digest=document["digest"],
            certificate=document["certificate"],
            edition=document["edition"],
            prepared_at=datetime.fromisoformat(document["prepared_at"]),
            user=User(id=user["id"], name=user["name"], authentication_method=user["method"]),
            client=document["client"],
            warnings=tuple(_warning(each) for each in document["warnings"]),
            organisation=document["organisation"],
            acknowledged=tuple(document.get("acknowledged", ())),
            references=tuple(document.get("references", ())),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _stored(warning: Problem) -> dict[str, Any]:
    return {
        "id": warning.id,
        "path": warning.path,
        "severity": warning.severity,
        "parameters": {name: _plain(value) for name, value in warning.parameters},
    }


def _warning(stored: dict[str, Any]) -> Problem:
    if "id" not in stored:  # an earlier version stored the texts
        return Problem(f"rules.{stored['rule']}.breach", stored["path"], stored["severity"])
    parameters = tuple((name, _value(value)) for name, value in stored["parameters"].items())
    return Problem(stored["id"], stored["path"], stored["severity"], parameters)


def _plain(value: Parameter) -> Any:
    """Return a parameter of a sentence as JSON, without text in any language."""
    if isinstance(value, Message):
        return {"id": value.id, "parameters": {n: _plain(v) for n, v in value.parameters}}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _value(plain: Any) -> Parameter:
    return tuple(_single(each) for each in plain) if isinstance(plain, list) else _single(plain)


def _single(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    return Message(plain["id"], tuple((n, _value(v)) for n, v in plain["parameters"].items()))
