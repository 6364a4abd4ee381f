"""How an entry is read in a package: one small function for each way of the table of places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sha_disclosure.editions import PLACEHOLDER
from sha_disclosure.messages.words import Words
from sha_disclosure.tools.conformance.definitions import Definition, Definitions
from sha_disclosure.tools.conformance.elements import (
    Said,
    coded,
    fixed_value,
    own_variants,
    plain,
    variants,
)
from sha_disclosure.tools.conformance.extensions import context_fault, value_types
from sha_disclosure.tools.conformance.places import PLACES, Place, Reading
from sha_disclosure.tools.conformance.slimming import Element, path_of
from sha_disclosure.tools.conformance.terms import Term
from sha_disclosure.tools.conformance.verdict import Result

_MOST = 8


@dataclass(frozen=True, slots=True)
class Read:
    """What one place of a package says of an entry."""

    result: Result
    where: str
    says: Words
    proposal: Any = None

    def without_proposal(self) -> Read:
        """Return the same for an entry whose value somebody must choose."""
        return replace(self, proposal=None)


def listed(items: Iterable[str]) -> str:
    """Return some items in one line."""
    all_items = list(dict.fromkeys(items))
    more = f" ... (+{len(all_items) - _MOST})" if len(all_items) > _MOST else ""
    return ", ".join(all_items[:_MOST]) + more


def _agrees(where: str) -> Read:
    return Read("agrees", where, Words("the same", "sama"))


def _differs(where: str, told: str, proposal: Any = None) -> Read:
    return Read("differs", where, Words(f"has {told}", f"on {told}"), proposal)


def _undecided(where: str = "", says: Words | None = None) -> Read:
    nothing = Words("says nothing of it", "ei sano siitä mitään")
    return Read("undecided", where, says or nothing)


def _absent(what: Words, url: str, definitions: Definitions, near: Iterable[str] = ()) -> Read:
    """Return that the packages have it not: a difference, unless one is missing that may."""
    missing = () if url.startswith(PLACEHOLDER) else definitions.packages.may_miss(url)
    if missing:
        told = listed(missing)
        return _undecided(
            says=Words(
                f"{what.en}; it may be in a package that was not given: {told}",
                f"{what.fi}; se voi olla paketissa, jota ei annettu: {told}",
            )
        )
    near = listed(near)
    return Read(
        "differs",
        definitions.packages.first.label,
        Words(
            f"{what.en}; nearest: {near}" if near else what.en,
            f"{what.fi}; lähimpänä: {near}" if near else what.fi,
        ),
    )


def _manifest(place: Place, value: Any, definitions: Definitions) -> Read:
    first = definitions.packages.first
    members = {"name": first.name, "version": first.version, "fhirVersions": first.fhir_version}
    told, where = members[place.element], f"{first.label} package.json {place.element}"
    if not told:
        return _undecided(where)
    return _agrees(where) if told == value else _differs(where, told, told)


def _profile(place: Place, value: Any, definitions: Definitions) -> Read:
    found = definitions.packages.find(value, "StructureDefinition") if value else None
    if found:
        kind = str(found[0].get("type"))
        return _agrees(value) if kind == place.element else _differs(value, f"type {kind}")
    candidates = [sd["url"] for sd in definitions.candidates(place)]
    if not value:
        asked = [url for url in candidates if definitions.refers_to(url)]
        return _differs(asked[0], asked[0], asked[0]) if len(asked) == 1 else _undecided()
    if len(candidates) == 1:
        # A profile of another package may be meant for other messages: a person decides.
        own = candidates[0] if candidates[0] in definitions.packages.first.resources else None
        return _differs(candidates[0], candidates[0], own)
    what = Words(
        f"has no such profile of {place.element}", f"ei sisällä profiilia: {place.element}"
    )
    return _absent(what, str(value), definitions, candidates)


def _extension(place: Place, value: Any, definitions: Definitions) -> Read:
    if not value:
        return _undecided()
    found = definitions.packages.find(value, "StructureDefinition")
    if found is None:
        near = [sd["url"] for sd in definitions.candidates(place)]
        if len(near) == 1:
            fault = _misfit(place, near[0], definitions)
            return _differs(near[0], f"{near[0]} {fault}".rstrip(), None if fault else near[0])
        what = Words("has no such extension", "ei sisällä tätä laajennosta")
        return _absent(what, str(value), definitions, near)
    fault = _misfit(place, value, definitions)
    return _differs(value, fault) if fault else _agrees(value)


def _misfit(place: Place, url: str, definitions: Definitions) -> str:
    """Return how an extension is not used as this SDK uses it, or an empty text."""
    found = definitions.packages.find(url, "StructureDefinition")
    definition = definitions.of(place.entry)
    if found is None or definition is None:
        return ""
    types = value_types(definition.elements)
    has_parts = any(e["id"].startswith("Extension.extension:") for e in definition.elements)
    if not (place.element in types if place.element else has_parts):
        return f"value[x]: {listed(sorted(types)) or '0..0'}"
    return next(filter(None, (context_fault(found[0], c) for c in place.contexts)), "")


def _part(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    if definition is None:
        return _undecided()
    parts = {
        str(fixed_value(e)): e["id"]
        for e in definition.elements
        if path_of(e["id"]) == f"{place.element}.url" and fixed_value(e) is not None
    }
    if not parts:
        return _undecided(definition.url)
    if value in parts:
        return _agrees(f"{definition.url} {parts[value]}")
    near = [name for name in parts if plain(name) == plain(str(value))]
    return _differs(definition.url, listed(parts), near[0] if len(near) == 1 else None)


def _said(place: Place, definition: Definition, definitions: Definitions) -> list[Said]:
    chosen = own_variants if place.definition.startswith("extension.") else variants
    found = chosen(definition.elements, place.element, place.hints)
    return [coded(definition.elements, each, definitions.packages) for each in found]


def _coding(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    said = _said(place, definition, definitions) if definition else []
    if definition is None or not any(each.terms or each.systems for each in said):
        return _undecided(definition.url if definition else "")
    told = listed(term.told() for each in said for term in each.terms)
    for each in said:
        if any(term.code and term.admits(value) for term in each.terms):
            return _agrees(f"{definition.url} {each.element}")
    first = next(each for each in said if each.terms or each.systems)
    where = f"{definition.url} {first.element}"
    terms = dict.fromkeys(term for each in said for term in each.terms)
    if any(term.code is None and term.admits(value) for term in terms):
        return _undecided(where, Words(f"fixes only {told}", f"kiinnittää vain {told}"))
    systems = dict.fromkeys(system for each in said for system in each.systems)
    if not terms:
        if value["system"] in systems:
            told = listed(systems)
            return _undecided(where, Words(f"fixes only {told}", f"kiinnittää vain {told}"))
        return _differs(where, listed(systems))
    return _differs(where, told, _whole(list(terms)))


def _whole(terms: list[Term]) -> dict[str, str] | None:
    """Return the only term as a coding, when it has all three parts."""
    if len(terms) != 1:
        return None
    (term,) = terms
    parts = {"system": term.system, "code": term.code, "display": term.display}
    whole = {name: part for name, part in parts.items() if part}
    return whole if len(whole) == len(parts) else None


def _code(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    if definition is None:
        return _undecided()
    said = _said(place, definition, definitions)
    codes = {term.code: each.element for each in said for term in each.terms if term.code}
    if not codes:
        return _undecided(definition.url)
    if value in codes:
        return _agrees(f"{definition.url} {codes[value]}")
    where = f"{definition.url} {next(iter(codes.values()))}"
    return _differs(where, listed(codes), next(iter(codes)) if len(codes) == 1 else None)


def _system(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    said = _said(place, definition, definitions) if definition else []
    systems = {system: each.element for each in said for system in each.systems}
    if definition is None or not systems:
        return _undecided(definition.url if definition else "")
    where = f"{definition.url} {next(iter(systems.values()))}"
    wanted = [value] if isinstance(value, str) else list(value)
    if set(wanted) <= set(systems):
        return _agrees(where)
    only = next(iter(systems)) if len(systems) == 1 and isinstance(value, str) else None
    return _differs(where, listed(systems), only)


def _display(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    code = place.entry.partition(".")[2]
    for each in _said(place, definition, definitions) if definition else ():
        for term in each.terms:
            if definition and term.code == code and term.display:
                where = f"{definition.url} {each.element}"
                same = term.display == value
                return _agrees(where) if same else _differs(where, term.display, term.display)
    return _undecided(definition.url if definition else "")


def _label(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    if definition is None:
        return _undecided()
    labels = {
        fixed.removeprefix("#"): each["id"]
        for each in own_variants(definition.elements, place.element, place.hints)
        if isinstance(fixed := fixed_value(each), str)
    }
    if not labels:
        return _undecided(definition.url)
    if value in labels:
        return _agrees(f"{definition.url} {labels[value]}")
    where = f"{definition.url} {next(iter(labels.values()))}"
    return _differs(where, listed(labels), next(iter(labels)) if len(labels) == 1 else None)


def _requestor(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    if definition is None:
        return _undecided()
    actors: dict[str, bool] = {}
    for other in PLACES:
        if other.entry.startswith("agent.") and other.reading == "coding":
            found = variants(definition.elements, place.element, other.hints)
            fixed = [fixed_value(e) for e in found if e["id"] != place.element]
            if len(fixed) == 1 and isinstance(fixed[0], bool):
                actors[other.entry.partition(".")[2]] = fixed[0]
    where = f"{definition.url} {place.element}"
    if not actors:
        return _undecided(where)
    true = [actor for actor, requests in actors.items() if requests]
    if value in true:
        return _agrees(where)
    if true or actors.get(value) is False:
        told = ", ".join(f"{k}: {str(v).lower()}" for k, v in actors.items())
        return _differs(where, told, true[0] if len(true) == 1 else None)
    return _undecided(where)


def _allowed(place: Place, value: Any, definitions: Definitions) -> Read:  # noqa: ARG001
    definition = definitions.of(place.definition)
    if definition is None:
        return _undecided()
    found = variants(definition.elements, place.element, place.hints)
    if found and all(each.get("max") == "0" for each in found):
        return _differs(f"{definition.url} {found[0]['id']}", "0..0")
    allowed = Words(
        "allows it, and does not say what it means", "sallii sen eikä sano, mitä se tarkoittaa"
    )
    return _undecided(f"{definition.url} {place.element}", allowed)


def _target(place: Place, value: Any, definitions: Definitions) -> Read:
    definition = definitions.of(place.definition)
    found = variants(definition.elements, place.element, place.hints) if definition else []
    if definition is None or not found:
        return _undecided()
    where = f"{definition.url} {found[0]['id']}"
    base = definitions.snapshots.base_of(definition.url).get(place.element, {})
    wanted, usual = _targets(found[0], definitions), _targets(base, definitions)
    if wanted == usual or not wanted:
        return _undecided(where)
    sent = str(value).rpartition(" ")[2]
    return _agrees(where) if sent in wanted else _differs(where, listed(sorted(wanted)))


def _targets(element: Element, definitions: Definitions) -> frozenset[str]:
    kinds = set()
    for kind in element.get("type", ()):
        for url in kind.get("targetProfile") or ():
            found = definitions.packages.find(str(url), "StructureDefinition")
            kinds.add(str(found[0].get("type")) if found else str(url).rpartition("/")[2])
    return frozenset(kinds)


READINGS: Mapping[Reading, Callable[[Place, Any, Definitions], Read]] = {
    "manifest": _manifest,
    "profile": _profile,
    "extension": _extension,
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
