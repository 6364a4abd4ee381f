"""Definitions made ready for pyrofile-validator: what it needs written out, written out.

It needs snapshots; the URL of each extension slice; discriminators where the fixed value
stands. What it cannot check in a profile is listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sha_disclosure.conformance.elements import fixed_value, required_value_set
from sha_disclosure.conformance.package import Packages
from sha_disclosure.conformance.slimming import Element, Resource, path_of
from sha_disclosure.conformance.snapshot import Snapshots, Unresolved
from sha_disclosure.conformance.terms import value_set


def fed(definition: Resource, snapshots: Snapshots) -> Resource | None:
    """Return a definition with a snapshot the validator understands, or None without a base."""
    try:
        elements = snapshots.of(definition["url"])
    except Unresolved:
        return None
    ready = {key: value for key, value in definition.items() if key != "differential"}
    return {**ready, "snapshot": {"element": list(_ready(elements))}}


def _ready(elements: list[Element]) -> Iterator[Element]:
    known = {element["id"] for element in elements}
    for element in elements:
        yield {**element, **_slicing(element, elements)}
        kinds = element.get("type") or [{}]
        profiles = kinds[0].get("profile")
        url = f"{element['id']}.url"
        if kinds[0].get("code") == "Extension" and profiles and url not in known:
            yield {
                "id": url,
                "path": f"{element['path']}.url",
                "min": 1,
                "max": "1",
                "type": [{"code": "uri"}],
                "fixedUri": str(profiles[0]).partition("|")[0],
            }


def _slicing(element: Element, elements: list[Element]) -> dict[str, Any]:
    """Return the slicing with each discriminator led to the pattern above it, if there is one."""
    slicing = element.get("slicing")
    if not isinstance(slicing, dict):
        return {}
    given = [d for d in slicing.get("discriminator") or () if isinstance(d, dict)]
    led = [_led(d, element["id"], elements) for d in given]
    return {"slicing": {**slicing, "discriminator": led}}


def _led(discriminator: dict[str, Any], sliced: str, elements: list[Element]) -> dict[str, Any]:
    path = str(discriminator.get("path"))
    if discriminator.get("type") not in {"value", "pattern"} or "." not in path:
        return discriminator
    parts = path.split(".")
    patterned = {
        path_of(e["id"].removeprefix(sliced)).partition(".")[2]
        for e in elements
        if e["id"].startswith(f"{sliced}:") and fixed_value(e) is not None
    }
    for length in range(len(parts), 0, -1):
        above = ".".join(parts[:length])
        if above in patterned:
            return {"type": "pattern", "path": above}
    return discriminator


def unchecked(url: str, elements: list[Element], packages: Packages) -> Iterator[tuple[str, str]]:
    """Yield what the validator does not check in a profile: element and kind of rule."""
    for element in elements:
        where = f"{url} {element['id']}"
        canonical = required_value_set(element)
        if canonical and _matters(element) and _not_enumerated(canonical, packages):
            yield where, "binding"
        if "maxLength" in element:
            yield where, "length"
        kinds = [t for t in element.get("type") or () if isinstance(t, dict)]
        if any(t.get("profile") for t in kinds) and path_of(element["id"]).endswith("contained"):
            yield where, "contained"
        if any(_own_targets(t) for t in kinds):
            yield where, "target"
        if (
            ":" in element["id"].rpartition(".")[0]
            and "slicing" in element
            and _slices(element, elements)
        ):
            yield where, "inner slices"


def _slices(element: Element, elements: list[Element]) -> bool:
    return any(e["id"].startswith(f"{element['id']}:") for e in elements)


def _matters(element: Element) -> bool:
    return element.get("max") != "0"


def _not_enumerated(canonical: str, packages: Packages) -> bool:
    held = value_set(canonical, packages)
    return held is None or held.terms is None


def _own_targets(kind: dict[str, Any]) -> bool:
    """Return whether a reference has to lead to a profile, not to a base type."""
    urls = [str(url) for url in kind.get("targetProfile") or ()]
    return bool(urls) and not all(u.startswith("http://hl7.org/fhir/") for u in urls)
