"""Definitions in the form that pyrofile-validator needs.

It needs snapshots, the URL of each extension slice, and every discriminator at the element
that has the fixed value; and it confuses nested slices. ``unchecked`` lists what is
omitted for that reason, and the rules it does not support.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sha_disclosure.findings import Finding
from sha_disclosure.tools.conformance.elements import allowed_codes, fixed_value, required_value_set
from sha_disclosure.tools.conformance.packages import Packages
from sha_disclosure.tools.conformance.resources import Element, Resource, path_of
from sha_disclosure.tools.conformance.snapshots import Snapshots, Unresolved
from sha_disclosure.tools.conformance.terms import Term, value_set

_BY_VALUE = frozenset({"value", "pattern"})


def validator_input(
    definition: Resource, snapshots: Snapshots, packages: Packages
) -> Resource | None:
    """Return a definition with a snapshot the validator supports, or None without a base."""
    try:
        elements = snapshots.of(definition["url"])
    except Unresolved:
        return None
    ready = {key: value for key, value in definition.items() if key != "differential"}
    return {**ready, "snapshot": {"element": list(_ready(elements, packages))}}


def _ready(elements: list[Element], packages: Packages) -> Iterator[Element]:
    known = {element["id"] for element in elements}
    slicings = {e["id"]: _Slicing(e, elements, packages) for e in elements if _is_sliced(e)}
    patterns = {at: p for each in slicings.values() for at, p in each.patterns.items()}
    for element in elements:
        identifier = element["id"]
        sliced = _sliced_above(identifier)
        if _is_inner(identifier) or (sliced in slicings and not slicings[sliced].understood):
            continue
        made = {key: value for key, value in element.items() if key != "slicing"}
        if identifier in slicings and slicings[identifier].understood:
            made["slicing"] = slicings[identifier].slicing
        yield {**made, **patterns.get(identifier, {})}
        url = f"{identifier}.url"
        profile = _extension_profile(element)
        if profile and url not in known:
            yield {
                "id": url,
                "path": f"{element['path']}.url",
                "min": 1,
                "max": "1",
                "type": [{"code": "uri"}],
                "fixedUri": profile,
            }


def _is_sliced(element: Element) -> bool:
    return isinstance(element.get("slicing"), dict) and ":" not in element["id"]


def _is_inner(identifier: str) -> bool:
    """Return whether an element is, or is inside, a nested slice."""
    return identifier.count(":") > 1


def _sliced_above(identifier: str) -> str:
    return identifier.partition(":")[0] if ":" in identifier else ""


def _extension_profile(element: Element) -> str:
    kind: dict[str, Any] = next(iter(element.get("type") or ()), {})
    profiles = kind.get("profile") if kind.get("code") == "Extension" else None
    return str(profiles[0]).partition("|")[0] if profiles else ""


class _Slicing:
    """One slicing: its discriminators as patterns, and whether the validator supports them."""

    def __init__(self, element: Element, elements: list[Element], packages: Packages) -> None:
        self.patterns: dict[str, Element] = {}
        self._elements = {e["id"]: e for e in elements}
        self._packages = packages
        start = f"{element['id']}:"
        inside = (i for i in self._elements if i.startswith(start))
        self.slices = [i for i in inside if "." not in i.removeprefix(start)]
        given = [d for d in element["slicing"].get("discriminator") or () if isinstance(d, dict)]
        followed = [self._followed(discriminator) for discriminator in given]
        self.understood = bool(followed) and all(followed)
        self.slicing = {**element["slicing"], "discriminator": [d for d in followed if d]}

    def _followed(self, discriminator: dict[str, Any]) -> dict[str, Any] | None:
        """Return the discriminator at the element that all slices fix, or None."""
        path = str(discriminator.get("path"))
        if discriminator.get("type") not in _BY_VALUE or path == "$this":
            return discriminator
        if path == "url" and all(_extension_profile(self._elements[s]) for s in self.slices):
            return discriminator
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            at = ".".join(parts[:length])
            if all(self._fixed(f"{s}.{at}") for s in self.slices):
                return {"type": discriminator["type"], "path": at}
        return self._as_pattern(parts)

    def _fixed(self, identifier: str) -> bool:
        element = self._elements.get(identifier)
        return element is not None and fixed_value(element) is not None

    def _as_pattern(self, parts: list[str]) -> dict[str, Any] | None:
        """Fix the concept above a code to the only code it may have, in every slice."""
        at = ".".join(part for part in parts if part not in {"coding", "code", "system"})
        patterns = {}
        for name in self.slices:
            element = self._elements.get(f"{name}.{at}")
            terms = self._terms(element) if element else ()
            if len(terms) != 1 or element is None:
                return None
            coding = {"system": terms[0].system, "code": terms[0].code}
            parts_known = {key: value for key, value in coding.items() if value}
            is_coding = (element.get("type") or [{}])[0].get("code") == "Coding"
            pattern: Element = {"patternCoding": parts_known}
            if not is_coding:
                pattern = {"patternCodeableConcept": {"coding": [parts_known]}}
            patterns[element["id"]] = pattern
        self.patterns |= patterns
        return {"type": "pattern", "path": at}

    def _terms(self, element: Element) -> tuple[Term, ...]:
        return allowed_codes(list(self._elements.values()), element, self._packages).terms


def unchecked(url: str, elements: list[Element], packages: Packages) -> Iterator[Finding]:
    """Yield what the validator does not check in a profile, each at its element."""
    for element in elements:
        for kind in _unchecked(element, elements, packages):
            yield limit(kind, f"{url} {element['id']}")


def limit(kind: str, where: str) -> Finding:
    """Return the finding for an unchecked rule at an element of a profile."""
    return Finding(f"conformance.limit.{kind}", where, "not_run")


def _unchecked(element: Element, elements: list[Element], packages: Packages) -> Iterator[str]:
    identifier = element["id"]
    canonical = required_value_set(element)
    if canonical and element.get("max") != "0" and _not_enumerated(canonical, packages):
        yield "binding"
    if "maxLength" in element:
        yield "length"
    kinds = element.get("type") or ()
    if any(kind.get("profile") for kind in kinds) and path_of(identifier).endswith("contained"):
        yield "contained"
    if any(_asks_for_profile(kind) for kind in kinds):
        yield "target"
    if element.get("sliceName") and _is_inner(identifier):
        yield "inner_slices"
    has_slices = _is_sliced(element) and any(e["id"].startswith(f"{identifier}:") for e in elements)
    if has_slices and not _Slicing(element, elements, packages).understood:
        yield "slicing"


def _not_enumerated(canonical: str, packages: Packages) -> bool:
    held = value_set(canonical, packages)
    return held is None or held.terms is None


def _asks_for_profile(kind: dict[str, Any]) -> bool:
    """Return whether a reference must point to a profile rather than a base type."""
    urls = [str(url) for url in kind.get("targetProfile") or ()]
    return bool(urls) and not all(u.startswith("http://hl7.org/fhir/") for u in urls)
