"""Finds the differences between two JSON documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each scalar value in JSON data with its path."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from leaves(member, f"{place}[{index}]")
    else:
        yield place, value


def differences(base: Any, other: Any, place: str = "") -> Iterator[str]:
    """Yield the paths of values in ``base`` that differ from ``other`` or are missing there."""
    if base == other:  # a fast path: most of the two documents is equal
        return
    match base, other:
        case dict(), dict():
            for name, member in base.items():
                inner = f"{place}.{name}" if place else name
                yield from differences(member, other.get(name), inner)
        case list(), list():
            for index, (member, its_other) in enumerate(_pairs(base, other)):
                yield from differences(member, its_other, f"{place}[{index}]")
        case _:
            yield from (found for found, _ in leaves(base, place))


def _pairs(base: Sequence[Any], other: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each member of ``base`` with the corresponding one of ``other``, or None."""
    if len(base) == len(other):
        yield from zip(base, other, strict=True)
        return
    named = {_name(each): each for each in reversed(other)}
    for each in base:
        yield each, named.get(_name(each))


def _name(member: Any) -> str:
    """Return what identifies a member of a list among the others."""
    if isinstance(member, dict):
        return str(member.get("id") or member.get("url") or member.get("system") or member)
    return str(member)
