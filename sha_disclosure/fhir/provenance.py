"""The Provenance: the metadata of a notice (ilmoituksen metatiedot)."""

from __future__ import annotations

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.datatypes import Element, concept, fixed, to
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.values import Oid


class Provenances:
    """Builds Provenances according to one edition; constant elements are created once."""

    def __init__(self, wire: Wire) -> None:
        labels, roles = wire.contained, wire.provenance_agent
        self._meta = {"profile": [wire.profile.provenance]}
        unit = {"role": [concept(fixed(roles.service_unit))], "who": to(labels.discloser_unit)}
        person = {"role": [concept(fixed(roles.professional))], "who": to(labels.discloser_role)}
        self._agents_of_unit = [unit]
        self._agents_of_person = [person, unit]

    def build(
        self, notice: DisclosureNotice, identifier: Oid, target: str, discloser: list[Element]
    ) -> Element:
        """Return the Provenance, with its own id, of the notice at the URL ``target``."""
        by_person = notice.discloser.family_name is not None
        return {
            "resourceType": "Provenance",
            "id": str(identifier),
            "meta": self._meta,
            "language": str(notice.language),
            "contained": discloser,
            "target": [{"reference": target}],
            "recorded": str(notice.recorded_at),
            "agent": self._agents_of_person if by_person else self._agents_of_unit,
        }
