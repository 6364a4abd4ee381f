"""The transaction Bundle: one message about one client, AuditEvent and Provenance in pairs."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.audit_event import audit_event
from sha_disclosure.fhir.datatypes import Element
from sha_disclosure.fhir.provenance import provenance
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Party
from sha_disclosure.values import Oid


def bundle(
    notices: Sequence[DisclosureNotice], provenance_ids: Sequence[Oid], system: Party, wire: Wire
) -> Element:
    """Return the unsigned Bundle of complete notices; the ids of the Provenances go with them."""
    entries = []
    for notice, identifier in zip(notices, provenance_ids, strict=True):
        entries.append(_entry(audit_event(notice, system, wire), wire))
        entries.append(_entry(provenance(notice, identifier, wire), wire))
    return {"resourceType": "Bundle", "type": wire.bundle.type, "entry": entries}


def _entry(resource: Element, wire: Wire) -> Element:
    return {
        "fullUrl": wire.bundle.full_url.format(id=resource["id"]),
        "resource": resource,
        "request": {"method": wire.bundle.method, "url": resource["resourceType"]},
    }


def to_bytes(document: Element) -> bytes:
    """Return the JSON of a Bundle as it is sent: UTF-8, no blanks, elements in FHIR's order."""
    return orjson.dumps(document)
