"""What persons wrote in a notice, wherever in its parts it stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from sha_disclosure.notice.part import Part
from sha_disclosure.values.texts import WrittenText


def written_texts(part: Part) -> list[str]:
    """Return every text a person wrote in a part and its parts."""
    found: list[str] = []
    _collect(part, found)
    return found


def _collect(part: Part, found: list[str]) -> None:
    # Every notice is walked, so it looks at the plain dictionary of each part.
    values = part.__dict__
    for name in _fields_with_texts(part.__class__):
        value = values.get(name)
        if value is None:
            continue
        for each in value if value.__class__ is tuple else (value,):
            if _is_part(each.__class__):
                _collect(each, found)
            else:
                found.append(each.reveal())


def places_of_texts(part: Part, path: str = "") -> Iterator[tuple[str, WrittenText]]:
    """Yield the same texts, each with its path.

    A field's alias needs no thought: no text has one.
    """
    for name in _fields_with_texts(type(part)):
        value: Any = part.__dict__.get(name)
        several = value.__class__ is tuple
        for index, each in enumerate(value if several else (value,)):
            place = f"{path}{name}[{index}]" if several else f"{path}{name}"
            if _is_part(each.__class__):
                yield from places_of_texts(each, f"{place}.")
            elif each is not None:
                yield place, each


@cache
def _fields_with_texts(kind: type[Part]) -> tuple[str, ...]:
    """Return the names of the fields of a part that hold texts, or parts that do."""
    return tuple(name for name, field in kind.model_fields.items() if _has_texts(field.annotation))


def _has_texts(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, WrittenText):
        return True
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return bool(_fields_with_texts(annotation))
    return any(map(_has_texts, get_args(annotation)))


@cache
def _is_part(kind: type) -> bool:
    return issubclass(kind, Part)
