"""The log-register retention service (lokirekisterien säilytyspalvelu): one request, one answer.

A function of request, fault, edition, store and clock; sockets are in ``server``.

Where Kanta's behaviour is not public this is a stand-in: a bad token gets 401 without a
body; a fault of the message gets 400 with every finding; a notice whose id is already
stored gets the first answer again if its content is the same, otherwise 409.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sha_disclosure.credentials import Chain
from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import address
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox.exchange import Answer, Exchange
from sha_disclosure.tools.sandbox.faults import Fault, altered, instead
from sha_disclosure.tools.sandbox.store import Store, Stored
from sha_disclosure.tools.verifier import (
    Notice,
    Registry,
    Report,
    Request,
    RequestVerifier,
    Trust,
    VerifiedRequest,
    outcome,
)
from sha_disclosure.values import Oid

_CAPABILITIES = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "date": "2026-11-26",
    "kind": "capability",
    "fhirVersion": "4.0.1",
    "format": ["json"],
    "rest": [{"mode": "server", "interaction": [{"code": "transaction"}]}],
}


_BAD_BEARER = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Service:
    """Checks requests against an edition and stores the accepted ones."""

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
        self._wire = edition.wire
        self._address = addresses[0]
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

    def receive(self, request: Request, fault: Fault | None = None) -> Answer:
        """Check one request, store it with its answer, and return the answer.

        ``fault`` modifies the answer, or replaces the service, which then checks nothing.
        """
        if request.method == "GET" and request.target == self._probe:
            return self._answer(200, "", _CAPABILITIES)
        moment = self._sources.clock()
        try:
            other = None
            if fault is not None:
                other = instead(fault, now=moment, address=self._address, wire=self._wire)
            if fault is None or other is None:
                return self._judged(request, moment, fault)
            self._store.keep(
                Exchange(
                    _instant(moment),
                    "unjudged",
                    request,
                    other,
                    fault=fault.fault,
                    request_id=self._request_id(request),
                )
            )
        except Exception as error:  # noqa: BLE001 - its text may quote the message
            return self._failed(request, moment, error)
        return other

    def _request_id(self, request: Request) -> str:
        """Return the id of a request that is not checked; empty if it is not a UUID."""
        named = (h.name for h in self._wire.header.values() if "{request_id}" in h.value)
        given = next((request.header(name) or "" for name in named), "")
        with suppress(ValueError):
            return str(UUID(given))
        return ""

    def _failed(self, request: Request, moment: datetime, error: Exception) -> Answer:
        place = traceback.extract_tb(error.__traceback__)[-1]
        report = Report()
        report.begin("sandbox")
        named = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        report.refuse("sandbox_failed", fault=named)
        refused = self._refused(request, VerifiedRequest(500, ""), moment, report)
        with suppress(Exception):  # the store itself may have failed
            self._store.keep(refused)
        return refused.answer

    def _judged(self, request: Request, moment: datetime, fault: Fault | None) -> Answer:
        report = Report()
        verified = self._verifier.verify(request, moment, report)
        token, notices = verified.token, verified.notices
        known = [self._store.find(n.id) for n in notices] if not verified.status else []
        report.begin("stored_before")
        for index, (stored, notice) in enumerate(zip(known, notices, strict=False)):
            if stored is not None and stored.digest != notice.digest:
                verified = replace(verified, status=409)
                where = f"Bundle.entry[{2 * index}].resource.id"
                report.refuse("stored_otherwise", where)
        jti = token.text("unique_id") if token is not None else ""
        if verified.status:
            exchange = self._refused(request, verified, moment, report)
            exchange = _met(exchange, fault, moment)
            self._store.keep(exchange, token_id=jti)
            return exchange.answer
        answered = self._accepted(notices, known, moment)
        entries = [entry for stored in answered for entry in _entries(stored)]
        body = {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
        exchange = replace(
            _read(request, verified, moment, report),
            outcome="accepted",
            answer=self._answer(200, verified.request_id, body),
        )
        exchange = _met(exchange, fault, moment)
        self._store.keep(
            exchange,
            token_id=jti,
            new=[a for a, before in zip(answered, known, strict=True) if before is None],
            again=[before for before in known if before is not None],
        )
        return exchange.answer

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

    def _refused(
        self, request: Request, verified: VerifiedRequest, moment: datetime, report: Report
    ) -> Exchange:
        status = verified.status
        if status == 401:
            answer = Answer(401, {**self._headers(verified.request_id), **_BAD_BEARER})
        else:
            codes = self._wire.outcome
            coding = codes.not_authorised if status == 403 else codes.invalid_message
            answer = self._answer(status, verified.request_id, outcome(report.findings, coding))
        if status == 405:
            answer.headers["Allow"] = self._wire.bundle.method
        return replace(_read(request, verified, moment, report), answer=answer)

    def refuse_large(self, request: Request, limit: int) -> Answer:
        """Return the answer to a body longer than ``limit``, which was not read."""
        report = Report()
        report.begin("size")
        report.refuse("body_long", limit=limit)
        return self._unread(request, 413, report)

    def refuse_coded(self, request: Request) -> Answer:
        """Return the answer to a body whose encoding differs from its header."""
        report = Report()
        report.begin("headers")
        report.refuse("content_coding")
        return self._unread(request, 400, report)

    def _unread(self, request: Request, status: int, report: Report) -> Answer:
        verified = VerifiedRequest(status, "")
        refused = self._refused(request, verified, self._sources.clock(), report)
        self._store.keep(refused)
        return refused.answer

    def _answer(self, status: int, request_id: str, body: dict[str, Any]) -> Answer:
        headers = {**self._headers(request_id), "Content-Type": self._wire.answer.content_type}
        return Answer(status, headers, json.dumps(body, ensure_ascii=False).encode())

    def _headers(self, request_id: str) -> dict[str, str]:
        names = self._wire.answer
        headers = {names.request_id: self._sources.uuid()}
        headers["Date"] = format_datetime(self._sources.clock().astimezone(UTC), usegmt=True)
        return {**headers, names.correlation_id: request_id} if request_id else headers


def _read(
    request: Request, verified: VerifiedRequest, moment: datetime, report: Report
) -> Exchange:
    """Return a record of the request, refused by default."""
    token, notices = verified.token, verified.notices
    return Exchange(
        _instant(moment),
        "refused",
        request,
        Answer(verified.status, {}),
        report.checks(),
        tuple(report.findings),
        request_id=verified.request_id,
        requester=token.requester if token else "",
        requester_name=token.text("requester.name") if token else "",
        notices=tuple(notice.id for notice in notices if _is_oid(notice.id)),
        ground=next((n.ground.display for n in notices if n.ground), ""),
        signing_sha256=verified.signing_sha256,
        token_sha256=token.sha256 if token else "",
    )


def _is_oid(text: str) -> bool:
    # The id of a refused notice may be anything, such as a person's name.
    with suppress(ValueError):
        return Oid.check(text) == text
    return False


def _met(exchange: Exchange, fault: Fault | None, moment: datetime) -> Exchange:
    """Return the exchange with the fault applied."""
    if fault is None:
        return exchange
    return replace(exchange, fault=fault.fault, answer=altered(fault, exchange.answer, now=moment))


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
