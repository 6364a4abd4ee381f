"""The log-register retention service (lokirekisterien säilytyspalvelu): one request, one answer.

A pure function of request, edition, store and clock; sockets and faults are in ``server``.

Where Kanta's behaviour is not public this is a stand-in: a bad token gets 401 without a
body; a fault of the message gets 400 with every finding; a notice whose id is stored
already gets the first answer again when its content is the same, else 409.
"""

from __future__ import annotations

import hashlib
import json
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sha_disclosure.credentials import Chain
from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import address
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox.store import Message, Senders, Store, Stored
from sha_disclosure.tools.verifier import (
    MessageFinding,
    Notice,
    Registry,
    Report,
    Request,
    RequestVerifier,
    Token,
    Trust,
    outcome,
)

_REFUSALS_KEPT = 1000
_CAPABILITIES = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "date": "2026-11-26",
    "kind": "capability",
    "fhirVersion": "4.0.1",
    "format": ["json"],
    "rest": [{"mode": "server", "interaction": [{"code": "transaction"}]}],
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request; the server adds Date and Content-Length."""

    status: int
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request the sandbox refused: when, with which status, and every finding."""

    refused_at: str
    request_id: str
    status: int
    findings: tuple[MessageFinding, ...]
    checks: tuple[MessageFinding, ...] = field(repr=False)


class Service:
    """Judges requests by an edition and keeps what it accepts in a store."""

    def __init__(  # noqa: PLR0913 - the parts it works with, each by its name
        self,
        edition: Edition,
        *,
        addresses: Sequence[str],
        trust: Trust,
        own_chain: Chain,
        store: Store,
        sources: Sources,
        registry: Registry,
    ) -> None:
        self.refusals: deque[Refusal] = deque(maxlen=_REFUSALS_KEPT)
        self._wire = edition.wire
        self._probe = address(edition.wire.address.probe, urlsplit(addresses[0]).path)
        self._verifier = RequestVerifier(
            edition,
            addresses=addresses,
            trust=trust,
            own_chain=own_chain,
            registry=registry,
            knows_request=store.knows_request,
            knows_token=store.knows_token,
        )
        self._store = store
        self._sources = sources

    def receive(self, request: Request) -> Answer:
        """Check one request, keep an accepted message, and return the answer."""
        if request.method == "GET" and request.target == self._probe:
            return self._answer(200, "", _CAPABILITIES)
        try:
            return self._judged(request)
        except Exception as error:  # noqa: BLE001 - its text may quote the message
            place = traceback.extract_tb(error.__traceback__)[-1]
            fault = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        report = Report()
        report.begin("sandbox")
        report.refuse("sandbox_failed", fault=fault)
        return self._refused(500, "", self._sources.clock(), report)

    def _judged(self, request: Request) -> Answer:
        report = Report()
        moment = self._sources.clock()
        verified = self._verifier.verify(request, moment, report)
        status, token, notices = verified.status, verified.token, verified.notices
        known = [self._store.find(notice.id) for notice in notices] if not status else []
        report.begin("stored_before")
        for index, (stored, notice) in enumerate(zip(known, notices, strict=False)):
            if stored is not None and stored.digest != notice.digest:
                status = 409
                where = f"Bundle.entry[{2 * index}].resource.id"
                report.refuse("stored_otherwise", where)
        jti = token.text("unique_id") if token is not None else ""
        if status:
            self._store.keep(request_id=verified.request_id, token_id=jti)
            return self._refused(status, verified.request_id, moment, report)
        answered = self._accepted(notices, known, moment)
        self._store.keep(
            request_id=verified.request_id,
            token_id=jti,
            message=Message(
                _instant(moment),
                verified.request_id,
                hashlib.sha256(request.body).hexdigest(),
                request.body,
                report.checks(),
                Senders(token.requester, verified.signing_sha256, token.sha256)
                if token
                else Senders(),
            ),
            new=[a for a, before in zip(answered, known, strict=True) if before is None],
            again=[before.id for before in known if before is not None],
        )
        entries = [entry for stored in answered for entry in _entries(stored)]
        body = {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
        return self._answer(200, verified.request_id, body)

    def _accepted(
        self, notices: Sequence[Notice], known: Sequence[Stored | None], moment: datetime
    ) -> list[Stored]:
        made = []
        for notice, before in zip(notices, known, strict=True):
            ground = notice.ground
            fresh = before or Stored(
                id=notice.id,
                event_id=self._sources.uuid(),
                provenance_id=self._sources.uuid(),
                digest=notice.digest,
                received_at=_instant(moment),
                ground_code=ground.code if ground else "",
                ground=ground.display if ground else "",
            )
            made.append(fresh)
        return made

    def _refused(self, status: int, request_id: str, moment: datetime, report: Report) -> Answer:
        self.refusals.append(
            Refusal(_instant(moment), request_id, status, tuple(report.findings), report.checks())
        )
        if status == 401:
            headers = self._headers(request_id)
            return Answer(401, {**headers, "WWW-Authenticate": 'Bearer error="invalid_token"'})
        codes = self._wire.outcome
        coding = codes.not_authorised if status == 403 else codes.invalid_message
        answer = self._answer(status, request_id, outcome(report.findings, coding))
        if status == 405:
            answer.headers["Allow"] = self._wire.bundle.method
        return answer

    def refuse_large(self, limit: int) -> Answer:
        """Return the answer to a body longer than ``limit``, which was not read."""
        report = Report()
        report.begin("size")
        report.refuse("body_long", limit=limit)
        return self._refused(413, "", self._sources.clock(), report)

    def _answer(self, status: int, request_id: str, body: dict[str, Any]) -> Answer:
        headers = {**self._headers(request_id), "Content-Type": self._wire.answer.content_type}
        return Answer(status, headers, json.dumps(body, ensure_ascii=False).encode())

    def _headers(self, request_id: str) -> dict[str, str]:
        names = self._wire.answer
        headers = {names.request_id: self._sources.uuid()}
        headers["Date"] = format_datetime(self._sources.clock().astimezone(UTC), usegmt=True)
        return {**headers, names.correlation_id: request_id} if request_id else headers


def _senders(token: Token | None, signing_sha256: str) -> Senders:
    return Senders(token.requester, signing_sha256, token.sha256) if token else Senders()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _entries(stored: Stored) -> list[dict[str, Any]]:
    places = (("AuditEvent", stored.event_id), ("Provenance", stored.provenance_id))
    return [
        {
            "response": {
                "status": "201 Created",
                "location": f"{kind}/{identifier}/_history/1",
                "etag": 'W/"1"',
                "lastModified": stored.received_at,
            }
        }
        for kind, identifier in places
    ]
