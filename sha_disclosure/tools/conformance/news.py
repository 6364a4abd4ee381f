"""What the package holds that the edition does not know: definitions, codes, fixed values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sha_disclosure.messages.words import Words
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.elements import fixed_value, required_value_set
from sha_disclosure.tools.conformance.findings import Finding
from sha_disclosure.tools.conformance.places import DEFINITIONS, PLACES
from sha_disclosure.tools.conformance.readings import listed
from sha_disclosure.tools.conformance.slimming import Element, path_of
from sha_disclosure.tools.conformance.terms import code_system, value_set
from sha_disclosure.tools.conformance.verdict import News


def newly_known(definitions: Definitions) -> tuple[News, ...]:
    """Return the facts of the first package that no entry of the edition stands for."""
    return (
        *_unknown_definitions(definitions),
        *_unknown_code_systems(definitions),
        *_unknown_elements(definitions),
    )


def mandatory(findings: Iterable[Finding]) -> Iterator[News]:
    """Yield the elements a profile wants and no entry of the edition stands for."""
    for finding in findings:
        issue = finding.issue
        if issue.kind == "minimum" and not finding.entries:
            told = Words(f"mandatory: {finding.wants}", f"pakollinen: {finding.wants}")
            yield News("mandatory", f"{issue.profile} {issue.element}".lstrip(), told)


def _unknown_definitions(definitions: Definitions) -> Iterator[News]:
    named = {definitions.url_of(place.entry) for place in DEFINITIONS}
    for sd in definitions.packages.first.of_type("StructureDefinition"):
        if sd["url"] in named or sd.get("derivation") != "constraint":
            continue
        kind = str(sd.get("type"))
        told = Words(f"a profile of {kind}", f"profiili tyypille {kind}")
        if kind == "Extension":
            told = Words("an extension", "laajennos")
        yield News("extension" if kind == "Extension" else "profile", sd["url"], told)


def _unknown_code_systems(definitions: Definitions) -> Iterator[News]:
    known = set(_texts(definitions))
    first = definitions.packages.first
    systems = {cs["url"] for cs in first.of_type("CodeSystem")}
    for each in first.of_type("ValueSet"):
        held = value_set(each["url"], definitions.packages)
        systems |= set(held.systems if held else ())
    for system in sorted(systems - known):
        codes = listed(term.told() for term in code_system(system, definitions.packages).values())
        told = codes or "-"
        yield News("code_system", system, Words(f"codes: {told}", f"koodit: {told}"))


def _texts(definitions: Definitions) -> Iterator[str]:
    """Yield every text among the edition's values, the systems of codings among them."""
    for value in definitions.values.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (str(v) for v in value.values())
        elif isinstance(value, (list, tuple)):
            yield from (str(v) for v in value)


def _unknown_elements(definitions: Definitions) -> Iterator[News]:
    for place in DEFINITIONS:
        definition = definitions.of(place.entry)
        if definition is None:
            continue
        known = {p.element for p in PLACES if p.definition == place.entry}
        for element in definition.elements:
            if not _covered(element, known):
                yield from _told(definition.url, element, definitions)


def _covered(element: Element, known: set[str]) -> bool:
    path = path_of(element["id"])
    within = any(path == k or path.startswith(f"{k}.") for k in known)
    return within or path == "Extension.url" or path.endswith("extension.url")


def _told(url: str, element: Element, definitions: Definitions) -> Iterator[News]:
    where = f"{url} {element['id']}"
    fixed = fixed_value(element)
    canonical = required_value_set(element)
    held = value_set(canonical, definitions.packages) if canonical else None
    if fixed is not None:
        yield News("fixed", where, Words(f"fixed to {fixed}", f"kiinnitetty: {fixed}"))
    elif held is not None and held.terms:
        told = listed(term.told() for term in held.terms)
        yield News("codes", where, Words(f"required codes: {told}", f"sallitut koodit: {told}"))
