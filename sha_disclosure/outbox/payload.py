"""A prepared notice as it is stored: a line of JSON, then its bytes; sealed if there is a key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from sha_disclosure.delivery.prepare import PreparedNotice, User
from sha_disclosure.errors import OutboxDamaged
from sha_disclosure.findings import Problem
from sha_disclosure.messages import Message, Parameter, message
from sha_disclosure.outbox.keys import Keyring

_FORM = 2  # of the JSON; a reader refuses a newer one. Form 1 named no organisation.


@dataclass(frozen=True, slots=True)
class Payload:
    """What stands in the column ``payload`` and its SHA-256 in ``payload_digest``."""

    data: bytes = field(repr=False)
    digest: str

    @classmethod
    def of(cls, stored: bytes) -> Payload:
        """Return stored bytes with their digest."""
        return cls(stored, hashlib.sha256(stored).hexdigest())


def packed(prepared: PreparedNotice, keys: Keyring) -> Payload:
    """Return a prepared notice ready to be stored."""
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
    return Payload.of(keys.seal(orjson.dumps(document) + b"\n" + prepared.body))


def unpacked(
    stored: bytes | None,
    *,
    stored_digest: str | None,
    digest: str,
    notice_ids: tuple[str, ...],
    keys: Keyring,
) -> PreparedNotice:
    """Return the prepared notice of a stored payload.

    Raises OutboxDamaged when the bytes are not those that were stored, no key opens them, or
    the message in them has not the ``digest`` and ``notice_ids`` of its row.
    """
    if stored is None:
        raise OutboxDamaged(message("outbox.payload.forgotten"))
    if hashlib.sha256(stored).hexdigest() != stored_digest:
        raise OutboxDamaged(message("outbox.payload.changed"))
    opened = keys.open(stored)
    if opened is None:
        raise OutboxDamaged(message("outbox.payload.no_key"))
    prepared = read_payload(opened)
    if (
        prepared is None
        or hashlib.sha256(prepared.body).hexdigest() != digest
        or prepared.notice_ids != notice_ids
    ):
        raise OutboxDamaged(message("outbox.payload.differs"))
    return prepared


def read_payload(opened: bytes) -> PreparedNotice | None:
    """Return the prepared notice of an opened payload, or None when it has another form."""
    try:
        facts, _, body = opened.partition(b"\n")  # JSON of one line has no line feed in it
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
    """Return a parameter of a sentence as JSON, without the text of any language."""
    if isinstance(value, Message):
        return {"id": value.id, "parameters": {n: _plain(v) for n, v in value.parameters}}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _value(plain: Any) -> Parameter:
    return tuple(_single(each) for each in plain) if isinstance(plain, list) else _single(plain)


def _single(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    return Message(plain["id"], tuple((n, _value(v)) for n, v in plain["parameters"].items()))
