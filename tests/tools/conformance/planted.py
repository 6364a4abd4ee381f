"""Differences planted in the made-up package, one by one, and what each has to be found as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from made_up import VALUES, Resource, code_system, element, elements_of

Resources = dict[str, Resource]
OTHER_PROVENANCE = (
    "https://shark.kanta.fi/fhir/StructureDefinition/SocialWelfareDisclosureProvenance"
)
OTHER_EXTENSION = "https://shark.kanta.fi/fhir/StructureDefinition/TypeOfDisclosure"
OTHER_TYPE = VALUES["event.type"] | {"code": "110112", "display": "Query"}
LAW = {"system": "urn:oid:1.2.246.537.6.99", "code": "7", "display": "Laki"}
NEW_SYSTEM = "urn:oid:1.2.246.537.6.98765"
EVENT = VALUES["profile.audit_event"]


@dataclass(frozen=True)
class Plant:
    """A planted difference, and every trace it leaves in a report: no other may be there."""

    plant: Callable[[Resources], None]
    differs: dict[str, Any]
    findings: frozenset[tuple[str, str]] = frozenset()
    additions: frozenset[tuple[str, str]] = frozenset()


def _canonical(resources: Resources) -> None:
    resources["provenance"] |= {"url": OTHER_PROVENANCE}


def _extension_url(resources: Resources) -> None:
    definition = resources["type_of_disclosure"]
    old = definition["url"]
    definition["url"] = OTHER_EXTENSION
    elements_of(definition)["Extension.url"]["fixedUri"] = OTHER_EXTENSION
    for each in resources["audit_event"]["differential"]["element"]:
        for kind in each.get("type", ()):
            if kind.get("profile") == [old]:
                kind["profile"] = [OTHER_EXTENSION]


def _extension_type(resources: Resources) -> None:
    value = elements_of(resources["provision"])["Extension.value[x]"]
    value["type"] = [{"code": "CodeableConcept"}]


def _extension_context(resources: Resources) -> None:
    resources["function_code"]["context"] = [{"type": "element", "expression": "Provenance"}]


def _type_code(resources: Resources) -> None:
    parts = elements_of(resources["audit_event"])
    parts["AuditEvent.type.code"]["fixedCode"] = OTHER_TYPE["code"]
    parts["AuditEvent.type.display"]["fixedString"] = OTHER_TYPE["display"]


def _mandatory(resources: Resources) -> None:
    into(
        resources["audit_event"],
        element("AuditEvent.outcomeDesc", min=1),
        after="AuditEvent.outcome",
    )


def _forbidden(resources: Resources) -> None:
    into(resources["audit_event"], element("AuditEvent.entity.description", max="0"))


def _binding(resources: Resources) -> None:
    include = resources["grounds"]["compose"]["include"]
    kept = [c for c in include[0]["concept"] if c["code"] != "statute"]
    other = {key: LAW[key] for key in ("code", "display")}
    include[:] = [include[0] | {"concept": kept}, {"system": LAW["system"], "concept": [other]}]


def _code_system(resources: Resources) -> None:
    resources["new"] = code_system(NEW_SYSTEM, {"1": "Yksi", "2": "Kaksi"})


def _label(resources: Resources) -> None:
    at = "AuditEvent.agent:controller.who.reference"
    elements_of(resources["audit_event"])[at]["fixedString"] = "#ORG-9"


def into(definition: Resource, new: Resource, after: str = "") -> None:
    elements = definition["differential"]["element"]
    at = next((i for i, e in enumerate(elements) if e["id"] == after), len(elements) - 1)
    elements.insert(at + 1, new)


PLANTS = {
    "another canonical of a profile": Plant(_canonical, {"profile.provenance": OTHER_PROVENANCE}),
    "another URL of an extension": Plant(
        _extension_url, {"extension.type_of_disclosure": OTHER_EXTENSION}
    ),
    "another type of an extension's value": Plant(
        _extension_type,
        {"extension.provision": None},
        frozenset({("extension_use", "AuditEvent.extension")}),
    ),
    "another context of an extension": Plant(
        _extension_context,
        {"extension.function_code": None},
        frozenset({("extension_use", "AuditEvent.entity.extension")}),
    ),
    "another code of AuditEvent.type": Plant(
        _type_code,
        {"event.type": OTHER_TYPE},
        frozenset({("fixed", "AuditEvent.type.code"), ("fixed", "AuditEvent.type.display")}),
    ),
    "a mandatory element we do not send": Plant(
        _mandatory,
        {},
        frozenset({("minimum", "AuditEvent.outcomeDesc")}),
        frozenset({("mandatory", f"{EVENT} AuditEvent.outcomeDesc")}),
    ),
    "a forbidden element we send": Plant(
        _forbidden,
        {"event.description_at": None},
        frozenset({("maximum", "AuditEvent.entity.description")}),
    ),
    "a required binding without our code": Plant(
        _binding,
        {"ground.statute": None},
        frozenset({("codes", "AuditEvent.purposeOfEvent")}),
        frozenset({("code_system", LAW["system"])}),
    ),
    "another code system": Plant(
        _code_system, {}, additions=frozenset({("code_system", NEW_SYSTEM)})
    ),
    "another label of a contained resource": Plant(
        _label,
        {"contained.controller": "ORG-9"},
        frozenset({("fixed", "AuditEvent.agent:controller.who.reference")}),
    ),
}


def with_all(resources: Resources) -> Resources:
    for each in PLANTS.values():
        each.plant(resources)
    return resources
