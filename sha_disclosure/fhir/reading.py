"""Reading a Bundle of this SDK back into notices: the inverse of building."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sha_disclosure.editions.wire import CodingValue, Section, Wire
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.elements import Element
from sha_disclosure.findings import problem
from sha_disclosure.notice import DisclosureNotice

Data = dict[str, Any]


def read_bundle(document: Mapping[str, Any], wire: Wire) -> tuple[DisclosureNotice, ...]:
    """Return the notices of a Bundle built by this SDK with the same edition.

    Raises InvalidNotice when the Bundle has another form.
    """
    fault = ""
    try:
        resources = [entry["resource"] for entry in document["entry"]]
        pairs = zip(resources[::2], resources[1::2], strict=True)
        read = [_Reader(event, provenance, wire).data() for event, provenance in pairs]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        fault = type(error).__name__
    if fault:
        raise InvalidNotice([problem("SHAPE.bundle", "", reason=fault)])
    return tuple(DisclosureNotice.model_validate(data) for data in read)


class _Reader:
    """One AuditEvent with its Provenance."""

    def __init__(self, event: Element, provenance: Element, wire: Wire) -> None:
        self.event = event
        self.provenance = provenance
        self.wire = wire
        self.contained = {each["id"]: each for each in event["contained"]}
        self.urls = wire.extension

    def data(self) -> Data:
        """Return the notice as its JSON would be."""
        event = self.event
        kind = _extension(event, self.urls.type_of_disclosure)
        recipient = event["agent"][2]
        return _given(
            id=event["id"],
            client=self._client(),
            controller=self._controller(),
            discloser=self._discloser(),
            recipient=self._recipient(recipient),
            ground=self._ground(),
            purpose=recipient["purposeOfUse"][0]["text"],
            disclosed_at=event["period"]["start"],
            recorded_at=event["recorded"],
            disclosed_data=[self._data_set(each) for each in event["entity"][1:]],
            type_of_disclosure=kind
            and _coding(kind["valueCoding"], self.wire.code_system.type_of_disclosure),
            language=self.provenance["language"],
        )

    def _client(self) -> Data:
        patient = self.contained[self.wire.contained.client]
        identifiers = {i["system"]: i["value"] for i in patient.get("identifier", ())}
        temporary = identifiers.get(self.wire.identifier.oid)
        return _given(
            personal_id=identifiers.get(self.wire.identifier.personal_id),
            temporary_id=temporary and _oid(temporary),
            birth_date=patient.get("birthDate"),
            **_name(patient),
        )

    def _controller(self) -> Data:
        organisation = self.contained[self.wire.contained.controller]
        register = _extension(organisation, self.urls.register_type)
        return _given(
            **_organisation(organisation), register=register and register["valueCoding"]["code"]
        )

    def _discloser(self) -> Data:
        labels = self.wire.contained
        practitioner = self.contained[labels.discloser]
        method = _extension(practitioner, self.urls.practitioner_authentication_method)
        coding = method and method["valueCoding"]
        return _given(
            **_name(practitioner),
            id=next(iter(practitioner.get("identifier", ())), None),
            title=self._title(practitioner),
            authentication_method=coding and {"code": coding["code"], "display": coding["display"]},
            unit=_organisation(self.contained[labels.discloser_unit]),
        )

    def _title(self, practitioner: Element) -> Any:
        title = _extension(practitioner, self.urls.practitioner_title)
        return title and title["valueString"]

    def _recipient(self, agent: Element) -> Data:
        labels = self.wire.contained
        label = agent["who"]["reference"].removeprefix("#")
        resource = self.contained[label]
        roles = [_word(self.wire.role, role["coding"][0]) for role in agent.get("role", ())]
        if label == labels.client:
            return {"kind": "client"}
        if label == labels.recipient_organisation:
            return {"kind": "organisation", **_organisation(resource), "roles": roles}
        if label == labels.recipient_role:
            practitioner = self.contained[labels.recipient_professional]
            return _given(
                kind="professional",
                **_name(practitioner),
                title=self._title(practitioner),
                unit=_organisation(self.contained[labels.recipient_unit]),
                roles=roles,
            )
        relation = _word(self.wire.relation, resource["relationship"][0]["coding"][0])
        return {"kind": "person", **_name(resource), "relation": relation}

    def _ground(self) -> Data:
        kind = _word(self.wire.ground, self.event["purposeOfEvent"][0]["coding"][0])
        if kind in {"permission", "consent"}:
            return {"kind": kind, **self._will()}
        if kind in {"statute", "information_request"}:
            provision = _extension(self.event, self.urls.provision)
            return _given(kind=kind, provision=provision and provision["valueString"])
        return {"kind": kind, **self._right(kind)}

    def _details(self) -> Data:
        detail = _extension(self.event, self.urls.ground_detail) or {}
        words = {getattr(self.wire.ground_detail, w): w for w in _words(self.wire.ground_detail)}
        return {words[part["url"]]: _value(part) for part in detail.get("extension", ())}

    def _will(self) -> Data:
        reference = _extension(self.event, self.urls.consent)
        details = self._details()
        consent = self.contained.get(self.wire.contained.consent, {})
        identifiers = list(consent.get("identifier", ()))
        if reference and "identifier" in reference["valueReference"]:
            identifiers.append(reference["valueReference"]["identifier"])
        performer = [p["reference"] for p in consent.get("performer", ())]
        representative = f"#{self.wire.contained.representative}"
        by = "legal_representative" if representative in performer else "client"
        extent = consent.get("provision", {}).get("code")
        return _given(
            stored_in_kanta=details.get("stored_in_kanta", not consent),
            document_id=_oid(identifiers[0]["value"]) if identifiers else None,
            given_at=consent.get("dateTime"),
            given_by=by if performer else None,
            scope=extent and extent[0]["text"],
        )

    def _right(self, kind: str) -> Data:
        details = self._details()
        chosen, words = (
            ("cause", self.wire.cause)
            if kind == "broad_right"
            else ("purpose", self.wire.authority_purpose)
        )
        if "reason" in details:
            details["reason"] = _coding(details["reason"], self.wire.code_system.access_reason)
        return {**details, chosen: _word(words, details[chosen])}

    def _data_set(self, entity: Element) -> Data:
        codings = [
            each["valueCoding"]
            for each in entity["extension"]
            if each["url"] == self.urls.function_code
        ]
        systems = self.wire.code_system
        current, older = systems.service_task, systems.original_service_task[0]
        general = entity.get("type")
        specific = _extension(entity, self.urls.specific_document_type)
        what = entity.get("what")
        return _given(
            document_type=general and _coding(general, systems.document_type),
            specific_document_type=specific
            and _coding(specific["valueCoding"], systems.specific_document_type),
            description=entity.get("description"),
            service_tasks=[_coding(c, current) for c in codings if c["system"] == current],
            original_service_tasks=[_coding(c, older) for c in codings if c["system"] != current],
            document_id=what and _oid(what["identifier"]["value"]),
        )


def _given(**elements: Any) -> Data:
    return {name: value for name, value in elements.items() if value is not None}


def _coding(element: Element, system: str) -> Data:
    """Return a coding as a caller writes it: without the system the edition names."""
    shown = {name: element[name] for name in ("code", "display")}
    return shown if element["system"] == system else {**shown, "system": element["system"]}


def _extension(element: Element, url: str) -> Element | None:
    return next((each for each in element.get("extension", ()) if each["url"] == url), None)


def _value(extension: Element) -> Any:
    (value,) = (value for name, value in extension.items() if name.startswith("value"))
    return value


def _oid(urn: str) -> str:
    return urn.removeprefix("urn:oid:")


def _organisation(resource: Element) -> Data:
    identifiers = resource.get("identifier")
    oid = _oid(identifiers[0]["value"]) if identifiers else None
    return _given(oid=oid, name=resource["name"])


def _name(resource: Element) -> Data:
    name = resource["name"][0]
    return {"family_name": name["family"], "given_names": name["given"]}


def _words(section: Section) -> Iterator[str]:
    yield from type(section).model_fields


def _word(section: Section, coding: Mapping[str, str]) -> str:
    """Return the SDK's word for a coding of the edition."""
    for word in _words(section):
        value: CodingValue = getattr(section, word)
        if (value.system, value.code) == (coding["system"], coding["code"]):
            return word
    raise KeyError(coding["code"])
