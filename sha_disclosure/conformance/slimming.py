"""Definitions in one shape: without texts for readers, every element with its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Resource = dict[str, Any]
Element = dict[str, Any]

# A core package is ten times smaller in memory without them.
_TEXTS_OF_RESOURCE = frozenset({"text", "contact", "mapping", "description", "purpose"})
_TEXTS_OF_ELEMENT = frozenset(
    {"definition", "comment", "requirements", "alias", "mapping", "example", "meaningWhenMissing"}
)


def slim(resource: Resource) -> Resource:
    """Return a resource without texts; the elements of a StructureDefinition all have ids."""
    kept = {key: value for key, value in resource.items() if key not in _TEXTS_OF_RESOURCE}
    if kept.get("resourceType") == "StructureDefinition":
        for view in ("snapshot", "differential"):
            elements = list(_elements(kept.pop(view, None)))
            if elements:
                kept[view] = {"element": elements}
    return kept


def _elements(view: object) -> Iterator[Element]:
    given = view.get("element") if isinstance(view, dict) else None
    whole = (e for e in given if isinstance(e, dict)) if isinstance(given, list) else ()
    yield from _with_ids(e for e in whole if isinstance(e.get("path"), str))


def _with_ids(elements: Iterable[Element]) -> Iterator[Element]:
    slices: dict[str, str] = {}
    for element in elements:
        kept = {key: value for key, value in element.items() if key not in _TEXTS_OF_ELEMENT}
        path, name = kept["path"], kept.get("sliceName")
        for inner in [known for known in slices if known.startswith(f"{path}.") or known == path]:
            del slices[inner]
        if isinstance(name, str):
            slices[path] = name
        if not isinstance(kept.get("id"), str):
            kept["id"] = _id_of(path, slices)
        yield kept


def _id_of(path: str, slices: dict[str, str]) -> str:
    at, parts = "", []
    for part in path.split("."):
        at = f"{at}.{part}" if at else part
        parts.append(f"{part}:{slices[at]}" if at in slices else part)
    return ".".join(parts)


def path_of(identifier: str) -> str:
    """Return an element's id without the names of slices: its path."""
    return ".".join(part.partition(":")[0] for part in identifier.split("."))
