"""The Provenance: the metadata of a notice (ilmoituksen metatiedot)."""

from __future__ import annotations

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir import actors
from sha_disclosure.fhir.datatypes import Element, concept, fixed, to
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.values import Oid


def provenance(notice: DisclosureNotice, identifier: Oid, wire: Wire) -> Element:
    """Return the Provenance of a notice, with an id of its own."""
    labels, roles = wire.contained, wire.provenance_agent
    agents = [(roles.service_unit, labels.discloser_unit)]
    if notice.discloser.family_name is not None:
        agents.insert(0, (roles.professional, labels.discloser_role))
    return {
        "resourceType": "Provenance",
        "id": str(identifier),
        "meta": {"profile": [wire.profile.provenance]},
        "language": str(notice.language),
        "contained": list(actors.discloser(notice.discloser, wire)),
        "target": [{"reference": wire.bundle.full_url.format(id=notice.id)}],
        "recorded": str(notice.recorded_at),
        "agent": [{"role": [concept(fixed(role))], "who": to(label)} for role, label in agents],
    }
