"""What a profile fixes in one element: values, patterns, required codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sha_disclosure.tools.conformance.packages import Packages
from sha_disclosure.tools.conformance.resources import Element, path_of
from sha_disclosure.tools.conformance.terms import Term, code_system, value_set

_PARTS = ("system", "code", "display")


@dataclass(frozen=True, slots=True)
class AllowedCodes:
    """The codes a profile allows in ``element``: ``terms`` to choose from.

    ``systems``: the allowed code systems, if only they are known.
    """

    element: str
    terms: tuple[Term, ...]
    systems: tuple[str, ...] = ()


def fixed_value(element: Element) -> Any:
    """Return the fixed value of an element (``fixed[x]`` or ``pattern[x]``), or None."""
    return next(
        (v for k, v in element.items() if k.startswith(("fixed", "pattern")) and len(k) > 7), None
    )


def required_value_set(element: Element) -> str | None:
    """Return the canonical URL of an element's required value set, or None."""
    binding = element.get("binding")
    if not isinstance(binding, dict) or binding.get("strength") != "required":
        return None
    canonical = binding.get("valueSet")
    return canonical if isinstance(canonical, str) else None


def variants(elements: Iterable[Element], path: str, hints: tuple[str, ...]) -> list[Element]:
    """Return the elements at a path: those of the slice matching ``hints``, else all."""
    found = [e for e in elements if path_of(e["id"]) == path]
    return _hinted(found, hints) or found


def own_variants(elements: Iterable[Element], path: str, hints: tuple[str, ...]) -> list[Element]:
    """Return the elements at a path in the slice matching the hints, else in no slice."""
    found = [e for e in elements if path_of(e["id"]) == path]
    return _hinted(found, hints) or [e for e in found if not hints or ":" not in e["id"]]


def _hinted(elements: Iterable[Element], hints: tuple[str, ...]) -> list[Element]:
    return [e for e in elements if slice_fits(e["id"], hints)]


def slice_fits(identifier: str, hints: tuple[str, ...]) -> bool:
    """Return whether the names of an element's slices contain one of the hints."""
    names = "".join(plain(part.partition(":")[2]) for part in identifier.split("."))
    return any(hint in names for hint in hints)


def plain(name: str) -> str:
    """Return only the letters and digits of a name, to compare names written by people."""
    small = name.lower().translate(str.maketrans("äåö", "aao"))
    return "".join(c for c in small if c.isalnum())


def allowed_codes(elements: list[Element], element: Element, packages: Packages) -> AllowedCodes:
    """Return the codings allowed in an element of type code, Coding or CodeableConcept."""
    origin = element["id"]
    terms: dict[Term, None] = {}
    systems: dict[str, None] = {}
    for each in (e for e in elements if e["id"] == origin or e["id"].startswith(f"{origin}.")):
        if path_of(each["id"].removeprefix(origin)) not in {"", ".coding"}:
            continue
        for term in _fixed_terms(elements, each):
            terms[_with_display(term, packages)] = None
        canonical = required_value_set(each)
        held = value_set(canonical, packages) if canonical else None
        if held is not None and not terms:
            terms |= dict.fromkeys(held.terms or ())
            systems |= dict.fromkeys(held.systems)
    systems |= dict.fromkeys(t.system for t in terms if t.system)
    return AllowedCodes(origin, tuple(terms), tuple(systems))


def _with_display(term: Term, packages: Packages) -> Term:
    """Return a term with the display of its code system, if the profile has none."""
    if term.display or not (term.system and term.code):
        return term
    return code_system(term.system, packages).get(term.code, term)


def _fixed_terms(elements: list[Element], element: Element) -> Iterator[Term]:
    fixed = fixed_value(element)
    if isinstance(fixed, dict):
        codings = fixed.get("coding", [fixed])
        yield from (
            Term.of(c) for c in codings if isinstance(c, dict) and ("code" in c or "system" in c)
        )
    elif isinstance(fixed, str):
        yield Term(code=fixed)
    parts = {
        name: value
        for name in _PARTS
        for each in elements
        if each["id"] == f"{element['id']}.{name}" and isinstance(value := fixed_value(each), str)
    }
    if parts:
        yield Term.of(parts)
