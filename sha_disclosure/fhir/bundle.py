"""The transaction Bundle: one message about one client, AuditEvent and Provenance in pairs."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.actors import Actors
from sha_disclosure.fhir.audit_event import AuditEvents
from sha_disclosure.fhir.datatypes import Element
from sha_disclosure.fhir.provenance import Provenances
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Party
from sha_disclosure.values import Oid


class BundleBuilder:
    """Builds Bundles for one edition and record system; constant elements are created once."""

    def __init__(self, system: Party, wire: Wire) -> None:
        self._type = wire.bundle.type
        self._full_url = wire.bundle.full_url
        self._requests = {
            kind: {"method": wire.bundle.method, "url": kind}
            for kind in ("AuditEvent", "Provenance")
        }
        self._actors = Actors(wire)
        self._events = AuditEvents(self._actors, system, wire)
        self._provenances = Provenances(wire)

    def build(self, notices: Sequence[DisclosureNotice], provenance_ids: Sequence[Oid]) -> Element:
        """Return the unsigned Bundle of complete notices, with the ids of their Provenances.

        Elements that are the same in every message are shared and must not be modified.
        """
        entries: list[Element] = []
        for notice, identifier in zip(notices, provenance_ids, strict=True):
            discloser = self._actors.discloser(notice.discloser)
            event = self._entry(self._events.build(notice, discloser))
            provenance = self._provenances.build(notice, identifier, event["fullUrl"], discloser)
            entries += (event, self._entry(provenance))
        return {"resourceType": "Bundle", "type": self._type, "entry": entries}

    def _entry(self, resource: Element) -> Element:
        return {
            "fullUrl": self._full_url.replace("{id}", resource["id"]),
            "resource": resource,
            "request": self._requests[resource["resourceType"]],
        }


def to_bytes(document: Element) -> bytes:
    """Return a Bundle's JSON as it is sent: UTF-8, no whitespace, elements in FHIR's order."""
    return orjson.dumps(document)
