"""What is in the package but not in the edition: definitions, codes, fixed values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from sha_disclosure.findings import Finding
from sha_disclosure.tools.conformance.bundle_findings import BundleFinding
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.elements import fixed_value, required_value_set
from sha_disclosure.tools.conformance.locations import DEFINITIONS, LOCATIONS
from sha_disclosure.tools.conformance.resources import Element, path_of
from sha_disclosure.tools.conformance.terms import code_system, listed, systems_of, value_set

Kind = Literal["profile", "extension", "code_system", "codes", "fixed", "mandatory"]


def additions(definitions: Definitions, findings: Iterable[BundleFinding]) -> tuple[Finding, ...]:
    """Return the facts of the first package that no entry of the edition represents.

    ``findings`` provide the elements that a profile requires and the Bundles lack.
    """
    return (
        *_definitions(definitions),
        *_code_systems(definitions),
        *_elements(definitions),
        *_mandatory(findings),
    )


def _addition(kind: Kind, where: str, held: str = "") -> Finding:
    return Finding(f"conformance.addition.{kind}", where, "warning", (("held", held),))


def _mandatory(findings: Iterable[BundleFinding]) -> Iterator[Finding]:
    for each in findings:
        if each.kind == "minimum" and not each.entries:
            where = f"{each.profile} {each.finding.path}".lstrip()
            yield _addition("mandatory", where, each.expected)


def _definitions(definitions: Definitions) -> Iterator[Finding]:
    named = {definitions.url_of(location.entry) for location in DEFINITIONS}
    for sd in definitions.packages.first.of_type("StructureDefinition"):
        if sd["url"] not in named and sd.get("derivation") == "constraint":
            kind = str(sd.get("type"))
            yield _addition("extension" if kind == "Extension" else "profile", sd["url"], kind)


def _code_systems(definitions: Definitions) -> Iterator[Finding]:
    known = set(_texts(definitions))
    first = definitions.packages.first
    systems = {cs["url"] for cs in first.of_type("CodeSystem")}
    value_sets = (each["url"] for each in first.of_type("ValueSet"))
    systems |= set(systems_of(value_sets, definitions.packages))
    for system in sorted(systems - known):
        terms = code_system(system, definitions.packages).values()
        yield _addition("code_system", system, listed(term.label for term in terms) or "-")


def _texts(definitions: Definitions) -> Iterator[str]:
    """Yield every text among the edition's values, including the systems of codings."""
    for value in definitions.values.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from map(str, value.values())
        elif isinstance(value, (list, tuple)):
            yield from map(str, value)


def _elements(definitions: Definitions) -> Iterator[Finding]:
    for location in DEFINITIONS:
        definition = definitions.of(location.entry)
        if definition is None:
            continue
        known = {each.element for each in LOCATIONS if each.definition == location.entry}
        for element in definition.elements:
            if not _covered(element, known):
                yield from _fixed(definition.url, element, definitions)


def _covered(element: Element, known: set[str]) -> bool:
    path = path_of(element["id"])
    within = any(path == k or path.startswith(f"{k}.") for k in known)
    return within or path == "Extension.url" or path.endswith("extension.url")


def _fixed(url: str, element: Element, definitions: Definitions) -> Iterator[Finding]:
    where = f"{url} {element['id']}"
    fixed = fixed_value(element)
    canonical = required_value_set(element)
    held = value_set(canonical, definitions.packages) if canonical else None
    if fixed is not None:
        yield _addition("fixed", where, str(fixed))
    elif held is not None and held.terms:
        yield _addition("codes", where, listed(term.label for term in held.terms))
