"""Normalises a package's resources: without texts for readers, and with an id on each element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Resource = dict[str, Any]
Element = dict[str, Any]

# Without them a core package uses a tenth of the memory.
_TEXTS_OF_RESOURCE = frozenset({"text", "contact", "mapping", "description", "purpose"})
_TEXTS_OF_ELEMENT = frozenset(
    {"definition", "comment", "requirements", "alias", "mapping", "example", "meaningWhenMissing"}
)


# The JSON types of the members used later; a type in a list stands for a list of it.
_Types = Mapping[str, type | list[type]]
_OF_DEFINITION: _Types = {
    "url": str, "type": str, "baseDefinition": str, "derivation": str, "context": [dict],
}  # fmt: skip
_OF_ELEMENT: _Types = {
    "id": str, "path": str, "sliceName": str, "min": int, "max": str, "base": dict,
    "type": [dict], "constraint": [dict], "binding": dict, "slicing": dict,
}  # fmt: skip
_OF_TYPE: _Types = {"code": str, "profile": [str], "targetProfile": [str]}


def _require(value: object, types: _Types) -> dict[str, Any]:
    """Return an object if its members have these JSON types. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - of data, not of code
    for name, wanted in types.items():
        if name not in value:
            continue
        held = value[name]
        right = isinstance(held, list if isinstance(wanted, list) else wanted)
        if not right or (isinstance(wanted, list) and not _all_of(held, wanted[0])):
            raise ValueError(name)
    return value


def _all_of(values: list[Any], wanted: type) -> bool:
    return all(isinstance(each, wanted) for each in values)


def normalised(resource: Resource) -> Resource:
    """Return a resource without texts and with an id on each StructureDefinition element.

    Raises ValueError if its structure violates FHIR.
    """
    kept = {key: value for key, value in resource.items() if key not in _TEXTS_OF_RESOURCE}
    if kept.get("resourceType") == "StructureDefinition":
        _require(kept, _OF_DEFINITION)
        for view in ("snapshot", "differential"):
            elements = list(_elements(kept.pop(view, None)))
            if elements:
                kept[view] = {"element": elements}
    return kept


def _elements(view: object) -> Iterator[Element]:
    if view is not None:
        whole = _require(view, {"element": [dict]})
        yield from _with_ids(whole.get("element", ()))


def _with_ids(elements: Iterable[Element]) -> Iterator[Element]:
    slices: dict[str, str] = {}
    for element in elements:
        kept = {key: value for key, value in element.items() if key not in _TEXTS_OF_ELEMENT}
        _require({"path": None, **kept}, _OF_ELEMENT)
        for kind in kept.get("type", ()):
            _require(kind, _OF_TYPE)
        _require(kept.get("slicing", {}), {"discriminator": [dict]})
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
    """Return an element's id without slice names: its path."""
    return ".".join(part.partition(":")[0] for part in identifier.split("."))
