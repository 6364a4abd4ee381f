"""The recipient of a disclosure (luovutuksensaaja) in FHIR, built and read back, by its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from sha_disclosure.editions.wire import Contained, Wire
from sha_disclosure.fhir.actors import (
    organisation,
    practitioner_role,
    read_organisation,
    read_title,
    related_person,
    title_extensions,
)
from sha_disclosure.fhir.datatypes import (
    Data,
    Element,
    concept,
    contained,
    fixed,
    fixed_name,
    given_only,
    human_name,
    read_name,
)
from sha_disclosure.notice import (
    OrganisationRecipient,
    PersonRecipient,
    ProfessionalRecipient,
    Recipient,
)

Resources = Mapping[str, Element]
"""The contained resources of an event by their ids."""


class _RecipientInFhir(Protocol):
    """How one kind of recipient stands in an AuditEvent."""

    def label(self, labels: Contained) -> str:
        """Return the id of the contained resource that is the recipient."""

    def contained(self, recipient: Any, wire: Wire) -> Iterator[Element]:
        """Yield the contained resources of the recipient."""

    def roles(self, recipient: Any) -> tuple[str, ...]:
        """Return the roles of the recipient's agent."""

    def read(self, resources: Resources, roles: list[str], wire: Wire) -> Data:
        """Return the recipient as its JSON would be, without ``kind``."""


class _Organisation(_RecipientInFhir):
    def label(self, labels: Contained) -> str:
        return labels.recipient_organisation

    def contained(self, recipient: OrganisationRecipient, wire: Wire) -> Iterator[Element]:
        yield organisation(self.label(wire.contained), recipient, wire)

    def roles(self, recipient: OrganisationRecipient) -> tuple[str, ...]:
        return recipient.roles

    def read(self, resources: Resources, roles: list[str], wire: Wire) -> Data:
        return {**read_organisation(resources[self.label(wire.contained)]), "roles": roles}


class _Professional(_RecipientInFhir):
    def label(self, labels: Contained) -> str:
        return labels.recipient_role

    def contained(self, recipient: ProfessionalRecipient, wire: Wire) -> Iterator[Element]:
        labels = wire.contained
        yield practitioner_role(
            labels.recipient_role, labels.recipient_professional, labels.recipient_unit, wire
        )
        yield contained(
            "Practitioner",
            labels.recipient_professional,
            wire.profile.practitioner,
            extension=title_extensions(recipient.title, wire) or None,
            name=[human_name(recipient.family_name, recipient.given_names)],
        )
        yield organisation(labels.recipient_unit, recipient.unit, wire)

    def roles(self, recipient: ProfessionalRecipient) -> tuple[str, ...]:
        return recipient.roles

    def read(self, resources: Resources, roles: list[str], wire: Wire) -> Data:
        practitioner = resources[wire.contained.recipient_professional]
        return given_only(
            **read_name(practitioner),
            title=read_title(practitioner, wire),
            unit=read_organisation(resources[wire.contained.recipient_unit]),
            roles=roles,
        )


class _Client(_RecipientInFhir):
    """The client is in the event anyway, as the one it is about."""

    def label(self, labels: Contained) -> str:
        return labels.client

    def contained(self, recipient: Any, wire: Wire) -> Iterator[Element]:
        yield from ()

    def roles(self, recipient: Any) -> tuple[str, ...]:
        return ()

    def read(self, resources: Resources, roles: list[str], wire: Wire) -> Data:
        return {}


class _Person(_RecipientInFhir):
    def label(self, labels: Contained) -> str:
        return labels.recipient_person

    def contained(self, recipient: PersonRecipient, wire: Wire) -> Iterator[Element]:
        person = related_person(self.label(wire.contained), recipient.relation, wire)
        yield person | {"name": [human_name(recipient.family_name, recipient.given_names)]}

    def roles(self, recipient: PersonRecipient) -> tuple[str, ...]:
        return ()

    def read(self, resources: Resources, roles: list[str], wire: Wire) -> Data:
        person = resources[self.label(wire.contained)]
        relation = fixed_name(wire.relation, person["relationship"][0]["coding"][0])
        return {**read_name(person), "relation": relation}


_BY_KIND: Mapping[str, _RecipientInFhir] = {
    "organisation": _Organisation(),
    "professional": _Professional(),
    "client": _Client(),
    "person": _Person(),
}


def contained_of(recipient: Recipient, wire: Wire) -> Iterator[Element]:
    """Yield the contained resources of the recipient; none when the client received the data."""
    yield from _BY_KIND[recipient.kind].contained(recipient, wire)


def label_of(recipient: Recipient, wire: Wire) -> str:
    """Return the id of the contained resource that is the recipient."""
    return _BY_KIND[recipient.kind].label(wire.contained)


def roles_of(recipient: Recipient, wire: Wire) -> list[Element]:
    """Return the roles of the recipient's agent as CodeableConcepts."""
    roles = _BY_KIND[recipient.kind].roles(recipient)
    return [concept(fixed(getattr(wire.role, role))) for role in roles]


def read_recipient(agent: Element, resources: Resources, wire: Wire) -> Data:
    """Return the recipient of an AuditEvent as its JSON would be."""
    label = agent["who"]["reference"].removeprefix("#")
    by_label = {each.label(wire.contained): kind for kind, each in _BY_KIND.items()}
    roles = [fixed_name(wire.role, role["coding"][0]) for role in agent.get("role", ())]
    kind = by_label[label]
    return {"kind": kind, **_BY_KIND[kind].read(resources, roles, wire)}
