"""All text that persons wrote in a notice, at any level."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from sha_disclosure.notice.part import Part
from sha_disclosure.values.texts import WrittenText


def written_texts(part: Part) -> list[str]:
    """Return every text a person wrote in a part and its nested parts."""
    found: list[str] = []
    _collect(part, found)
    return found


def _collect(part: Part, found: list[str]) -> None:
    # Runs for every notice, so it reads each part's plain dictionary.
    values = part.__dict__
    for name, holds_parts in _fields_with_texts(part.__class__):
        value = values.get(name)
        if value is None:
            continue
        for each in value if value.__class__ is tuple else (value,):
            if holds_parts:
                _collect(each, found)
            else:
                found.append(each.reveal())


def places_of_texts(part: Part, path: str = "") -> Iterator[tuple[str, WrittenText]]:
    """Yield the same texts, each with its path.

    Aliases can be ignored: no text field has one.
    """
    for name, holds_parts in _fields_with_texts(type(part)):
        value: Any = part.__dict__.get(name)
        several = value.__class__ is tuple
        for index, each in enumerate(value if several else (value,)):
            place = f"{path}{name}[{index}]" if several else f"{path}{name}"
            if each is None:
                continue
            if holds_parts:
                yield from places_of_texts(each, f"{place}.")
            else:
                yield place, each


@cache
def _fields_with_texts(kind: type[Part]) -> tuple[tuple[str, bool], ...]:
    """Return the fields that hold texts, and for each whether it holds parts with texts."""
    held = {name: _held(field.annotation) for name, field in kind.model_fields.items()}
    return tuple((name, issubclass(each, Part)) for name, each in held.items() if each)


def _held(annotation: Any) -> type[WrittenText | Part] | None:
    """Return the kind of text, or of part with texts, that a field may hold."""
    if not isinstance(annotation, type):
        return next((kind for kind in map(_held, get_args(annotation)) if kind is not None), None)
    if issubclass(annotation, WrittenText):
        return annotation
    return annotation if issubclass(annotation, Part) and _fields_with_texts(annotation) else None
