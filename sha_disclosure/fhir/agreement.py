"""Whether a notice and its Provenance say what the edition fixes, and hold nothing else.

Codings, identifiers, labels and profiles of contained resources, who refers to whom, and which
elements are sent at all: no schema of the base standard knows these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sha_disclosure.editions.wire import CodingValue, Section, Wire
from sha_disclosure.fhir.datatypes import Element, concept, fixed, to

Disagreement = tuple[str, str]
"""A place and what is wrong there. Holds no value of the Bundle."""

_OID_URN = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+", re.ASCII)
_COMMON = "id meta contained extension modifierExtension"

# The elements a notice is built of, by path: those it must have, and those it may have. What
# else stands there would be sent unseen.
_ELEMENTS: Mapping[str, tuple[str, str]] = {
    "AuditEvent": (
        "resourceType id meta contained type period recorded purposeOfEvent agent source entity",
        _COMMON,
    ),
    "AuditEvent.period": ("start", ""),
    "AuditEvent.agent": ("type who requestor", "role purposeOfUse"),
    "AuditEvent.entity": ("", "extension what type role description"),
    "Provenance": ("resourceType id meta contained language target recorded agent", _COMMON),
    "Organization": ("resourceType name", f"{_COMMON} identifier"),
    "PractitionerRole": ("resourceType practitioner organization", _COMMON),
    "Practitioner": ("resourceType name", f"{_COMMON} identifier"),
    "Practitioner.name": ("family given", ""),
    "Patient": ("resourceType name", f"{_COMMON} identifier birthDate"),
    "Patient.name": ("family given", ""),
    "RelatedPerson": ("resourceType patient relationship", f"{_COMMON} name"),
    "RelatedPerson.name": ("family given", ""),
    "Device": ("resourceType identifier deviceName", _COMMON),
    "Consent": (
        "resourceType status scope category patient organization policyRule provision",
        f"{_COMMON} identifier dateTime performer",
    ),
}

# Label of a contained resource -> its type and the profile it claims.
_CONTAINED = {
    "controller": ("Organization", "organisation"),
    "discloser_role": ("PractitionerRole", "practitioner_role"),
    "discloser": ("Practitioner", "practitioner"),
    "discloser_unit": ("Organization", ""),
    "client": ("Patient", "patient"),
    "recipient_organisation": ("Organization", ""),
    "recipient_role": ("PractitionerRole", "practitioner_role"),
    "recipient_professional": ("Practitioner", "practitioner"),
    "recipient_unit": ("Organization", ""),
    "recipient_person": ("RelatedPerson", "related_person"),
    "consent": ("Consent", "consent"),
    "representative": ("RelatedPerson", "related_person"),
    "record_system": ("Device", ""),
}
_RECIPIENTS = ("client", "recipient_organisation", "recipient_role", "recipient_person")


def disagreements(path: str, resource: Element, wire: Wire) -> Iterator[Disagreement]:
    """Return where an AuditEvent or a Provenance differs from what the edition fixes."""
    kind = resource["resourceType"]
    of_kind = _event if kind == "AuditEvent" else _provenance
    yield from of_kind(path, resource, wire)
    yield from _elements(path, kind, resource)
    for index, each in enumerate(resource.get("contained", ())):
        place = f"{path}.contained[{index}]"
        yield from _label(place, each, wire)
        yield from _elements(place, str(each.get("resourceType")), each)
        yield from _values(place, each, wire)


def _event(path: str, event: Element, wire: Wire) -> Iterator[Disagreement]:
    yield from _among(f"{path}.type", event.get("type"), [fixed(wire.event.type)])
    grounds = [[ground] for ground in _concepts(wire.ground)]
    yield from _among(f"{path}.purposeOfEvent", event.get("purposeOfEvent"), grounds)
    labels = wire.contained
    observer = [{"observer": to(labels.record_system)}]
    yield from _among(f"{path}.source", event.get("source"), observer)
    who = {
        "controller": [to(labels.controller)],
        "discloser": [to(labels.discloser_role)],
        "recipient": [to(getattr(labels, label)) for label in _RECIPIENTS],
    }
    agents = event.get("agent", [])
    if len(agents) != len(who):
        yield f"{path}.agent", "must be controller, discloser and recipient"
    for index, (agent, (name, allowed)) in enumerate(zip(agents, who.items(), strict=False)):
        place = f"{path}.agent[{index}]"
        types = [concept(fixed(getattr(wire.agent, name)))]
        yield from _among(f"{place}.type", agent.get("type"), types)
        yield from _among(f"{place}.who", agent.get("who"), allowed)
        requestor = agent.get("requestor")
        if requestor is not (name == wire.agent.requestor):
            yield f"{place}.requestor", "must be true of the edition's requestor only"
        for each in _list(agent.get("role")):
            yield from _among(f"{place}.role", each, _concepts(wire.role))
    purpose = _list(agents[-1].get("purposeOfUse")) if agents else []
    if [each.keys() if isinstance(each, dict) else each for each in purpose] != [{"text"}]:
        yield f"{path}.agent[2].purposeOfUse", "must be one text"
    urls = [each.get("url") for each in event.get("extension", ())]
    if len(set(urls)) != len(urls):
        yield f"{path}.extension", "must not be repeated"
    yield from _entities(path, event.get("entity", []), wire)


def _entities(path: str, entities: list[Element], wire: Wire) -> Iterator[Disagreement]:
    client = {
        "what": to(wire.contained.client),
        "type": fixed(wire.event.subject_type),
        "role": fixed(wire.event.subject_role),
    }
    yield from _among(f"{path}.entity[0]", next(iter(entities), None), [client])
    if len(entities) < 2:
        yield f"{path}.entity", "must be the client and at least one data set"
    for index, entity in enumerate(entities[1:], start=1):
        place = f"{path}.entity[{index}]"
        if "role" in entity:
            yield f"{place}.role", "is the client's only"
        if "what" in entity and entity["what"].keys() != {"identifier"}:
            yield f"{place}.what", "must be an identifier and nothing else"
        urls = [each.get("url") for each in entity.get("extension", ())]
        specific = urls.count(wire.extension.specific_document_type)
        if wire.extension.function_code not in urls or specific > 1:
            yield f"{place}.extension", "must be service tasks and one specific type at most"
        if not specific and not entity.keys() & {"type", "description"}:
            yield place, "must have a general type, a specific type or an explanation"
        document = entity.get("what", {}).get("identifier")
        if document is not None and not _is_oid(document, wire):
            yield f"{place}.what.identifier", "must be an OID as a URN"


def _provenance(path: str, provenance: Element, wire: Wire) -> Iterator[Disagreement]:
    labels, roles = wire.contained, wire.provenance_agent
    agents = [
        {"role": [concept(fixed(roles.professional))], "who": to(labels.discloser_role)},
        {"role": [concept(fixed(roles.service_unit))], "who": to(labels.discloser_unit)},
    ]
    yield from _among(f"{path}.agent", provenance.get("agent"), [agents])


def _elements(path: str, kind: str, value: Element) -> Iterator[Disagreement]:
    """Return the elements that are missing, and those that no notice has."""
    if kind in _ELEMENTS:
        needed, optional = (set(names.split()) for names in _ELEMENTS[kind])
        for name in sorted(needed - value.keys()):
            yield f"{path}.{name}", "is missing"
        for name in sorted(value.keys() - needed - optional):
            yield f"{path}.{name}", "is not sent in a notice"
    for name, inner in value.items():
        if f"{kind}.{name}" in _ELEMENTS:
            for index, each in enumerate(inner if isinstance(inner, list) else [inner]):
                place = f"{path}.{name}[{index}]" if isinstance(inner, list) else f"{path}.{name}"
                if isinstance(each, dict):
                    yield from _elements(place, f"{kind}.{name}", each)


def _label(path: str, resource: Element, wire: Wire) -> Iterator[Disagreement]:
    """Return whether the type and profile of a contained resource are those of its label."""
    words = {getattr(wire.contained, word): word for word in _CONTAINED}
    word = words.get(resource.get("id", ""))
    if word is None:
        yield f"{path}.id", "is not a label of the edition"
        return
    kind, profile = _CONTAINED[word]
    if resource.get("resourceType") != kind:
        yield path, f"must be a {kind}"
    url = getattr(wire.profile, profile) if profile else ""
    if resource.get("meta") != ({"profile": [url]} if url else None):
        yield f"{path}.meta.profile", "must be the edition's canonical"


def _values(path: str, resource: Element, wire: Wire) -> Iterator[Disagreement]:
    kind = resource.get("resourceType")
    if kind in {"Organization", "Device", "Consent", "Patient"}:
        for each in _list(resource.get("identifier")):
            personal = isinstance(each, dict) and each.get("system") == wire.identifier.personal_id
            if not (personal and kind == "Patient") and not _is_oid(each, wire):
                yield f"{path}.identifier", "must be an OID as a URN, or the client's identity code"
    if kind == "Organization":
        yield from _register(path, resource, wire)
    elif kind == "Device":
        for each in _list(resource.get("deviceName")):
            if not isinstance(each, dict) or each.get("type") != wire.event.observer_name_type:
                yield f"{path}.deviceName", "must be of the edition's type"
    elif kind == "RelatedPerson":
        relations = [[relation] for relation in _concepts(wire.relation)]
        yield from _among(f"{path}.relationship", resource.get("relationship"), relations)
    elif kind == "Consent":
        yield from _consent(path, resource, wire)


def _register(path: str, organisation: Element, wire: Wire) -> Iterator[Disagreement]:
    system = wire.code_system.register_type
    registers = [
        {"system": system, "code": code, "display": display}
        for code, display in wire.register_type.items()
    ]
    extensions = organisation.get("extension", [])
    if len(extensions) != (organisation.get("id") == wire.contained.controller):
        yield f"{path}.extension", "must be one register of the controller, and of nobody else"
    for index, each in enumerate(extensions):
        yield from _among(f"{path}.extension[{index}]", each.get("valueCoding"), registers)


def _consent(path: str, given: Element, wire: Wire) -> Iterator[Disagreement]:
    own = wire.consent
    yield from _among(f"{path}.status", given.get("status"), [own.status])
    yield from _among(f"{path}.scope", given.get("scope"), [concept(fixed(own.scope))])
    kinds = [[concept(fixed(each))] for each in (own.permission, own.consent)]
    yield from _among(f"{path}.category", given.get("category"), kinds)
    policy = [concept(fixed(own.policy_rule))]
    yield from _among(f"{path}.policyRule", given.get("policyRule"), policy)
    controller = [[to(wire.contained.controller)]]
    yield from _among(f"{path}.organization", given.get("organization"), controller)
    provision = given.get("provision")
    if not isinstance(provision, dict) or provision.get("type") != own.provision_type:
        yield f"{path}.provision", "must be of the edition's type"


def detail_disagreements(path: str, parts: list[Element], wire: Wire) -> Iterator[Disagreement]:
    """Return where the parts of the ground-detail extension differ from the edition."""
    names = wire.ground_detail
    coded = {names.cause: wire.cause, names.purpose: wire.authority_purpose, names.reason: None}
    truths = {names.stored_in_kanta, names.no_legal_representative}
    seen: set[str] = set()
    for index, part in enumerate(parts):
        place, url = f"{path}.extension[{index}]", part.get("url", "")
        if url in seen:
            yield place, "must not be repeated"
        seen.add(url)
        kind = "Coding" if url in coded else "Boolean" if url in truths else "String"
        if part.keys() != {"url", f"value{kind}"}:
            yield place, f"must have value{kind} and nothing else"
        elif (section := coded.get(url)) is not None:
            allowed = [fixed(each) for each in _codings(section)]
            yield from _among(place, part["valueCoding"], allowed)


def _among(path: str, given: object, allowed: Iterable[object]) -> Iterator[Disagreement]:
    if not any(given == each for each in allowed):
        yield path, "must be what the edition says"


def _codings(section: Section) -> list[CodingValue]:
    return [getattr(section, word) for word in type(section).model_fields]


def _concepts(section: Section) -> list[Element]:
    return [concept(fixed(each)) for each in _codings(section)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_oid(value: object, wire: Wire) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"system", "value"}
        and value["system"] == wire.identifier.oid
        and isinstance(value["value"], str)
        and _OID_URN.fullmatch(value["value"]) is not None
    )
