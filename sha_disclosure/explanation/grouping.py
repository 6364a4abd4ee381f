"""Groups rows for reading: by section, with elements of the same origin on one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sha_disclosure.characters import visible
from sha_disclosure.editions import Entry
from sha_disclosure.explanation.rows import Row
from sha_disclosure.messages import Language, Message, message

_PLACE = re.compile(r"Bundle\.((?:entry\[\d+\]\.resource\.)?(?:contained\[\d+\]\.)?)(.+)")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """Adjacent elements with the same origin: ``type.coding[0].system, code, display``."""

    element: str
    value: str = field(repr=False)
    row: Row

    def source(self, language: Language) -> str:
        """Return a description of where the values come from."""
        names = (*self.row.fields, *self.row.settings, *self.row.about)
        origin = self.row.origin
        if origin in {"edition", "fhir"} and self.row.about:
            origin_id = f"explain.with.{origin}"
        else:
            origin_id = f"explain.from.{origin}"
        return message(origin_id, names=names).text(language)

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries of the edition, each with its status."""
        return tuple(f"{entry.key} ({entry.status})" for entry in self.row.entries)


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of the Bundle itself, of a resource, or of a contained resource."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A part of the notice with the provisions that require it and its number of elements."""

    name: str
    text: Message
    provisions: tuple[str, ...]
    elements: int


def sections(rows: Sequence[Row]) -> Iterator[Section]:
    """Yield the sections, in the order of the message."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(_split(row)[0], []).append(row)
    for place, own in found.items():
        yield Section(_title(place, own), tuple(_lines(own)))


def _split(row: Row) -> tuple[str, str]:
    """Return the path of an element's resource and the path within it."""
    match = _PLACE.fullmatch(row.element)
    return (match[1], match[2]) if match else ("", row.element)


def _title(place: str, own: Sequence[Row]) -> str:
    if not place:
        return "Bundle"
    values = {_split(row)[1]: row.value for row in own}
    label = f" #{values['id']}" if "contained" in place else ""
    where = place.replace(".resource.", ".").rstrip(".")
    return f"{where}: {values['resourceType']}{label}"


def _lines(own: Sequence[Row]) -> Iterator[Line]:
    for (parent, *_), group in groupby(own, key=_alike):
        together = list(group)
        names = [_split(row)[1].removeprefix(f"{parent}.") for row in together]
        element = ", ".join(names)
        value = ", ".join(dict.fromkeys(_written(row.value) for row in together))
        yield Line(f"{parent}.{element}" if parent else element, value, together[0])


def _alike(row: Row) -> tuple[Any, ...]:
    path = _split(row)[1]
    parent = path.rpartition(".")[0]
    alone = "" if parent else path
    return (parent, alone, row.origin, row.fields, row.about, row.settings, row.entries, row.hidden)


def _written(value: Any) -> str:
    text = visible(value if isinstance(value, str) else json.dumps(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} [...]"


def asked(rows: Sequence[Row]) -> Iterator[Asked]:
    """Yield the parts of the notice that are sent, with the provisions for each."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        for name in dict.fromkeys(
            re.split(r"[.\[]", path.lstrip("[0123456789]."))[0] for path in row.fields
        ):
            parts.setdefault(name, []).append(row)
    for name, own in parts.items():
        provisions = dict.fromkeys(p for row in own for p in row.provisions)
        yield Asked(name, message(f"explain.part.{name}"), tuple(provisions), len(own))


def entries(rows: Sequence[Row]) -> tuple[Entry, ...]:
    """Return the edition's entries that the message depends on, without duplicates."""
    return tuple({entry.key: entry for row in rows for entry in row.entries}.values())
