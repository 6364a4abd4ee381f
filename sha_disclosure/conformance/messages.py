"""The Bundles to validate: what they hold, and their canonical URLs as the package has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sha_disclosure.conformance.package import Packages
from sha_disclosure.conformance.validation import Issue

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Message:
    """A Bundle to validate: the kind of its notice, or its file's name."""

    label: str
    bundle: dict[str, Any] = field(repr=False)


def renamed(bundle: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a Bundle with canonical URLs replaced, so that one other URL hides no other fault."""

    def walked(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: walked(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [walked(each, key) for each in value]
        known = key in {"url", "profile"} and isinstance(value, str)
        return names.get(value, value) if known else value

    made: dict[str, Any] = walked(bundle)
    return made


def types_in(value: Any) -> Iterator[str]:
    """Yield the resource types in a Bundle."""
    if isinstance(value, dict):
        if isinstance(value.get("resourceType"), str):
            yield value["resourceType"]
        for each in value.values():
            yield from types_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from types_in(each)


def unknown_extensions(bundle: dict[str, Any], packages: Packages) -> Iterator[Issue]:
    """Yield each extension of a Bundle that no package defines.

    It is only a warning while a package is missing, for that may define it.
    """
    severity = "warning" if packages.missing else "error"
    found = {
        (element, url)
        for element, url in _extensions("Bundle", bundle)
        if packages.find(url, "StructureDefinition") is None
    }
    for element, url in sorted(found):
        shown = url if _URL.fullmatch(url) else "?"
        yield Issue("extension", element, "", severity, shown)


def _extensions(element: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _extensions(element, each)
    if not isinstance(value, dict):
        return
    at = value.get("resourceType") if isinstance(value.get("resourceType"), str) else element
    for name, inner in value.items():
        if name in {"extension", "modifierExtension"} and isinstance(inner, list):
            urls = [e.get("url") for e in inner if isinstance(e, dict)]
            yield from ((f"{at}.{name}", url) for url in urls if isinstance(url, str))
        else:
            yield from _extensions(f"{at}.{name}", inner)
