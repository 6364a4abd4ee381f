"""Snapshots: the rules of a definition merged into the base definition of its type.

A slice starts as a copy of the list it belongs to. An element of a data type is unfolded
when a rule is placed inside it.
"""

from __future__ import annotations

import copy
from typing import Any

from reconstruction.base import definition

Json = dict[str, Any]


def snapshot(base: str, differential: list[Json]) -> list[Json]:
    """Return the elements of the snapshot, in the order of the base definition."""
    merging = _Merging(definition(base)["snapshot"]["element"])
    for change in differential:
        merging.place(change)
    return merging.elements


class _Merging:
    """A snapshot under way."""

    def __init__(self, elements: list[Json]) -> None:
        self.elements = elements

    def place(self, change: Json) -> None:
        """Apply one element of the differential."""
        element = self._element(change["id"])
        for name, value in change.items():
            if name == "constraint":
                element["constraint"] = [*element.get("constraint", ()), *value]
            else:
                element[name] = value

    def _index(self, identifier: str) -> int | None:
        ids = (each["id"] for each in self.elements)
        return next((i for i, known in enumerate(ids) if known == identifier), None)

    def _element(self, identifier: str) -> Json:
        index = self._index(identifier)
        if index is None:
            parent, _, last = identifier.rpartition(".")
            name, _, sliced = last.partition(":")
            if sliced:
                self._add_slice(f"{parent}.{name}", sliced)
            else:
                self._unfold(parent)
            index = self._index(identifier)
        if index is None:
            raise KeyError(identifier)
        return self.elements[index]

    def _end(self, index: int) -> int:
        """Return the index after the last element that belongs to the one at ``index``."""
        identifier = self.elements[index]["id"]
        inside = (f"{identifier}.", f"{identifier}:")
        end = index + 1
        while end < len(self.elements) and self.elements[end]["id"].startswith(inside):
            end += 1
        return end

    def _add_slice(self, identifier: str, name: str) -> None:
        self._element(identifier)
        index = self._index(identifier)
        assert index is not None  # noqa: S101 - it was just found or made
        made = copy.deepcopy(self.elements[index])
        made.pop("slicing", None)
        made |= {"id": f"{identifier}:{name}", "sliceName": name, "min": 0}
        self.elements.insert(self._end(index), made)

    def _unfold(self, identifier: str) -> None:
        element = self._element(identifier)
        index = self._index(identifier)
        assert index is not None  # noqa: S101 - it was just found or made
        children = self._own_children(identifier) or self._type_children(element)
        self.elements[index + 1 : index + 1] = children

    def _own_children(self, identifier: str) -> list[Json]:
        """Return copies of what the list a slice belongs to holds: none elsewhere."""
        head, _, last = identifier.rpartition(".")
        name, _, sliced = last.partition(":")
        if not sliced:
            return []
        whole = f"{head}.{name}."
        return [
            {**copy.deepcopy(each), "id": f"{identifier}.{each['id'].removeprefix(whole)}"}
            for each in self.elements
            if each["id"].startswith(whole)
        ]

    def _type_children(self, element: Json) -> list[Json]:
        (kind,) = {each["code"] for each in element["type"]}
        made = []
        for child in definition(kind)["snapshot"]["element"][1:]:
            rest = child["id"].removeprefix(kind)
            made.append({**child, "id": element["id"] + rest, "path": element["path"] + rest})
        return made
