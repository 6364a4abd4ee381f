"""Who took part in a disclosure, and the system that recorded it, as contained resources.

Built, and read back. The recipient is in ``recipients``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.datatypes import (
    Data,
    Element,
    concept,
    contained,
    extension,
    fixed,
    given_only,
    human_name,
    oid_identifier,
    oid_of,
    read_extension,
    read_name,
    to,
)
from sha_disclosure.notice import Client, Controller, Discloser
from sha_disclosure.settings import Party
from sha_disclosure.values import FreeText, Oid


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
    """Return the discloser (luovuttaja): PractitionerRole, Practitioner and Organization.

    Of an organisation alone only the last.
    """
    labels = wire.contained
    if given.family_name is None:
        yield organisation(labels.discloser_unit, given.unit, wire)
        return
    yield practitioner_role(labels.discloser_role, labels.discloser, labels.discloser_unit, wire)
    traits = title_extensions(given.title, wire)
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
    yield organisation(labels.discloser_unit, given.unit, wire)


def discloser_label(given: Discloser, wire: Wire) -> str:
    """Return the id of the contained resource that is the discloser."""
    labels = wire.contained
    return labels.discloser_role if given.family_name is not None else labels.discloser_unit


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


def related_person(label: str, relation: str, wire: Wire) -> Element:
    """Return a private person in a relation to the client as a RelatedPerson."""
    return contained(
        "RelatedPerson",
        label,
        wire.profile.related_person,
        patient=to(wire.contained.client),
        relationship=[concept(fixed(getattr(wire.relation, relation)))],
    )


def record_system(system: Party, wire: Wire) -> Element:
    """Return the record system that wrote the notice (asiakastietojärjestelmä) as a Device."""
    return contained(
        "Device",
        wire.contained.record_system,
        wire.profile.device,
        identifier=[oid_identifier(wire.identifier.oid, system.id)],
        deviceName=[{"name": system.name, "type": wire.event.observer_name_type}],
    )


def practitioner_role(label: str, practitioner: str, organisation: str, wire: Wire) -> Element:
    """Return a professional in an organisation as a PractitionerRole."""
    return contained(
        "PractitionerRole",
        label,
        wire.profile.practitioner_role,
        practitioner=to(practitioner),
        organization=to(organisation),
    )


class _Named(Protocol):
    @property
    def oid(self) -> Oid | None: ...
    @property
    def name(self) -> FreeText: ...


def organisation(label: str, given: _Named, wire: Wire) -> Element:
    """Return an organisation or one of its units as an Organization."""
    return contained(
        "Organization",
        label,
        identifier=[oid_identifier(wire.identifier.oid, given.oid)] if given.oid else None,
        name=given.name.reveal(),
    )


def title_extensions(title: FreeText | None, wire: Wire) -> list[Element]:
    """Return the title of a professional (ammattinimike) as an extension, if there is one."""
    if title is None:
        return []
    return [extension(wire.extension.practitioner_title, "String", title.reveal())]


# --- read back ----------------------------------------------------------------------------


def read_client(patient: Element, wire: Wire) -> Data:
    """Return the client of a Patient as its JSON would be."""
    identifiers = {i["system"]: i["value"] for i in patient.get("identifier", ())}
    temporary = identifiers.get(wire.identifier.oid)
    return given_only(
        personal_id=identifiers.get(wire.identifier.personal_id),
        temporary_id=temporary and oid_of(temporary),
        birth_date=patient.get("birthDate"),
        **read_name(patient),
    )


def read_controller(resource: Element, wire: Wire) -> Data:
    """Return the controller of an Organization as its JSON would be."""
    register = read_extension(resource, wire.extension.register_type)
    return given_only(
        **read_organisation(resource), register=register and register["valueCoding"]["code"]
    )


def read_discloser(practitioner: Element | None, unit: Element, wire: Wire) -> Data:
    """Return the discloser of a Practitioner and an Organization as its JSON would be.

    Without a Practitioner it is the organisation alone.
    """
    if practitioner is None:
        return {"unit": read_organisation(unit)}
    method = read_extension(practitioner, wire.extension.practitioner_authentication_method)
    code = method and method["valueCoding"]
    return given_only(
        **read_name(practitioner),
        id=next(iter(practitioner.get("identifier", ())), None),
        title=read_title(practitioner, wire),
        authentication_method=code and {"code": code["code"], "display": code["display"]},
        unit=read_organisation(unit),
    )


def read_organisation(resource: Element) -> Data:
    """Return the OID and the name of an Organization."""
    identifiers = resource.get("identifier")
    oid = oid_of(identifiers[0]["value"]) if identifiers else None
    return given_only(oid=oid, name=resource["name"])


def read_title(practitioner: Element, wire: Wire) -> str | None:
    """Return the title of a Practitioner, if there is one."""
    title = read_extension(practitioner, wire.extension.practitioner_title)
    return title["valueString"] if title else None
