"""Snapshots: complete profiles, built from their differentials and bases.

A package may contain profiles with snapshots or with differentials only. The merge follows
https://hl7.org/fhir/R4/profiling.html#snapshot as far as validating and comparing need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.limits import PACKAGE_ELEMENTS
from sha_disclosure.messages import message
from sha_disclosure.tools.conformance.packages import BASE, Packages
from sha_disclosure.tools.conformance.resources import Element

_LONGEST_CHAIN = 20


class Unresolved(Exception):  # noqa: N818 - a signal, not an error of the caller
    """A definition needed by a snapshot is in none of the packages."""


class Snapshots:
    """Builds and caches the snapshots of definitions."""

    def __init__(self, packages: Packages) -> None:
        self._packages = packages
        self._made: dict[str, list[Element]] = {}

    def of(self, canonical: str) -> list[Element]:
        """Return the elements of a definition. Raises Unresolved with the missing URL."""
        return self._of(canonical, ())

    def base_of(self, canonical: str) -> Mapping[str, Element]:
        """Return the elements of the FHIR type that a definition constrains, by id."""
        found = self._packages.find(canonical, "StructureDefinition")
        kind = str(found[0].get("type")) if found else ""
        try:
            return {e["id"]: e for e in self.of(BASE + kind)}
        except Unresolved:
            return {}

    def _of(self, canonical: str, above: tuple[str, ...]) -> list[Element]:
        url = canonical.partition("|")[0]
        if url not in self._made:
            self._made[url] = self._new(url, above)
        return self._made[url]

    def _new(self, url: str, above: tuple[str, ...]) -> list[Element]:
        found = self._packages.find(url, "StructureDefinition")
        if found is None or url in above or len(above) > _LONGEST_CHAIN:
            raise Unresolved(url)
        definition = found[0]
        if "snapshot" in definition:
            elements: list[Element] = definition["snapshot"]["element"]
            return elements
        base = definition.get("baseDefinition")
        if not isinstance(base, str):
            raise Unresolved(url)
        merge = _Merge(self, self._of(base, (*above, url)), (*above, url))
        for difference in definition.get("differential", {}).get("element", ()):
            merge.apply(difference)
        return merge.elements

    def children(self, element: Element, above: tuple[str, ...]) -> list[Element]:
        """Return the elements of the type of ``element``, or of its only profile."""
        types = [t for t in element.get("type", ()) if isinstance(t, dict)]
        if len(types) != 1:
            return []
        profiles = types[0].get("profile") or ()
        for wanted in (*profiles[:1], BASE + str(types[0].get("code"))):
            try:
                return self._of(str(wanted), above)
            except Unresolved:
                continue
        return []


class _Merge:
    """One merge: the base's elements, to which differences are applied one by one."""

    def __init__(self, snapshots: Snapshots, base: list[Element], above: tuple[str, ...]) -> None:
        self._snapshots = snapshots
        self._above = above
        self.elements = [dict(element) for element in base]

    def apply(self, difference: Element) -> None:
        """Apply one element of a differential, adding it if it is new."""
        index = self._position(difference["id"])
        if len(self.elements) > PACKAGE_ELEMENTS.value:
            fault = PACKAGE_ELEMENTS.exceeded(name=self._above[-1])
            raise ConfigurationError(message("conformance.package.too_large", what=fault))
        if index is None:
            return
        element = self.elements[index]
        narrowed = _type_in_name(difference["path"], element["path"])
        if narrowed and "type" not in difference:
            kept = [t for t in element.get("type", ()) if _suffix(t) == narrowed]
            difference = {**difference, "type": kept or element.get("type", [])}
        merged = {**element, **difference, "id": element["id"], "path": element["path"]}
        constraints = [*element.get("constraint", ()), *difference.get("constraint", ())]
        if constraints:
            merged["constraint"] = list({str(c.get("key")): c for c in constraints}.values())
        self.elements[index] = merged

    def _position(self, identifier: str) -> int | None:
        """Return the position of an element, adding it and its parents if needed."""
        known = self._index(identifier)
        if known is not None:
            return known
        above, _, last = identifier.rpartition(".")
        if not above:
            return None
        name, _, slice_name = last.partition(":")
        if slice_name:
            plain = self._position(f"{above}.{name}")
            return None if plain is None else self._slice(plain, slice_name)
        at = self._position(above)
        if at is None:
            return None
        self._unfold(at)
        above = self.elements[at]["id"]
        known = self._index(f"{above}.{name}")
        return known if known is not None else self._choice(above, name)

    def _index(self, identifier: str) -> int | None:
        return next((i for i, e in enumerate(self.elements) if e["id"] == identifier), None)

    def _choice(self, above: str, name: str) -> int | None:
        """Find ``value[x]`` for a name such as ``valueCoding``."""
        for index, element in enumerate(self.elements):
            parent, _, last = element["id"].rpartition(".")
            if parent == above and last.endswith("[x]") and name.startswith(last[:-3]):
                return index
        return None

    def _end(self, index: int) -> int:
        """Return the position after the element's own children."""
        prefix = f"{self.elements[index]['id']}."
        end = index + 1
        while end < len(self.elements) and self.elements[end]["id"].startswith(prefix):
            end += 1
        return end

    def _slice(self, plain: int, name: str) -> int:
        end = self._end(plain)
        origin = self.elements[plain]["id"]
        new = f"{origin}:{name}"
        at = end
        while at < len(self.elements) and self.elements[at]["id"].startswith(f"{origin}:"):
            at += 1
        first = {**self.elements[plain], "id": new, "sliceName": name, "min": 0}
        first.pop("slicing", None)
        inner = [
            {**e, "id": new + e["id"].removeprefix(origin)} for e in self.elements[plain + 1 : end]
        ]
        self.elements[at:at] = [first, *inner]
        return at

    def _unfold(self, index: int) -> None:
        """Insert the children of an element's type below it, unless they exist."""
        element = self.elements[index]
        if self._end(index) > index + 1:
            return
        origin, path = element["id"], element["path"]
        reference = element.get("contentReference")
        if isinstance(reference, str):
            root = reference.partition("#")[2]
            model = [e for e in self.elements if e["id"] == root or e["id"].startswith(f"{root}.")]
        else:
            model = self._snapshots.children(element, self._above)
        if not model:
            return
        root, root_path = model[0]["id"], model[0]["path"]
        self.elements[index + 1 : index + 1] = [
            {
                **inner,
                "id": origin + inner["id"].removeprefix(root),
                "path": path + inner["path"].removeprefix(root_path),
            }
            for inner in model[1:]
        ]


def _type_in_name(path: str, choice: str) -> str:
    """Return ``Coding`` for a path such as ``Extension.valueCoding`` of ``Extension.value[x]``."""
    stem = choice.removesuffix("[x]")
    if stem == choice or not path.startswith(stem) or path == choice:
        return ""
    return path.removeprefix(stem)


def _suffix(entry: Any) -> str:
    code = str(entry.get("code", "")) if isinstance(entry, dict) else ""
    return code[:1].upper() + code[1:]
