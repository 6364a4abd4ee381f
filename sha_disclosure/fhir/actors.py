"""The parties to a disclosure and the system that recorded it, as contained resources.

Built, and read back. The recipient is in ``recipients``. Elements that are the same in every
message are shared, so nothing may modify an element in place.
"""

from __future__ import annotations

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
    oid_of,
    read_extension,
    read_name,
    to,
)
from sha_disclosure.notice import Client, Controller, Discloser
from sha_disclosure.settings import Party
from sha_disclosure.values import FreeText, Oid


class _Named(Protocol):
    @property
    def oid(self) -> Oid | None: ...
    @property
    def name(self) -> FreeText: ...


class Actors:
    """Builds the parties according to one edition; constant elements are created once."""

    def __init__(self, wire: Wire) -> None:
        labels, urls, systems = wire.contained, wire.extension, wire.code_system
        profiles = wire.profile
        self._oid_system = wire.identifier.oid
        self._personal_id_system = wire.identifier.personal_id
        self._method_system = systems.authentication_method
        self._title_url = urls.practitioner_title
        self._method_url = urls.practitioner_authentication_method
        self._observer_name_type = wire.event.observer_name_type
        self._unit_label = labels.discloser_unit
        self._registers = {
            code: extension(
                urls.register_type,
                "Coding",
                {"system": systems.register_type, "code": code, "display": display},
            )
            for code, display in wire.register_type.items()
        }
        self._relation = wire.relation
        self._of_client = to(labels.client)
        self._controller = contained("Organization", labels.controller, profiles.organisation)
        self._discloser = contained("Practitioner", labels.discloser, profiles.practitioner)
        self._client = contained("Patient", labels.client, profiles.patient)
        self._record_system = contained("Device", labels.record_system, profiles.device)
        self._role_profile = profiles.practitioner_role
        self._person_profile = profiles.related_person
        self._discloser_role = self.practitioner_role(
            labels.discloser_role, labels.discloser, labels.discloser_unit
        )

    def controller(self, given: Controller) -> Element:
        """Return the controller of the register (rekisterinpitäjä) as an Organization."""
        return {
            **self._controller,
            "extension": [self._registers[str(given.register)]],
            "identifier": [self.oid_identifier(given.oid)],
            "name": given.name.reveal(),
        }

    def discloser(self, given: Discloser) -> list[Element]:
        """Return the discloser (luovuttaja): PractitionerRole, Practitioner and Organization.

        An organisation alone is only an Organization.
        """
        unit = self.organisation(self._unit_label, given.unit)
        if given.family_name is None:
            return [unit]
        practitioner = {**self._discloser}
        traits = self.title_extensions(given.title)
        method = given.authentication_method
        if method is not None:
            value = {
                "system": self._method_system,
                "code": str(method.code),
                "display": method.display.reveal(),
            }
            traits.append(extension(self._method_url, "Coding", value))
        if traits:
            practitioner["extension"] = traits
        if given.id is not None:
            identifier = {"system": str(given.id.system), "value": given.id.value.reveal()}
            practitioner["identifier"] = [identifier]
        practitioner["name"] = [human_name(given.family_name, given.given_names)]
        return [self._discloser_role, practitioner, unit]

    def client(self, given: Client) -> Element:
        """Return the client (asiakas) as a Patient."""
        patient = {**self._client}
        identifiers = []
        if given.personal_id is not None:
            value = given.personal_id.reveal()
            identifiers.append({"system": self._personal_id_system, "value": value})
        if given.temporary_id is not None:
            urn = f"urn:oid:{given.temporary_id.reveal()}"
            identifiers.append({"system": self._oid_system, "value": urn})
        if identifiers:
            patient["identifier"] = identifiers
        patient["name"] = [human_name(given.family_name, given.given_names)]
        if given.birth_date is not None:
            patient["birthDate"] = given.birth_date.reveal()
        return patient

    def related_person(self, label: str, relation: str) -> Element:
        """Return a private person related to the client as a RelatedPerson."""
        return contained(
            "RelatedPerson",
            label,
            self._person_profile,
            patient=self._of_client,
            relationship=[concept(fixed(getattr(self._relation, relation)))],
        )

    def record_system(self, system: Party) -> Element:
        """Return the record system that wrote the notice (asiakastietojärjestelmä) as a Device."""
        return {
            **self._record_system,
            "identifier": [self.oid_identifier(system.id)],
            "deviceName": [{"name": system.name, "type": self._observer_name_type}],
        }

    def practitioner_role(self, label: str, practitioner: str, organisation: str) -> Element:
        """Return a professional in an organisation as a PractitionerRole."""
        return contained(
            "PractitionerRole",
            label,
            self._role_profile,
            practitioner=to(practitioner),
            organization=to(organisation),
        )

    def organisation(self, label: str, given: _Named) -> Element:
        """Return an organisation or one of its units as an Organization."""
        made: Element = {"resourceType": "Organization", "id": label}
        if given.oid is not None:
            made["identifier"] = [self.oid_identifier(given.oid)]
        made["name"] = given.name.reveal()
        return made

    def oid_identifier(self, oid: Oid) -> Element:
        """Return an Identifier whose value is an OID as a URN."""
        return {"system": self._oid_system, "value": oid.urn}

    def title_extensions(self, title: FreeText | None) -> list[Element]:
        """Return the title of a professional (ammattinimike), if any, as an extension."""
        if title is None:
            return []
        return [extension(self._title_url, "String", title.reveal())]


# --- reading back ------------------------------------------------------------------------


def read_client(patient: Element, wire: Wire) -> Data:
    """Return the client of a Patient in the notice's JSON form."""
    identifiers = {i["system"]: i["value"] for i in patient.get("identifier", ())}
    temporary = identifiers.get(wire.identifier.oid)
    return given_only(
        personal_id=identifiers.get(wire.identifier.personal_id),
        temporary_id=temporary and oid_of(temporary),
        birth_date=patient.get("birthDate"),
        **read_name(patient),
    )


def read_controller(resource: Element, wire: Wire) -> Data:
    """Return the controller of an Organization in the notice's JSON form."""
    register = read_extension(resource, wire.extension.register_type)
    return given_only(
        **read_organisation(resource), register=register and register["valueCoding"]["code"]
    )


def read_discloser(practitioner: Element | None, unit: Element, wire: Wire) -> Data:
    """Return the discloser of a Practitioner and an Organization in the notice's JSON form.

    Without a Practitioner, the discloser is the organisation alone.
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
    """Return the title of a Practitioner, if any."""
    title = read_extension(practitioner, wire.extension.practitioner_title)
    return title["valueString"] if title else None
