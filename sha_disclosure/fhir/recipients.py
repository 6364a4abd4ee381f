"""The recipient of a disclosure (luovutuksensaaja) in FHIR, built and read back, by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.actors import Actors, read_organisation, read_title
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
    to,
)
from sha_disclosure.notice import (
    OrganisationRecipient,
    PersonRecipient,
    ProfessionalRecipient,
    Recipient,
    field_of,
)

Resources = Mapping[str, Element]
"""The contained resources of an event by id."""


class _RecipientInFhir:
    """How one kind of recipient is represented in an AuditEvent; ``label`` is its resource's id."""

    label: ClassVar[str]

    def __init__(self, actors: Actors, wire: Wire) -> None:
        self._actors = actors
        self._labels = wire.contained

    def contained(self, recipient: Any) -> list[Element]:
        """Return the contained resources of the recipient."""
        raise NotImplementedError  # pragma: no cover - overridden by each kind

    @staticmethod
    def read(label: str, resources: Resources, roles: list[str], wire: Wire) -> Data:
        """Return the recipient in the notice's JSON form, without ``kind``."""
        raise NotImplementedError  # pragma: no cover - overridden by each kind


class _Organisation(_RecipientInFhir):
    label = "recipient_organisation"

    def contained(self, recipient: OrganisationRecipient) -> list[Element]:
        return [self._actors.organisation(self._labels.recipient_organisation, recipient)]

    @staticmethod
    def read(label: str, resources: Resources, roles: list[str], wire: Wire) -> Data:
        return {**read_organisation(resources[label]), "roles": roles}


class _Professional(_RecipientInFhir):
    label = "recipient_role"

    def __init__(self, actors: Actors, wire: Wire) -> None:
        super().__init__(actors, wire)
        labels = wire.contained
        self._role = actors.practitioner_role(
            labels.recipient_role, labels.recipient_professional, labels.recipient_unit
        )
        self._profile = wire.profile.practitioner

    def contained(self, recipient: ProfessionalRecipient) -> list[Element]:
        practitioner = contained(
            "Practitioner",
            self._labels.recipient_professional,
            self._profile,
            extension=self._actors.title_extensions(recipient.title) or None,
            name=[human_name(recipient.family_name, recipient.given_names)],
        )
        unit = self._actors.organisation(self._labels.recipient_unit, recipient.unit)
        return [self._role, practitioner, unit]

    @staticmethod
    def read(label: str, resources: Resources, roles: list[str], wire: Wire) -> Data:
        practitioner = resources[wire.contained.recipient_professional]
        return given_only(
            **read_name(practitioner),
            title=read_title(practitioner, wire),
            unit=read_organisation(resources[wire.contained.recipient_unit]),
            roles=roles,
        )


class _Client(_RecipientInFhir):
    """The client is in the event already, as its subject."""

    label = "client"

    def contained(self, recipient: Any) -> list[Element]:
        return []

    @staticmethod
    def read(label: str, resources: Resources, roles: list[str], wire: Wire) -> Data:
        return {}


class _Person(_RecipientInFhir):
    label = "recipient_person"

    def contained(self, recipient: PersonRecipient) -> list[Element]:
        person = self._actors.related_person(self._labels.recipient_person, recipient.relation)
        return [person | {"name": [human_name(recipient.family_name, recipient.given_names)]}]

    @staticmethod
    def read(label: str, resources: Resources, roles: list[str], wire: Wire) -> Data:
        person = resources[label]
        relation = fixed_name(wire.relation, person["relationship"][0]["coding"][0])
        return {**read_name(person), "relation": relation}


_BY_KIND: Mapping[str, type[_RecipientInFhir]] = {
    "organisation": _Organisation,
    "professional": _Professional,
    "client": _Client,
    "person": _Person,
}


class Recipients:
    """Builds the recipient according to one edition; constant elements are created once."""

    def __init__(self, actors: Actors, wire: Wire) -> None:
        self._by_kind = {kind: made(actors, wire) for kind, made in _BY_KIND.items()}
        self._references = {
            kind: to(getattr(wire.contained, made.label)) for kind, made in _BY_KIND.items()
        }
        self._roles = {name: concept(fixed(value)) for name, value in wire.role}

    def contained(self, recipient: Recipient) -> list[Element]:
        """Return the contained resources of the recipient; empty for the client."""
        return self._by_kind[recipient.kind].contained(recipient)

    def reference(self, recipient: Recipient) -> Element:
        """Return a Reference to the contained resource that is the recipient."""
        return self._references[recipient.kind]

    def roles(self, recipient: Recipient) -> list[Element]:
        """Return the roles of the recipient's agent as CodeableConcepts."""
        return [self._roles[role] for role in field_of(recipient, "roles") or ()]


def read_recipient(agent: Element, resources: Resources, wire: Wire) -> Data:
    """Return the recipient of an AuditEvent in the notice's JSON form."""
    label = agent["who"]["reference"].removeprefix("#")
    by_label = {getattr(wire.contained, each.label): kind for kind, each in _BY_KIND.items()}
    roles = [fixed_name(wire.role, role["coding"][0]) for role in agent.get("role", ())]
    kind = by_label[label]
    return {"kind": kind, **_BY_KIND[kind].read(label, resources, roles, wire)}
