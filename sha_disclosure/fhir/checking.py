"""Structure checks of a Bundle that schema validators do not make.

Independent engines check cardinalities and types; none of them follows a contained
reference to its type, a Provenance to its target, or looks inside an extension. These do;
what the edition fixes is compared by ``agreement``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.agreement import detail_disagreements, disagreements
from sha_disclosure.fhir.datatypes import Element

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_SIGNATURE = frozenset({"type", "when", "who", "targetFormat", "sigFormat", "data"})

# Element path -> the resource types it may refer to (FHIR R4 4.0.1 definitions).
_TARGETS: Mapping[str, frozenset[str]] = {
    "AuditEvent.agent.who": frozenset(
        {"PractitionerRole", "Practitioner", "Organization", "Device", "Patient", "RelatedPerson"}
    ),
    "AuditEvent.source.observer": frozenset(
        {"PractitionerRole", "Practitioner", "Organization", "Device", "Patient", "RelatedPerson"}
    ),
    "AuditEvent.entity.what": frozenset({"Patient"}),
    "Provenance.agent.who": frozenset(
        {"PractitionerRole", "Practitioner", "Organization", "Device", "Patient", "RelatedPerson"}
    ),
    "PractitionerRole.practitioner": frozenset({"Practitioner"}),
    "PractitionerRole.organization": frozenset({"Organization"}),
    "RelatedPerson.patient": frozenset({"Patient"}),
    "Consent.patient": frozenset({"Patient"}),
    "Consent.performer": frozenset({"Patient", "RelatedPerson"}),
    "Consent.organization": frozenset({"Organization"}),
    "AuditEvent.extension.valueReference": frozenset({"Consent"}),
}


@dataclass(frozen=True, slots=True)
class StructureFault:
    """A fault of structure: where, and what is wrong. Holds no value of the Bundle."""

    path: str
    what: str


def check_structure(document: object, wire: Wire) -> tuple[StructureFault, ...]:
    """Return every fault of a Bundle's structure by FHIR R4 and the edition.

    ``document`` is any parsed JSON value; where its parts are of the wrong JSON type, only
    that is told.
    """
    mistyped = tuple(_mistyped("Bundle", "Bundle", document))
    if mistyped or not isinstance(document, dict):
        return mistyped
    return tuple(_bundle(document, wire))


# The JSON types of the elements the checks below look into, by name. ``type`` is a code in a
# Bundle and a concept or Coding elsewhere.
_LISTS_OF_OBJECTS = frozenset(
    {"entry", "contained", "extension", "modifierExtension", "target", "agent", "entity"}
)
_TYPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("Bundle", "resource", "request", "meta", "what", "who"), (dict,)),
    **dict.fromkeys((*_LISTS_OF_OBJECTS, "profile"), (list,)),
    **dict.fromkeys(("resourceType", "fullUrl", "id", "url", "reference"), (str,)),
    "type": (str, dict, list),
}


def _mistyped(path: str, name: str, value: Any) -> Iterator[StructureFault]:
    if name in _TYPES and not isinstance(value, _TYPES[name]):
        yield _fault(path, "must not be empty" if value is None else "is of the wrong JSON type")
    elif isinstance(value, dict):
        for inner, each in value.items():
            yield from _mistyped(f"{path}.{inner}", inner, each)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            if name in _LISTS_OF_OBJECTS and not isinstance(each, dict):
                yield _fault(f"{path}[{index}]", "is of the wrong JSON type")
            yield from _mistyped(f"{path}[{index}]", "", each)


def _fault(path: str, what: str) -> StructureFault:
    return StructureFault(path, what)


def _bundle(document: Element, wire: Wire) -> Iterator[StructureFault]:
    if document.get("type") != wire.bundle.type:
        yield _fault("Bundle.type", f"must be {wire.bundle.type}")
    yield from (
        _fault(f"Bundle.{name}", "must not be sent at the root")
        for name in sorted(document.keys() - {"resourceType", "type", "entry", "signature"})
    )
    signature = document.get("signature")
    if isinstance(signature, dict):
        unknown = sorted(signature.keys() - _SIGNATURE)
        yield from (_fault(f"Bundle.signature.{n}", "is not part of a signature") for n in unknown)
    yield from _blanks("Bundle", document)
    entries = document.get("entry") or []
    if not entries or len(entries) % 2:
        yield _fault("Bundle.entry", "must be pairs of AuditEvent and Provenance")
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        path = f"Bundle.entry[{index}]"
        wanted = ("AuditEvent", "Provenance")[index % 2]
        yield from _entry(path, entry, wanted, wire)
        if entry.get("fullUrl") in seen:
            yield _fault(f"{path}.fullUrl", "must be unique")
        seen.add(entry.get("fullUrl", ""))
    for index in range(1, len(entries), 2):
        yield from _target(f"Bundle.entry[{index}]", entries[index], entries[index - 1])


def _entry(path: str, entry: Element, wanted: str, wire: Wire) -> Iterator[StructureFault]:
    resource = entry.get("resource", {})
    kind, identifier = resource.get("resourceType"), resource.get("id", "")
    if kind != wanted:
        yield _fault(f"{path}.resource", f"must be a {wanted}")
        return
    if not _ID.fullmatch(identifier):
        yield _fault(f"{path}.resource.id", "must be a FHIR id of at most 64 characters")
    if entry.get("fullUrl") != wire.bundle.full_url.format(id=identifier):
        yield _fault(f"{path}.fullUrl", "must be the resource's id as a URN")
    for name in sorted(entry.keys() - {"fullUrl", "resource", "request"}):
        yield _fault(f"{path}.{name}", "is not sent in a transaction of this kind")
    if entry.get("request") != {"method": wire.bundle.method, "url": kind}:
        yield _fault(f"{path}.request", f"must be {wire.bundle.method} {kind}")
    profile = wire.profile.audit_event if kind == "AuditEvent" else wire.profile.provenance
    if resource.get("meta", {}).get("profile") != [profile]:
        yield _fault(f"{path}.resource.meta.profile", "must be the edition's canonical")
    yield from _contained(f"{path}.resource", resource)
    yield from _extensions(f"{path}.resource", resource, wire)
    yield from (_fault(*each) for each in disagreements(f"{path}.resource", resource, wire))


def _target(path: str, provenance: Element, event: Element) -> Iterator[StructureFault]:
    metadata, notice = provenance.get("resource", {}), event.get("resource", {})
    targets = [t.get("reference") for t in metadata.get("target", ())]
    if targets != [event.get("fullUrl")]:
        yield _fault(f"{path}.resource.target", "must be the AuditEvent of the same pair")
    if metadata.get("recorded") != notice.get("recorded"):
        yield _fault(f"{path}.resource.recorded", "must be that of the AuditEvent")


def _contained(path: str, resource: Element) -> Iterator[StructureFault]:
    held = {f"#{each.get('id')}": each for each in resource.get("contained", ())}
    if len(held) != len(resource.get("contained", ())):
        yield _fault(f"{path}.contained", "ids must be unique (dom-2)")
    used: set[str] = set()
    for place, kind, reference in _references(path, resource["resourceType"], resource):
        used.add(reference)
        allowed = _TARGETS.get(kind)
        if allowed and not reference.startswith("#"):
            yield _fault(place, "must refer to a contained resource")
        elif reference.startswith("#") and reference not in held:
            yield _fault(place, "refers to nothing that is contained")
        elif reference in held and allowed and held[reference]["resourceType"] not in allowed:
            yield _fault(place, f"must refer to one of {', '.join(sorted(allowed))}")
    for label in held.keys() - used:
        yield _fault(f"{path}.contained", f"{label} is not referenced (dom-3)")
    for each in held.values():
        if "contained" in each:
            yield _fault(f"{path}.contained", "must not be nested (dom-2)")
        if each.get("meta", {}).keys() & {"versionId", "lastUpdated"}:
            yield _fault(f"{path}.contained", "must not have a version (dom-4)")


def _references(path: str, kind: str, value: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _references(f"{path}[{index}]", kind, each)
    elif isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield path, kind, value["reference"]
        for name, each in value.items():
            inner = isinstance(each, dict | list)
            if inner and name == "contained":
                for index, held in enumerate(each):
                    place = f"{path}.contained[{index}]"
                    yield from _references(place, held.get("resourceType", ""), held)
            elif inner:
                yield from _references(f"{path}.{name}", f"{kind}.{name}", each)


def _extensions(path: str, value: Any, wire: Wire) -> Iterator[StructureFault]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _extensions(f"{path}[{index}]", each, wire)
    elif isinstance(value, dict):
        for index, _ in enumerate(value.get("modifierExtension", ())):
            yield _fault(f"{path}.modifierExtension[{index}]", "is not of the edition")
        for index, each in enumerate(value.get("extension", ())):
            place = f"{path}.extension[{index}]"
            yield from _extension(place, each, wire)
            for name, inner in each.items():
                if name.startswith("value"):
                    yield from _extensions(f"{place}.{name}", inner, wire)
        for name, each in value.items():
            if name != "extension":
                yield from _extensions(f"{path}.{name}", each, wire)


def _extension(path: str, value: Element, wire: Wire) -> Iterator[StructureFault]:
    urls = wire.extension
    kinds = {
        urls.register_type: "valueCoding",
        urls.practitioner_title: "valueString",
        urls.practitioner_authentication_method: "valueCoding",
        urls.type_of_disclosure: "valueCoding",
        urls.consent: "valueReference",
        urls.provision: "valueString",
        urls.function_code: "valueCoding",
        urls.specific_document_type: "valueCoding",
        urls.ground_detail: "extension",
    }
    wanted = kinds.get(value.get("url", ""))
    if wanted is None:
        yield _fault(path, "is not an extension of the edition")
    elif value.keys() != {"url", wanted}:
        yield _fault(path, f"must have {wanted} and nothing else")
    elif wanted == "extension":
        parts = set(wire.ground_detail.model_dump().values())
        for index, part in enumerate(value["extension"]):
            if part.get("url") not in parts:
                yield _fault(f"{path}.extension[{index}]", "is not a part of the edition")
        parts_given = detail_disagreements(path, value["extension"], wire)
        yield from (_fault(*each) for each in parts_given)
    elif wanted == "valueCoding" and not _is_coding(value["valueCoding"]):
        yield _fault(path, "must have system, code and display")


def _is_coding(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= {"system", "code", "display"}


def _blanks(path: str, value: Any) -> Iterator[StructureFault]:
    if value is None or value in ("", [], {}):
        yield _fault(path, "must not be empty")
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _blanks(f"{path}.{name}", each)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _blanks(f"{path}[{index}]", each)
