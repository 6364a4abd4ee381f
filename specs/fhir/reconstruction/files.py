"""The files of the package: definitions, terminology, examples, manifest and index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from reconstruction import base
from reconstruction.extensions import STATUS, extensions
from reconstruction.facts import Fact, Facts
from reconstruction.profiles import profiles
from reconstruction.rules import CodeSystem, Concept, Definition, Rule, ValueSet
from reconstruction.snapshots import snapshot
from reconstruction.terminology import code_systems, value_sets

Json = dict[str, Any]

NAME = "sha-disclosure.reconstruction.kanta-sosiaalihuolto.r4"
VERSION = "0.1.0"
DATE = "2026-11-25"
SAID = "Reconstruction from public facts, not Kela's"
_GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "golden"


def package_files() -> dict[str, str]:
    """Return the text of every file by its path under ``package/``."""
    made = {f"{r['resourceType']}-{r['id']}.json": r for r in resources()}
    examples = {
        f"example/Bundle-{p.stem}.json": _example(p) for p in sorted(_GOLDEN.glob("*.json"))
    }
    texts = {name: _text(resource) for name, resource in sorted((made | examples).items())}
    texts["package.json"] = _text(_manifest())
    texts[".index.json"] = _text(_index(made))
    texts["example/.index.json"] = _text(_index(examples))
    return texts


@cache
def resources() -> tuple[Json, ...]:
    """Return the definitions and the terminology."""
    facts = Facts()
    sets = value_sets(facts)
    definitions = (*profiles(facts, sets), *extensions(facts, sets))
    return (
        *(_structure(each) for each in definitions),
        *(_value_set(each) for each in sets.values()),
        *(_code_system(each) for each in code_systems(facts)),
    )


def _text(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _example(golden: Path) -> Json:
    made: Json = json.loads(golden.read_bytes())
    return {"resourceType": made.pop("resourceType"), "id": golden.stem, **made}


def _manifest() -> Json:
    return {
        "name": NAME,
        "version": VERSION,
        "canonical": "urn:sha-disclosure:reconstruction",
        "title": f"{SAID}: profiles of the social welfare disclosure notice",
        "description": f"{SAID}. Profiles of luovutusilmoitus as the SDK sha-disclosure builds it. "
        "Not the package kanta.sosiaalihuolto.r4, and no proof of conformance to it.",
        "fhirVersions": ["4.0.1"],
        "type": "Conformance",
        "dependencies": {"hl7.fhir.r4.core": "4.0.1"},
        "author": "The sha-disclosure maintainers",
        "license": "Apache-2.0",
    }


_INDEXED = ("resourceType", "id", "url", "version", "kind", "type", "derivation", "content")


def _index(files: dict[str, Json]) -> Json:
    rows = [
        {"filename": Path(name).name} | {k: made[k] for k in _INDEXED if k in made}
        for name, made in sorted(files.items())
    ]
    return {"index-version": 2, "files": rows}


def marks(facts: Iterable[Fact]) -> list[Json]:
    """Return the extensions that tell what a statement rests on, one for each fact."""
    made = []
    for fact in dict.fromkeys(facts):
        parts = [{"url": "status", "valueCode": fact.status}]
        if fact.key:
            parts.append({"url": "edition", "valueString": fact.key})
        parts.append({"url": "source", "valueString": fact.source})
        if fact.check:
            parts.append({"url": "check", "valueString": fact.check})
        made.append({"extension": parts, "url": STATUS})
    return made


def _head(kind: str, name: str, url: str, title: str, about: str, facts: Iterable[Fact]) -> Json:
    return {
        "resourceType": kind,
        "id": name,
        "extension": marks(facts),
        "url": url,
        "version": VERSION,
        "name": name.replace("-", "_"),
        "title": f"{SAID}: {title}",
        "status": "draft",
        "experimental": True,
        "date": DATE,
        "publisher": "The sha-disclosure maintainers, not Kela",
        "description": f"{SAID}. {about}",
    }


def _structure(given: Definition) -> Json:
    about = given.about
    differential = [
        {"id": given.base, "path": given.base, "short": given.title, "definition": about},
        *_differential(given),
    ]
    whole = snapshot(given.base, differential)
    order = [element["id"] for element in whole]
    differential.sort(key=lambda element: order.index(element["id"]))
    made = _head("StructureDefinition", given.name, given.url, given.title, about, given.facts)
    made |= {
        "fhirVersion": "4.0.1",
        "kind": "complex-type" if given.base == "Extension" else "resource",
        "abstract": False,
    }
    if given.context:
        made["context"] = [{"type": "element", "expression": place} for place in given.context]
    return made | {
        "type": given.base,
        "baseDefinition": base.definition(given.base)["url"],
        "derivation": "constraint",
        "snapshot": {"element": whole},
        "differential": {"element": differential},
    }


def _differential(given: Definition) -> list[Json]:
    """Return the elements of the differential; rules of one place make one element."""
    by_place: dict[str, list[Rule]] = {}
    for rule in given.rules:
        by_place.setdefault(rule.at, []).append(rule)
    return [_element(given, at, rules) for at, rules in by_place.items()]


def _element(given: Definition, at: str, rules: list[Rule]) -> Json:
    steps = [step.partition(":") for step in at.split(".")]
    made: Json = {
        "id": f"{given.base}.{at}",
        "extension": marks(fact for rule in rules for fact in rule.facts),
        "path": ".".join([given.base, *(name for name, _, _ in steps)]),
    }
    if steps[-1][2]:
        made["sliceName"] = steps[-1][2]
    for rule in rules:
        made |= _constraints(rule, given.url)
    return made


def _constraints(rule: Rule, url: str) -> Json:
    made: Json = {}
    if rule.slicing:
        made["slicing"] = rule.slicing.to_json()
    if rule.short:
        made["short"] = rule.short
    if rule.bounds:
        low, _, high = rule.bounds.partition("..")
        made |= {"min": int(low), "max": high}
    if rule.types:
        made["type"] = [each.to_json() for each in rule.types]
    made |= {f"fixed{kind}": value for kind, value in rule.fixed.items()}
    made |= {f"pattern{kind}": value for kind, value in rule.pattern.items()}
    if rule.invariant:
        made["constraint"] = [rule.invariant.to_json(url)]
    if rule.value_set:
        made["binding"] = {"strength": "required", "valueSet": rule.value_set}
    return made


def _value_set(given: ValueSet) -> Json:
    facts = [fact for concept in given.concepts for fact in concept.facts]
    made = _head("ValueSet", given.name, given.url, given.title, _ENUMERATED, facts)
    systems = dict.fromkeys(concept.system for concept in given.concepts)
    return made | {
        "compose": {
            "include": [
                {
                    "system": s,
                    "concept": list(_concepts(c for c in given.concepts if c.system == s)),
                }
                for s in systems
            ]
        }
    }


def _code_system(given: CodeSystem) -> Json:
    facts = [fact for concept in given.concepts for fact in concept.facts]
    about = _ENUMERATED if given.fragment else _PLACEHOLDERS
    made = _head("CodeSystem", given.name, given.url, given.title, about, facts)
    return made | {
        "content": "fragment" if given.fragment else "complete",
        "concept": list(_concepts(given.concepts)),
    }


def _concepts(given: Iterable[Concept]) -> Iterator[Json]:
    for each in given:
        yield {"extension": marks(each.facts), "code": each.code, "display": each.display}


_ENUMERATED = "The codes that are known or chosen; the national list may have others."
_PLACEHOLDERS = "Codes of this project in place of national ones that are not public."
