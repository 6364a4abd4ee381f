"""Comparing an entry's value with a package: one small function for each method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sha_disclosure.editions import PLACEHOLDER
from sha_disclosure.findings import Finding, Severity
from sha_disclosure.messages import Message, message
from sha_disclosure.tools.conformance.definitions import Definition, Definitions
from sha_disclosure.tools.conformance.elements import (
    AllowedCodes,
    allowed_codes,
    fixed_value,
    own_variants,
    plain,
    variants,
)
from sha_disclosure.tools.conformance.extensions import context_fault, value_types
from sha_disclosure.tools.conformance.locations import LOCATIONS, How, Location
from sha_disclosure.tools.conformance.resources import Element, path_of
from sha_disclosure.tools.conformance.terms import listed


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one location of a package says of a value.

    The finding is ``passed`` when they agree, an ``error`` when they differ and ``not_run``
    when the package does not decide; its path is the definition and the element.
    ``proposal`` is the package's value where it fixes one, else None.
    """

    finding: Finding
    proposal: Any = None

    def without_proposal(self) -> Comparison:
        """Return the same result for an entry whose value a person must choose."""
        return replace(self, proposal=None)


def compare_at(location: Location, value: Any, definitions: Definitions) -> Comparison:
    """Compare the value of an entry with a location of the packages."""
    if location.how in _OF_PACKAGE:
        return _OF_PACKAGE[location.how](location, value, definitions)
    definition = definitions.of(location.definition)
    if definition is None:
        return undecided()
    return _OF_DEFINITION[location.how](location, value, definition, definitions)


def undecided(where: str = "", why: Message | None = None) -> Comparison:
    """Return the result that the package does not decide, and why."""
    return _comparison("not_run", where, why or message("conformance.entry.silent"))


def _agrees(where: str) -> Comparison:
    return _comparison("passed", where, message("conformance.entry.same"))


def _differs(where: str, held: str, proposal: Any = None) -> Comparison:
    return _comparison("error", where, message("conformance.entry.has", held=held), proposal)


def _comparison(severity: Severity, where: str, says: Message, proposal: Any = None) -> Comparison:
    return Comparison(Finding(says.id, where, severity, says.parameters), proposal)


def _among(url: str, offered: Mapping[str, str], value: Any) -> Comparison:
    """Compare a value with those that a definition allows, each with its element."""
    if not offered:
        return undecided(url)
    if value in offered:
        return _agrees(f"{url} {offered[value]}")
    first, element = next(iter(offered.items()))
    return _differs(f"{url} {element}", listed(offered), first if len(offered) == 1 else None)


def _absent(
    what: Message, url: str, definitions: Definitions, near: Iterable[str] = ()
) -> Comparison:
    """Return the result for a missing definition: undecided if a missing package may have it.

    ``near`` are the URLs of definitions that may be meant.
    """
    missing = () if url.startswith(PLACEHOLDER) else definitions.packages.may_miss(url)
    if missing:
        why = message("conformance.entry.maybe_elsewhere", what=what, packages=listed(missing))
        return undecided(why=why)
    nearest = listed(near)
    if nearest:
        what = message("conformance.entry.nearest", what=what, nearest=nearest)
    return _comparison("error", definitions.packages.first.label, what)


def _manifest(location: Location, value: Any, definitions: Definitions) -> Comparison:
    first = definitions.packages.first
    members = {"name": first.name, "version": first.version, "fhirVersions": first.fhir_version}
    held, where = members[location.element], f"{first.label} package.json {location.element}"
    if not held:
        return undecided(where)
    return _agrees(where) if held == value else _differs(where, held, held)


def _profile(location: Location, value: Any, definitions: Definitions) -> Comparison:
    found = definitions.packages.find(value, "StructureDefinition") if value else None
    if found:
        kind = str(found[0].get("type"))
        return _agrees(value) if kind == location.element else _differs(value, f"type {kind}")
    candidates = [sd["url"] for sd in definitions.candidates(location)]
    if not value:
        asked = [url for url in candidates if definitions.refers_to(url)]
        return _differs(asked[0], asked[0], asked[0]) if len(asked) == 1 else undecided()
    if len(candidates) == 1:
        # A profile of another package may be intended for other messages: a person decides.
        own = candidates[0] if candidates[0] in definitions.packages.first.resources else None
        return _differs(candidates[0], candidates[0], own)
    what = message("conformance.entry.no_profile", type=location.element)
    return _absent(what, str(value), definitions, candidates)


def _extension(location: Location, value: Any, definitions: Definitions) -> Comparison:
    if not value:
        return undecided()
    if definitions.packages.find(value, "StructureDefinition"):
        fault = _other_use(location, value, definitions)
        return _differs(value, fault) if fault else _agrees(value)
    near = [sd["url"] for sd in definitions.candidates(location)]
    if len(near) == 1:
        fault = _other_use(location, near[0], definitions)
        return _differs(near[0], f"{near[0]} {fault}".rstrip(), None if fault else near[0])
    return _absent(message("conformance.entry.no_extension"), str(value), definitions, near)


def _other_use(location: Location, url: str, definitions: Definitions) -> str:
    """Return how an extension is defined for a use other than this SDK's, or empty."""
    found = definitions.packages.find(url, "StructureDefinition")
    definition = definitions.of(location.entry)
    if found is None or definition is None:
        return ""
    types = value_types(definition.elements)
    has_parts = any(e["id"].startswith("Extension.extension:") for e in definition.elements)
    if not (location.element in types if location.element else has_parts):
        return f"value[x]: {listed(sorted(types)) or '0..0'}"
    return next(filter(None, (context_fault(found[0], c) for c in location.contexts)), "")


def _part(location: Location, value: Any, definition: Definition, _: Definitions) -> Comparison:
    parts = {
        str(fixed_value(e)): e["id"]
        for e in definition.elements
        if path_of(e["id"]) == f"{location.element}.url" and fixed_value(e) is not None
    }
    if not parts or value in parts:
        return _among(definition.url, parts, value)
    near = [name for name in parts if plain(name) == plain(str(value))]
    return _differs(definition.url, listed(parts), near[0] if len(near) == 1 else None)


def _codes(
    location: Location, definition: Definition, definitions: Definitions
) -> list[AllowedCodes]:
    chosen = own_variants if location.definition.startswith("extension.") else variants
    found = chosen(definition.elements, location.element, location.hints)
    return [allowed_codes(definition.elements, each, definitions.packages) for each in found]


def _coding(
    location: Location, value: Any, definition: Definition, definitions: Definitions
) -> Comparison:
    allowed = [e for e in _codes(location, definition, definitions) if e.terms or e.systems]
    if not allowed:
        return undecided(definition.url)
    for each in allowed:
        if any(term.code and term.admits(value) for term in each.terms):
            return _agrees(f"{definition.url} {each.element}")
    where = f"{definition.url} {allowed[0].element}"
    terms = list(dict.fromkeys(term for each in allowed for term in each.terms))
    systems = dict.fromkeys(system for each in allowed for system in each.systems)
    held = listed((term.label for term in terms) if terms else systems)
    known = any(term.code is None and term.admits(value) for term in terms)
    if known or (not terms and value["system"] in systems):
        return undecided(where, message("conformance.entry.only", held=held))
    return _differs(where, held, terms[0].whole() if len(terms) == 1 else None)


def _code(
    location: Location, value: Any, definition: Definition, definitions: Definitions
) -> Comparison:
    allowed = _codes(location, definition, definitions)
    codes = {term.code: each.element for each in allowed for term in each.terms if term.code}
    return _among(definition.url, codes, value)


def _system(
    location: Location, value: Any, definition: Definition, definitions: Definitions
) -> Comparison:
    allowed = _codes(location, definition, definitions)
    systems = {system: each.element for each in allowed for system in each.systems}
    if isinstance(value, str) or not systems:
        return _among(definition.url, systems, value)
    where = f"{definition.url} {next(iter(systems.values()))}"
    return _agrees(where) if set(value) <= set(systems) else _differs(where, listed(systems))


def _display(
    location: Location, value: Any, definition: Definition, definitions: Definitions
) -> Comparison:
    code = location.entry.partition(".")[2]
    displays = {
        term.display: each.element
        for each in _codes(location, definition, definitions)
        for term in each.terms
        if term.code == code and term.display
    }
    return _among(definition.url, displays, value)


def _label(location: Location, value: Any, definition: Definition, _: Definitions) -> Comparison:
    labels = {
        fixed.removeprefix("#"): each["id"]
        for each in own_variants(definition.elements, location.element, location.hints)
        if isinstance(fixed := fixed_value(each), str)
    }
    return _among(definition.url, labels, value)


def _requestor(
    location: Location, value: Any, definition: Definition, _: Definitions
) -> Comparison:
    actors: dict[str, bool] = {}
    for other in LOCATIONS:
        if other.entry.startswith("agent.") and other.how == "coding":
            found = variants(definition.elements, location.element, other.hints)
            fixed = [fixed_value(e) for e in found if e["id"] != location.element]
            if len(fixed) == 1 and isinstance(fixed[0], bool):
                actors[other.entry.partition(".")[2]] = fixed[0]
    where = f"{definition.url} {location.element}"
    true = [actor for actor, requests in actors.items() if requests]
    if value in true:
        return _agrees(where)
    if true or actors.get(value) is False:
        held = ", ".join(f"{k}: {str(v).lower()}" for k, v in actors.items())
        return _differs(where, held, true[0] if len(true) == 1 else None)
    return undecided(where)


def _allowed(location: Location, _: Any, definition: Definition, __: Definitions) -> Comparison:
    found = variants(definition.elements, location.element, location.hints)
    if found and all(each.get("max") == "0" for each in found):
        return _differs(f"{definition.url} {found[0]['id']}", "0..0")
    why = message("conformance.entry.allowed")
    return undecided(f"{definition.url} {location.element}", why)


def _target(
    location: Location, value: Any, definition: Definition, definitions: Definitions
) -> Comparison:
    found = variants(definition.elements, location.element, location.hints)
    if not found:
        return undecided()
    where = f"{definition.url} {found[0]['id']}"
    base = definitions.snapshots.base_of(definition.url).get(location.element, {})
    wanted, usual = _targets(found[0], definitions), _targets(base, definitions)
    if wanted == usual or not wanted:
        return undecided(where)
    sent = str(value).rpartition(" ")[2]
    return _agrees(where) if sent in wanted else _differs(where, listed(sorted(wanted)))


def _targets(element: Element, definitions: Definitions) -> frozenset[str]:
    kinds = set()
    for kind in element.get("type", ()):
        for url in kind.get("targetProfile") or ():
            found = definitions.packages.find(str(url), "StructureDefinition")
            kinds.add(str(found[0].get("type")) if found else str(url).rpartition("/")[2])
    return frozenset(kinds)


_OF_PACKAGE: Mapping[How, Callable[[Location, Any, Definitions], Comparison]] = {
    "manifest": _manifest,
    "profile": _profile,
    "extension": _extension,
}
_OF_DEFINITION: Mapping[How, Callable[[Location, Any, Definition, Definitions], Comparison]] = {
    "part": _part,
    "coding": _coding,
    "code": _code,
    "system": _system,
    "display": _display,
    "label": _label,
    "requestor": _requestor,
    "allowed": _allowed,
    "target": _target,
}
