"""Which parts of the notice belong to an element whose value comes from no field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sha_disclosure.explanation.tracing import Origins

_LAST_STEP = re.compile(r"\.[^.]+$")
_RESOURCE = re.compile(r"entry\[\d+\]\.resource(?=\.)")
_CONTAINED_ID = re.compile(r"(.+)\.contained\[\d+\]\.id")

Fields = Mapping[str, str]
"""Fields of the notice with the rule that requires each."""


def resource_of(place: str) -> str:
    """Return the path of an element's resource; empty for the Bundle's own elements."""
    found = _RESOURCE.match(place)
    return found[0] if found else ""


class Parts:
    """The fields behind the values next to an element, in the nearest element that has any.

    A reference counts as the contained resource it points to.
    """

    def __init__(self, found: Mapping[str, Origins], values: Mapping[str, Any]) -> None:
        self._own: dict[str, dict[str, str]] = {}
        self._leads: dict[str, list[str]] = {}
        ids = {
            (match[1], f"#{value}"): place.removesuffix(".id")
            for place, value in values.items()
            if (match := _CONTAINED_ID.fullmatch(place))
        }
        for place, value in values.items():
            target = ids.get((resource_of(place), value))
            for above in _above(place):
                self._own.setdefault(above, {}).update(found[place].fields)
                if target is not None:
                    self._leads.setdefault(above, []).append(target)

    def beside(self, place: str) -> Fields:
        """Return the fields that belong to an element."""
        for above in _above(place):
            found = self._own.get(above) or self._behind(above, ())
            if found:
                return found
        return {}

    def _behind(self, place: str, seen: tuple[str, ...]) -> Fields:
        found: dict[str, str] = {}
        for resource in self._leads.get(place, ()):
            if resource not in seen:
                found |= self._own.get(resource) or self._behind(resource, (*seen, resource))
        return found


def _above(place: str) -> Iterator[str]:
    """Yield an element and its ancestors within its resource; lists do not count."""
    resource = resource_of(place)
    while resource and len(place) > len(resource):
        yield place
        place = _LAST_STEP.sub("", place)


def in_common(fields: Fields) -> tuple[str, ...]:
    """Return the innermost part of the notice with all the fields, or else their parts."""
    split = [path.split(".") for path in fields]
    common: list[str] = []
    for steps in zip(*split, strict=False):
        if len(set(steps)) > 1:
            break
        common.append(steps[0])
    if any(not step.startswith("[") for step in common):
        return (".".join(common),)
    depth = len(common) + 1
    return tuple(dict.fromkeys(".".join(steps[:depth]) for steps in split))
