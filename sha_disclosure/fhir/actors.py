"""The contained resources of a notice: who took part, and which system recorded it."""

from __future__ import annotations

from collections.abc import Iterator

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.elements import (
    Element,
    concept,
    contained,
    extension,
    fixed,
    human_name,
    oid_identifier,
    to,
)
from sha_disclosure.notice import (
    Client,
    Controller,
    Discloser,
    OrganisationRecipient,
    PersonRecipient,
    ProfessionalRecipient,
    Recipient,
    Unit,
)
from sha_disclosure.settings import Party


def controller(given: Controller, wire: Wire) -> Element:
    """Return the controller of the register (rekisterinpitäjä) as an Organization."""
    register = {
        "system": wire.code_system.register_type,
        "code": str(given.register),
        "display": wire.register_type[str(given.register)],
    }
    return contained(
        "Organization",
        wire.contained.controller,
        wire.profile.organisation,
        extension=[extension(wire.extension.register_type, "Coding", register)],
        identifier=[oid_identifier(wire.identifier.oid, given.oid)],
        name=given.name.reveal(),
    )


def discloser(given: Discloser, wire: Wire) -> Iterator[Element]:
    """Return the discloser (luovuttaja): PractitionerRole, Practitioner and Organization."""
    labels = wire.contained
    yield _role(labels.discloser_role, labels.discloser, labels.discloser_unit, wire)
    traits = []
    if given.title is not None:
        title = given.title.reveal()
        traits.append(extension(wire.extension.practitioner_title, "String", title))
    method = given.authentication_method
    if method is not None:
        value = {
            "system": wire.code_system.authentication_method,
            "code": str(method.code),
            "display": method.display.reveal(),
        }
        url = wire.extension.practitioner_authentication_method
        traits.append(extension(url, "Coding", value))
    identifier = given.id and {"system": str(given.id.system), "value": given.id.value.reveal()}
    yield contained(
        "Practitioner",
        labels.discloser,
        wire.profile.practitioner,
        extension=traits or None,
        identifier=[identifier] if identifier else None,
        name=[human_name(given.family_name, given.given_names)],
    )
    yield _organisation(labels.discloser_unit, given.unit, wire)


def client(given: Client, wire: Wire) -> Element:
    """Return the client (asiakas) as a Patient."""
    identifiers = []
    if given.personal_id is not None:
        value = given.personal_id.reveal()
        identifiers.append({"system": wire.identifier.personal_id, "value": value})
    if given.temporary_id is not None:
        urn = f"urn:oid:{given.temporary_id.reveal()}"
        identifiers.append({"system": wire.identifier.oid, "value": urn})
    return contained(
        "Patient",
        wire.contained.client,
        wire.profile.patient,
        identifier=identifiers or None,
        name=[human_name(given.family_name, given.given_names)],
        birthDate=given.birth_date and given.birth_date.reveal(),
    )


def recipient(given: Recipient, wire: Wire) -> Iterator[Element]:
    """Return the recipient (luovutuksensaaja); none when the client received the data."""
    labels = wire.contained
    if isinstance(given, OrganisationRecipient):
        yield _organisation(labels.recipient_organisation, given, wire)
    elif isinstance(given, ProfessionalRecipient):
        unit = labels.recipient_unit
        yield _role(labels.recipient_role, labels.recipient_professional, unit, wire)
        title = given.title and extension(
            wire.extension.practitioner_title, "String", given.title.reveal()
        )
        yield contained(
            "Practitioner",
            labels.recipient_professional,
            wire.profile.practitioner,
            extension=[title] if title else None,
            name=[human_name(given.family_name, given.given_names)],
        )
        yield _organisation(unit, given.unit, wire)
    elif isinstance(given, PersonRecipient):
        yield person(labels.recipient_person, given.relation, wire) | {
            "name": [human_name(given.family_name, given.given_names)]
        }


def person(label: str, relation: str, wire: Wire) -> Element:
    """Return a private person in a relation to the client as a RelatedPerson."""
    return contained(
        "RelatedPerson",
        label,
        wire.profile.related_person,
        patient=to(wire.contained.client),
        relationship=[concept(fixed(getattr(wire.relation, relation)))],
    )


def recipient_label(given: Recipient, wire: Wire) -> str:
    """Return the id of the contained resource that is the recipient."""
    labels = wire.contained
    return {
        "organisation": labels.recipient_organisation,
        "professional": labels.recipient_role,
        "person": labels.recipient_person,
        "client": labels.client,
    }[given.kind]


def record_system(system: Party, wire: Wire) -> Element:
    """Return the record system that wrote the notice (asiakastietojärjestelmä) as a Device."""
    return contained(
        "Device",
        wire.contained.record_system,
        identifier=[oid_identifier(wire.identifier.oid, system.id)],
        deviceName=[{"name": system.name, "type": wire.event.observer_name_type}],
    )


def _role(label: str, practitioner: str, organisation: str, wire: Wire) -> Element:
    return contained(
        "PractitionerRole",
        label,
        wire.profile.practitioner_role,
        practitioner=to(practitioner),
        organization=to(organisation),
    )


def _organisation(label: str, given: Unit | OrganisationRecipient, wire: Wire) -> Element:
    return contained(
        "Organization",
        label,
        identifier=[oid_identifier(wire.identifier.oid, given.oid)] if given.oid else None,
        name=given.name.reveal(),
    )
