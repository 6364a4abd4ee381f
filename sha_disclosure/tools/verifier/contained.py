"""The checks of contained resources: their shape by id, and their references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sha_disclosure.editions.wire import Wire
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.node import ELEMENT_NAMES, Node
from sha_disclosure.values import BirthDate, PersonalId

CONTAINED, REFERENCES = "contained", "references"
Shape = Callable[[Node], None]


class Contained:
    """The contained resources of one resource, by id."""

    def __init__(self, resource: Node, wire: Wire, report: Report) -> None:
        self._wire = wire
        self._resource = resource
        report.begin(CONTAINED)
        self.nodes: dict[str, Node] = {}
        for node in resource.nodes("contained"):
            name = node.text("id")
            if name in self.nodes:
                node.refuse("contained_twice", "id")
                node.ignore()
            elif name not in self._shapes:
                node.refuse("label", "id")
                node.ignore()
            else:
                self.nodes[name] = node
            if node.has("contained"):
                node.refuse("contained_nested", "contained")
        for name, node in self.nodes.items():
            self._shapes[name](node)
        report.begin(REFERENCES)
        _check_references(resource, report)

    def ask(self, *names: str) -> None:
        """Report each of ``names`` that is missing."""
        for name in names:
            if name and name not in self.nodes:
                self._resource.refuse("contained_missing", "contained", label=name)

    def only(self, names: set[str]) -> None:
        """Report every resource other than ``names``: the notice does not use it."""
        for name in self.nodes.keys() - names:
            self.nodes[name].refuse("out_of_place")

    @property
    def _shapes(self) -> Mapping[str, Shape]:
        c, relation = self._wire.contained, self._wire.relation
        return {
            c.controller: self._controller,
            c.discloser_role: partial(self._role, person=c.discloser, unit=c.discloser_unit),
            c.discloser: self._professional,
            c.discloser_unit: partial(self._organisation, known=True),
            c.client: self._client,
            c.recipient_organisation: partial(self._organisation, known=False),
            c.recipient_role: partial(
                self._role, person=c.recipient_professional, unit=c.recipient_unit
            ),
            c.recipient_professional: self._professional,
            c.recipient_unit: partial(self._organisation, known=False),
            c.recipient_person: self._person,
            c.representative: partial(
                self._related,
                allowed=(relation.legal_representative, relation.authorised_person),
            ),
            c.consent: lambda node: node.fixed("resourceType", "Consent"),
            c.record_system: self._record_system,
        }

    def _controller(self, node: Node) -> None:
        wire = self._wire
        node.fixed("resourceType", "Organization")
        node.profile(wire.profile.organisation)
        url = wire.extension.register_type
        found = node.extensions({url: 1})[url]
        if node and not found:
            node.refuse("register_missing", "extension")
        for extension in found:
            coding = extension.coding("valueCoding")
            if coding is None:
                continue
            if coding.system != wire.code_system.register_type:
                extension.refuse("register_system", "valueCoding")
            elif wire.register_type.get(coding.code) != coding.display:
                extension.refuse("register_code", "valueCoding")
        node.only("identifier").as_oid_identifier(wire.identifier.oid)
        node.text("name")

    def _organisation(self, node: Node, *, known: bool) -> None:
        node.fixed("resourceType", "Organization")
        node.profile(self._wire.profile.organisation, required=False)
        if known or node.has("identifier"):
            node.only("identifier").as_oid_identifier(self._wire.identifier.oid)
        node.text("name")

    def _role(self, node: Node, *, person: str, unit: str) -> None:
        node.fixed("resourceType", "PractitionerRole")
        node.profile(self._wire.profile.practitioner_role)
        node.reference("practitioner", person)
        node.reference("organization", unit)

    def _professional(self, node: Node) -> None:
        wire = self._wire
        node.fixed("resourceType", "Practitioner")
        node.profile(wire.profile.practitioner)
        title = wire.extension.practitioner_title
        method = wire.extension.practitioner_authentication_method
        found = node.extensions({title: 1, method: 1})
        for extension in found[title]:
            extension.text("valueString")
        for extension in found[method]:
            extension.coding("valueCoding")
        if node.has("identifier"):
            identifier = node.only("identifier")
            identifier.text("system")
            identifier.text("value")
        self._name(node)

    def _client(self, node: Node) -> None:
        identifiers = self._wire.identifier
        node.fixed("resourceType", "Patient")
        node.profile(self._wire.profile.patient)
        systems = []
        least, most = (1, 1) if self._wire.cardinality.client_identifier == "1..1" else (0, 2)
        for identifier in node.nodes("identifier", least=least, most=most):
            system = identifier.text("system")
            if system in systems:
                identifier.refuse("system_twice", "system")
            systems.append(system)
            if system == identifiers.personal_id:
                identifier.matching("value", PersonalId.check, "personal_id")
            else:
                identifier.as_oid_identifier(identifiers.oid)
        if node.has("birthDate"):
            node.matching("birthDate", BirthDate.check, "birth_date")
        elif node and not systems:
            node.refuse("client_unidentified")
        self._name(node)

    def _related(self, node: Node, *, allowed: tuple[Any, ...]) -> None:
        node.fixed("resourceType", "RelatedPerson")
        node.profile(self._wire.profile.related_person)
        node.reference("patient", self._wire.contained.client)
        node.only("relationship").only("coding").as_coding(*allowed)

    def _person(self, node: Node) -> None:
        relation = self._wire.relation
        allowed = (relation.legal_representative, relation.close_person, relation.other)
        self._related(node, allowed=allowed)
        self._name(node)

    def _name(self, node: Node) -> None:
        name = node.only("name")
        name.text("family")
        if name.has("given") or self._wire.cardinality.given_names == "1..*":
            name.texts("given")

    def _record_system(self, node: Node) -> None:
        node.fixed("resourceType", "Device")
        node.profile(self._wire.profile.device)
        node.only("identifier").as_oid_identifier(self._wire.identifier.oid)
        name = node.only("deviceName")
        name.text("name")
        name.fixed("type", self._wire.event.observer_name_type)


def _check_references(resource: Node, report: Report) -> None:
    members = resource.raw()
    if not isinstance(members, dict):
        return
    contained = members.get("contained")
    held = contained if isinstance(contained, list) else []
    names = {c.get("id") for c in held if isinstance(c, dict) and isinstance(c.get("id"), str)}
    used: set[str] = set()
    for where, target in _targets(members, resource.where):
        used.add(target)
        if target not in names:
            report.refuse("dangling", where)
    for index, held_one in enumerate(held):
        if isinstance(held_one, dict) and str(held_one.get("id")) not in used:
            report.refuse("unreferenced", f"{resource.where}.contained[{index}]")


def _targets(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str) and reference.startswith("#"):
            yield where, reference[1:]
        for name, member in value.items():
            if isinstance(member, dict | list):
                yield from _targets(member, f"{where}.{name}" if name in ELEMENT_NAMES else where)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _targets(member, f"{where}[{index}]")
