"""Value sets and code systems of the packages (koodistot): which codes an element may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sha_disclosure.conformance.package import Packages


@dataclass(frozen=True, slots=True)
class Term:
    """A coding as far as a package fixes it; what it leaves open is None."""

    system: str | None = None
    code: str | None = None
    display: str | None = None

    @classmethod
    def of(cls, coding: Mapping[str, Any]) -> Term:
        """Return the fixed parts of a Coding."""
        parts = {name: coding.get(name) for name in ("system", "code", "display")}
        return cls(**{k: v if isinstance(v, str) else None for k, v in parts.items()})

    def admits(self, coding: Mapping[str, str]) -> bool:
        """Return whether a whole coding agrees with every fixed part."""
        return all(
            fixed is None or fixed == coding[name]
            for name, fixed in (
                ("system", self.system),
                ("code", self.code),
                ("display", self.display),
            )
        )

    def told(self) -> str:
        """Return the term in one line: ``system|code "display"``."""
        told = f"{self.system or '*'}|{self.code or '*'}"
        return f'{told} "{self.display}"' if self.display else told


@dataclass(frozen=True, slots=True)
class ValueSet:
    """What a value set holds: its systems; its codes, or None when they are not enumerated."""

    canonical: str
    systems: tuple[str, ...]
    terms: tuple[Term, ...] | None


def value_set(canonical: str, packages: Packages) -> ValueSet | None:
    """Return a value set of the packages, or None when they have it not."""
    return _value_set(canonical, packages, ())


def _value_set(canonical: str, packages: Packages, seen: tuple[str, ...]) -> ValueSet | None:
    found = packages.find(canonical, "ValueSet")
    if found is None or canonical in seen:
        return None
    systems: dict[str, None] = {}
    terms: list[Term] = []
    whole = True
    for include in _dicts(_dict(found[0].get("compose")).get("include")):
        system = include.get("system")
        if isinstance(system, str):
            systems[system] = None
        for other in include.get("valueSet") or ():
            inner = _value_set(str(other), packages, (*seen, canonical))
            systems |= dict.fromkeys(inner.systems if inner else ())
            terms += (inner.terms or ()) if inner else ()
            whole = whole and inner is not None and inner.terms is not None
        listed = list(_listed(include, packages))
        terms += listed
        whole = whole and bool(listed or include.get("valueSet"))
    for each in _expanded(_dict(found[0].get("expansion")).get("contains")):
        systems |= dict.fromkeys([each.system] if each.system else [])
        terms.append(each)
        whole = True
    excluded = bool(_dict(found[0].get("compose")).get("exclude"))
    known = tuple(dict.fromkeys(terms)) if whole and terms and not excluded else None
    return ValueSet(canonical.partition("|")[0], tuple(systems), known)


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
    """Return the codes a code system of the packages lists, by code."""
    found = packages.find(system, "CodeSystem")
    return {
        term.code: term
        for concept in _concepts(found[0].get("concept") if found else None)
        if (term := Term.of({**concept, "system": system})).code
    }


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
