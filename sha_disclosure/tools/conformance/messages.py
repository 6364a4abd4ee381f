"""The Bundles to validate: what they hold, and their canonical URLs as the package has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


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
