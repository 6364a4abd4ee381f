"""The packages' definitions that correspond to the edition's entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sha_disclosure.editions import Edition
from sha_disclosure.tools.conformance.elements import fixed_value, plain
from sha_disclosure.tools.conformance.locations import DEFINITIONS, Location
from sha_disclosure.tools.conformance.packages import BASE, CORE, Package, Packages
from sha_disclosure.tools.conformance.resources import Element, Resource, path_of
from sha_disclosure.tools.conformance.snapshots import Snapshots, Unresolved


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition without what it repeats from base FHIR."""

    url: str
    elements: list[Element]


class Definitions:
    """Finds the definition of an edition's entry, even if its URL differs."""

    def __init__(self, packages: Packages, snapshots: Snapshots, edition: Edition) -> None:
        self.packages = packages
        self.snapshots = snapshots
        self.values = {entry.key: entry.value for entry in edition.entries}
        self._found: dict[str, Definition | None] = {}

    def of(self, name: str) -> Definition | None:
        """Return the definition of an entry (``profile.patient``) or of a FHIR type."""
        if name not in self._found:
            url = self.url_of(name)
            self._found[name] = self._read(url) if url else None
        return self._found[name]

    def url_of(self, name: str) -> str | None:
        """Return the canonical URL in the packages for an entry or for a FHIR type."""
        location = _BY_ENTRY.get(name)
        own = self.values.get(name)
        if own and self.packages.find(own, "StructureDefinition"):
            return str(own)
        if location is None:
            found = [sd for sd, _ in self.profiles_of(name)]
        else:
            found = self.candidates(location)
        return found[0]["url"] if len(found) == 1 else None

    def candidates(self, location: Location) -> list[Resource]:
        """Return definitions that may be meant by an entry whose URL is in no package."""
        own = str(self.values.get(location.entry) or "")
        name = plain(own.rpartition("/")[2]) or location.entry.partition(".")[2]
        if location.how == "extension":
            known = [sd for sd, _ in self.extensions()]
        else:
            known = [sd for sd, _ in self.profiles_of(location.element)]
        same = [sd for sd in known if name in _names(sd)]
        if len(same) == 1 or location.how == "extension":
            return same
        return known

    def profiles_of(self, resource_type: str) -> Iterator[tuple[Resource, Package]]:
        """Yield the packages' own profiles of a FHIR type."""
        return (
            (sd, package)
            for sd, package in self._own()
            if sd.get("type") == resource_type and sd.get("derivation") == "constraint"
        )

    def extensions(self) -> Iterator[tuple[Resource, Package]]:
        """Yield the packages' own extensions."""
        return self.profiles_of("Extension")

    def refers_to(self, canonical: str) -> bool:
        """Return whether a profile named by an entry requires the profile ``canonical``."""
        return any(
            canonical in _asked(element)
            for location in DEFINITIONS
            if location.how == "profile" and self.values.get(location.entry)
            for element in self._elements_of(location.entry)
        )

    def _elements_of(self, name: str) -> list[Element]:
        definition = self.of(name)
        return definition.elements if definition else []

    def _own(self) -> Iterator[tuple[Resource, Package]]:
        return (
            (sd, package)
            for sd, package in self.packages.of_type("StructureDefinition")
            if package.name != CORE
        )

    def _read(self, url: str) -> Definition | None:
        try:
            elements = self.snapshots.of(url)
        except Unresolved:
            return None
        base = self.snapshots.base_of(url)
        return Definition(url, [_without_base(e, self._base(e, base)) for e in elements])

    def _base(self, element: Element, base: Mapping[str, Element]) -> Element:
        """Return the base FHIR element of ``element``, including those of data types."""
        own = base.get(path_of(element["id"]))
        origin = element.get("base")
        path = origin.get("path") if isinstance(origin, dict) else None
        if own is not None or not isinstance(path, str):
            return own or {}
        try:
            elements = self.snapshots.of(BASE + path.partition(".")[0])
        except Unresolved:
            return {}
        return next((e for e in elements if e["id"] == path), {})


def _without_base(element: Element, base: Element) -> Element:
    """Return an element without fixed values and bindings inherited from base FHIR."""
    given: dict[str, Any] = dict(element)
    if given.get("binding") == base.get("binding") or _same_value_set(given, base):
        given.pop("binding", None)
    if base and fixed_value(base) is not None:
        given = {k: v for k, v in given.items() if not k.startswith(("fixed", "pattern"))}
    return given


def _same_value_set(element: Element, base: Element) -> bool:
    bindings = [e.get("binding") for e in (element, base)]
    urls = [str(b.get("valueSet")).partition("|")[0] for b in bindings if isinstance(b, dict)]
    strengths = {b.get("strength") for b in bindings if isinstance(b, dict)}
    return len(urls) == 2 and urls[0] == urls[1] and len(strengths) == 1


def _names(definition: Resource) -> set[str]:
    url = str(definition["url"])
    return {plain(str(n)) for n in (url.rpartition("/")[2], definition.get("name", ""))}


def _asked(element: Element) -> set[str]:
    types = [t for t in element.get("type", ()) if isinstance(t, dict)]
    return {
        str(url).partition("|")[0]
        for kind in types
        for url in (*(kind.get("profile") or ()), *(kind.get("targetProfile") or ()))
    }


_BY_ENTRY = {location.entry: location for location in DEFINITIONS}
