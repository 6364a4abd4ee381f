"""A made-up FHIR package in Kela's shape: agreeing with the edition, or with planted differences.

Nothing in it is Kela's; it holds what the edition has, written as profiles would say it.
"""

from __future__ import annotations

import copy
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sha_disclosure.editions import load_edition
from sha_disclosure.tools.conformance.packages import Package, Packages
from sha_disclosure.tools.conformance.resources import normalised
from sha_disclosure.tools.conformance.snapshots import Snapshots

Resource = dict[str, Any]
VALUES = {entry.key: entry.value for entry in load_edition().entries}
MANIFEST = {
    "name": "kanta.sosiaalihuolto.r4",
    "version": "1.0.0",
    "fhirVersions": ["4.0.1"],
    "dependencies": {"hl7.fhir.r4.core": "4.0.1"},
}
BASE = "http://hl7.org/fhir/StructureDefinition/"
VALUE_SETS = "https://shark.kanta.fi/fhir/ValueSet/"
GROUNDS = (
    "permission",
    "consent",
    "statute",
    "information_request",
    "broad_right",
    "authority_right",
)
ROLES = (
    "social_welfare_provider", "social_welfare_authority", "health_care_provider",
    "other_authority", "other",
)  # fmt: skip


def element(identifier: str, **more: Any) -> Resource:
    path = ".".join(part.partition(":")[0] for part in identifier.split("."))
    name = identifier.rpartition(".")[2].partition(":")[2]
    return {"id": identifier, "path": path, **({"sliceName": name} if name else {}), **more}


def definition(url: str, kind: str, elements: Iterable[Resource], **more: Any) -> Resource:
    return {
        "resourceType": "StructureDefinition",
        "id": url.rpartition("/")[2].rpartition(":")[2],
        "url": url,
        "version": "1.0.0",
        "name": url.rpartition("/")[2].rpartition(":")[2],
        "status": "active",
        "fhirVersion": "4.0.1",
        "kind": "complex-type" if kind == "Extension" else "resource",
        "abstract": False,
        "type": kind,
        "baseDefinition": BASE + kind,
        "derivation": "constraint",
        **more,
        "differential": {"element": [element(kind), *elements]},
    }


def extension(key: str, kind: str, context: str, value_set: str = "", **more: Any) -> Resource:
    url = VALUES[f"extension.{key}"]
    bound = {"binding": {"strength": "required", "valueSet": value_set}} if value_set else {}
    return definition(
        url,
        "Extension",
        [
            element("Extension.extension", max="0"),
            element("Extension.url", fixedUri=url),
            element("Extension.value[x]", min=1, type=[{"code": kind}], **bound),
        ],
        context=[{"type": "element", "expression": context}],
        **more,
    )


def complex_extension() -> Resource:
    url = VALUES["extension.ground_detail"]
    kinds = {
        "stored_in_kanta": "boolean", "cause": "Coding", "no_legal_representative": "boolean",
        "necessity": "string", "purpose": "Coding", "statutory_task": "string", "reason": "Coding",
    }  # fmt: skip
    by_url = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}
    parts = [element("Extension.extension", slicing=by_url)]
    for key, kind in kinds.items():
        name = VALUES[f"ground_detail.{key}"]
        at = f"Extension.extension:{name}"
        parts += [
            element(at, max="1"),
            element(f"{at}.url", fixedUri=name),
            element(f"{at}.value[x]", type=[{"code": kind}]),
        ]
    return definition(
        url,
        "Extension",
        [*parts, element("Extension.url", fixedUri=url), element("Extension.value[x]", max="0")],
        context=[{"type": "element", "expression": "AuditEvent"}],
    )


def value_set(name: str, codings: Iterable[Resource]) -> Resource:
    systems: dict[str, list[Resource]] = {}
    for coding in codings:
        concept = {"code": coding["code"], "display": coding["display"]}
        systems.setdefault(coding["system"], []).append(concept)
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": VALUE_SETS + name,
        "version": "1.0.0",
        "status": "active",
        "compose": {"include": [{"system": s, "concept": c} for s, c in systems.items()]},
    }


def code_system(url: str, concepts: dict[str, str]) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": url.rpartition("/")[2].rpartition(":")[2],
        "url": url,
        "status": "active",
        "content": "complete",
        "concept": [{"code": c, "display": d} for c, d in concepts.items()],
    }


def required(name: str) -> Resource:
    return {"binding": {"strength": "required", "valueSet": f"{VALUE_SETS}{name}|1.0.0"}}


def fixed(identifier: str, coding: Resource) -> list[Resource]:
    return [
        element(f"{identifier}.system", min=1, fixedUri=coding["system"]),
        element(f"{identifier}.code", min=1, fixedCode=coding["code"]),
        element(f"{identifier}.display", min=1, fixedString=coding["display"]),
    ]


def concept(coding: Resource) -> Resource:
    return {"patternCodeableConcept": {"coding": [coding]}}


def _slicing(path: str) -> Resource:
    return {"slicing": {"discriminator": [{"type": "pattern", "path": path}], "rules": "open"}}


def audit_event() -> Resource:
    agents = [element("AuditEvent.agent", min=3, **_slicing("type"))]
    for name in ("controller", "discloser", "recipient"):
        at = f"AuditEvent.agent:{name}"
        agents += [
            element(at, min=1, max="1"),
            element(f"{at}.type", min=1, **concept(VALUES[f"agent.{name}"])),
            element(f"{at}.requestor", fixedBoolean=name == VALUES["agent.requestor"]),
        ]
        if name == "controller":
            label = f"#{VALUES['contained.controller']}"
            agents.insert(-1, element(f"{at}.who.reference", min=1, fixedString=label))
        if name == "recipient":
            agents.insert(-1, element(f"{at}.role", **required("recipient-role")))
    slices = []
    for key in ("provision", "consent", "type_of_disclosure", "ground_detail"):
        profile = {"type": [{"code": "Extension", "profile": [VALUES[f"extension.{key}"]]}]}
        slices.append(element(f"AuditEvent.extension:{key.replace('_', '-')}", max="1", **profile))
    by_url = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}
    return definition(
        VALUES["profile.audit_event"],
        "AuditEvent",
        [
            element("AuditEvent.id", min=1),
            element("AuditEvent.extension", slicing=by_url),
            *slices,
            *fixed("AuditEvent.type", VALUES["event.type"]),
            element("AuditEvent.period", min=1),
            element("AuditEvent.period.end", max="0"),
            element("AuditEvent.outcome", max="0"),
            element("AuditEvent.purposeOfEvent", min=1, max="1", **required("ground")),
            *agents,
            element("AuditEvent.source.observer", type=[
                {"code": "Reference", "targetProfile": [BASE + "Device"]}
            ]),
            element("AuditEvent.entity", min=1),
        ],
    )  # fmt: skip


def provenance() -> Resource:
    parts = [
        element("Provenance.language", min=1),
        element("Provenance.agent", **_slicing("role")),
    ]
    for name in ("professional", "service_unit"):
        at = f"Provenance.agent:{name.replace('_', '-')}"
        parts += [
            element(at, min=1, max="1"),
            element(f"{at}.role", min=1, max="1", **concept(VALUES[f"provenance_agent.{name}"])),
        ]
    return definition(VALUES["profile.provenance"], "Provenance", parts)


def consent() -> Resource:
    return definition(
        VALUES["profile.consent"],
        "Consent",
        [
            element("Consent.status", fixedCode=VALUES["consent.status"]),
            element("Consent.scope", **concept(VALUES["consent.scope"])),
            element("Consent.category", max="1", **required("consent-category")),
            element("Consent.policyRule", min=1, **concept(VALUES["consent.policy_rule"])),
            element("Consent.provision.type", min=1, fixedCode=VALUES["consent.provision_type"]),
        ],
    )


def agreeing() -> dict[str, Resource]:
    """The resources of a package that agrees with the edition, by a short name."""
    register = {"code": "1", "display": VALUES["register_type.1"]}
    register["system"] = VALUES["code_system.register_type"]
    organisation = [
        element("Organization.identifier", min=1),
        element("Organization.identifier.system", min=1, fixedUri=VALUES["identifier.oid"]),
        element("Organization.name", min=1),
    ]
    made: dict[str, Resource] = {
        "audit_event": audit_event(),
        "provenance": provenance(),
        "consent": consent(),
        "organisation": definition(VALUES["profile.organisation"], "Organization", organisation),
        "practitioner": definition(VALUES["profile.practitioner"], "Practitioner",
                                   [element("Practitioner.name", min=1)]),
        "practitioner_role": definition(VALUES["profile.practitioner_role"], "PractitionerRole",
                                        [element("PractitionerRole.practitioner", min=1)]),
        "register_type": extension("register_type", "Coding", "Organization",
                                   f"{VALUE_SETS}register-type"),
        "practitioner_title": extension("practitioner_title", "string", "Practitioner"),
        "authentication": extension("practitioner_authentication_method", "Coding",
                                    "Practitioner"),
        "type_of_disclosure": extension("type_of_disclosure", "Coding", "AuditEvent"),
        "consent_extension": extension("consent", "Reference", "AuditEvent"),
        "provision": extension("provision", "string", "AuditEvent"),
        "function_code": extension("function_code", "Coding", "AuditEvent.entity"),
        "specific": extension("specific_document_type", "Coding", "AuditEvent.entity"),
        "ground_detail": complex_extension(),
        "registers": value_set("register-type", [register]),
        "grounds": value_set("ground", [VALUES[f"ground.{g}"] for g in GROUNDS]),
        "roles": value_set("recipient-role", [VALUES[f"role.{r}"] for r in ROLES]),
        "categories": value_set("consent-category",
                                [VALUES["consent.permission"], VALUES["consent.consent"]]),
    }  # fmt: skip
    return copy.deepcopy(made)


def elements_of(resource: Resource) -> dict[str, Resource]:
    return {e["id"]: e for e in resource["differential"]["element"]}


def with_snapshots(resources: dict[str, Resource], base: Package) -> dict[str, Resource]:
    """The same package as it is published with snapshots and no differentials."""
    own = {r["url"]: normalised(r) for r in resources.values()}
    snapshots = Snapshots(Packages((Package("own", "1", "4.0.1", {}, own), base)))
    made = {}
    for name, resource in resources.items():
        made[name] = dict(resource)
        if resource["resourceType"] == "StructureDefinition":
            del made[name]["differential"]
            made[name]["snapshot"] = {"element": snapshots.of(resource["url"])}
    return made


def as_folder(path: Path, resources: dict[str, Resource], **manifest: Any) -> Path:
    inner = path / "package"
    inner.mkdir(parents=True)
    for name, content in _files(resources, manifest):
        (inner / name).write_bytes(content)
    return path


def as_tgz(path: Path, resources: dict[str, Resource], **manifest: Any) -> Path:
    return tgz(path, ((f"package/{n}", c) for n, c in _files(resources, manifest)))


def tgz(path: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def _files(resources: dict[str, Resource], manifest: Resource) -> Iterable[tuple[str, bytes]]:
    yield "package.json", json.dumps(MANIFEST | manifest).encode()
    yield ".index.json", b"{}"
    for name, resource in resources.items():
        yield f"{name}.json", json.dumps(resource).encode()
