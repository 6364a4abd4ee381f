"""Value sets and code systems of the packages (koodistot): the codes an element may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sha_disclosure.tools.conformance.packages import Packages

_LISTED_MAX = 8


@dataclass(frozen=True, slots=True)
class Term:
    """A coding as far as a package fixes it; parts it leaves open are None."""

    system: str | None = None
    code: str | None = None
    display: str | None = None

    @classmethod
    def of(cls, coding: Mapping[str, Any]) -> Term:
        """Return the fixed parts of a Coding."""
        parts = {name: coding.get(name) for name in ("system", "code", "display")}
        return cls(**{k: v if isinstance(v, str) else None for k, v in parts.items()})

    def admits(self, coding: Mapping[str, str]) -> bool:
        """Return whether a complete coding agrees with every fixed part."""
        return all(
            fixed is None or fixed == coding[name]
            for name, fixed in (
                ("system", self.system),
                ("code", self.code),
                ("display", self.display),
            )
        )

    def whole(self) -> dict[str, str] | None:
        """Return the term as a coding, or None unless it has all three parts."""
        if not (self.system and self.code and self.display):
            return None
        return {"system": self.system, "code": self.code, "display": self.display}

    @property
    def label(self) -> str:
        """The term on one line: ``system|code "display"``."""
        coded = f"{self.system or '*'}|{self.code or '*'}"
        return f'{coded} "{self.display}"' if self.display else coded


def listed(items: Iterable[str]) -> str:
    """Return the first of some items on one line without duplicates, and how many are omitted."""
    every = list(dict.fromkeys(items))
    more = f" ... (+{len(every) - _LISTED_MAX})" if len(every) > _LISTED_MAX else ""
    return ", ".join(every[:_LISTED_MAX]) + more


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The content of a value set: its systems; its codes, or None if they are not enumerated."""

    canonical: str
    systems: tuple[str, ...]
    terms: tuple[Term, ...] | None


def value_set(canonical: str, packages: Packages) -> ValueSet | None:
    """Return a value set of the packages, or None if they do not have it."""
    url = canonical.partition("|")[0]
    if packages.find(url, "ValueSet") is None:
        return None
    key = ("ValueSet", url)
    if key not in packages.read:
        parts = list(_parts([url], packages))
        terms = tuple(dict.fromkeys(term for part in parts for term in part.terms))
        whole = bool(terms) and all(part.whole for part in parts)
        packages.read[key] = ValueSet(url, _systems(parts), terms if whole else None)
    made: ValueSet = packages.read[key]
    return made


def systems_of(canonicals: Iterable[str], packages: Packages) -> tuple[str, ...]:
    """Return the code systems that value sets have codes from, without duplicates."""
    return _systems(_parts(canonicals, packages))


def _systems(parts: Iterable[_Part]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(system for part in parts for system in part.systems))


def _parts(canonicals: Iterable[str], packages: Packages) -> Iterator[_Part]:
    """Yield each value set, and each that it includes, once."""
    waiting = dict.fromkeys(url.partition("|")[0] for url in canonicals)
    seen: set[str] = set()
    while waiting:
        url, _ = waiting.popitem()
        seen.add(url)
        found = packages.find(url, "ValueSet")
        part = _Part(found[0] if found else {}, packages)
        waiting |= dict.fromkeys(other for other in part.others if other not in seen)
        yield part


class _Part:
    """The own content of one ValueSet, and the others it includes."""

    def __init__(self, resource: Mapping[str, Any], packages: Packages) -> None:
        compose = _dict(resource.get("compose"))
        self.terms = list(_expanded(_dict(resource.get("expansion")).get("contains")))
        self.others: list[str] = []
        self.whole = not compose.get("exclude") and bool(resource)
        included = [] if self.terms else list(_dicts(compose.get("include")))
        for include in included:
            listed = list(_listed(include, packages))
            others = _texts(include.get("valueSet"))
            self.terms += listed
            self.others += others
            # Several at once mean an intersection, which is not computed here.
            single = len(others) + (include.get("system") is not None) == 1
            self.whole = self.whole and single and bool(listed or others)
        named = (include.get("system") for include in included)
        held = (term.system for term in self.terms)
        self.systems = [s for s in (*named, *held) if isinstance(s, str)]


def _texts(given: object) -> list[str]:
    texts = [e for e in given if isinstance(e, str)] if isinstance(given, list) else []
    return [text.partition("|")[0] for text in texts]


def _listed(include: Mapping[str, Any], packages: Packages) -> Iterator[Term]:
    system = include.get("system")
    if not isinstance(system, str) or include.get("filter"):
        return
    named = code_system(system, packages)
    listed = list(_dicts(include.get("concept")))
    if not listed:
        yield from named.values()
    for concept in listed:
        given = Term.of({**concept, "system": system})
        known = named.get(given.code or "")
        yield known if known and given.display is None else given


def code_system(system: str, packages: Packages) -> dict[str, Term]:
    """Return the codes listed by a code system of the packages, by code."""
    key = ("CodeSystem", system)
    if key not in packages.read:
        found = packages.find(system, "CodeSystem")
        packages.read[key] = {
            term.code: term
            for concept in _concepts(found[0].get("concept") if found else None)
            if (term := Term.of({**concept, "system": system})).code
        }
    made: dict[str, Term] = packages.read[key]
    return made


def _concepts(given: object) -> Iterator[dict[str, Any]]:
    for concept in _dicts(given):
        yield concept
        yield from _concepts(concept.get("concept"))


def _expanded(given: object) -> Iterator[Term]:
    for each in _dicts(given):
        if isinstance(each.get("code"), str) and not each.get("abstract"):
            yield Term.of(each)
        yield from _expanded(each.get("contains"))


def _dicts(given: object) -> Iterator[dict[str, Any]]:
    yield from (e for e in given if isinstance(e, dict)) if isinstance(given, list) else ()


def _dict(given: object) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}
