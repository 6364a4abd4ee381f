"""What persons wrote in a notice: found in every part, by one walk without paths where it can."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Literal

from sha_disclosure.notice.part import Part
from sha_disclosure.values.texts import WrittenText


def written_texts(part: Part) -> list[WrittenText]:
    """Return every text a person wrote in a part and its parts."""
    found: list[WrittenText] = []
    _collect(part, found)
    return found


def _collect(part: Part, found: list[WrittenText]) -> None:
    # Every notice is walked, so it looks at the plain dictionary of each part.
    for value in part.__dict__.values():
        kind = _kind(value.__class__)
        if kind == "text":
            found.append(value)
        elif kind == "part":
            _collect(value, found)
        elif kind == "several":
            for each in value:
                kind = _kind(each.__class__)
                if kind == "text":
                    found.append(each)
                elif kind == "part":
                    _collect(each, found)


def places_of_texts(part: Part, path: str = "") -> Iterator[tuple[str, WrittenText]]:
    """Yield the same texts, each with its path.

    A field's alias needs no thought: no text has one.
    """
    for name, value in part.__dict__.items():
        several = _kind(value.__class__) == "several"
        for index, each in enumerate(value if several else (value,)):
            place = f"{path}{name}[{index}]" if several else f"{path}{name}"
            kind = _kind(each.__class__)
            if kind == "text":
                yield place, each
            elif kind == "part":
                yield from places_of_texts(each, f"{place}.")


@cache
def _kind(of: type) -> Literal["text", "part", "several", ""]:
    if issubclass(of, WrittenText):
        return "text"
    if issubclass(of, Part):
        return "part"
    return "several" if issubclass(of, tuple) else ""
