"""The Bundles to validate: the types in them, and replacing their canonical URLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LabelledBundle:
    """A Bundle to validate, with the kind of its notice or the name of its file."""

    label: str
    content: dict[str, Any] = field(repr=False)


def with_urls(bundle: dict[str, Any], urls: Mapping[str, str]) -> dict[str, Any]:
    """Return a Bundle with canonical URLs replaced, so that a wrong URL hides no other fault."""

    def replaced(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: replaced(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [replaced(each, key) for each in value]
        known = key in {"url", "profile"} and isinstance(value, str)
        return urls.get(value, value) if known else value

    made: dict[str, Any] = replaced(bundle)
    return made


def types_in(value: Any) -> Iterator[str]:
    """Yield the resource types in a Bundle."""
    if isinstance(value, dict):
        if isinstance(value.get("resourceType"), str):
            yield value["resourceType"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from types_in(each)
