"""The documents that decide the entries of an edition: Kela's, DVV's and the code server's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """One document (määrittelydokumentti), and which of its sections decide which entries.

    ``version`` and ``address`` hold what is known of them. ``sections`` maps the name of each
    section to patterns of entries, such as ``claim.*``.
    """

    name: str
    version: str
    address: str
    sections: Mapping[str, tuple[str, ...]]

    def section_of(self, key: str) -> str | None:
        """Return the section that decides an entry, or None."""
        for section, patterns in self.sections.items():
            if any(fnmatchcase(key, pattern) for pattern in patterns):
                return section
        return None


def documents_of(tables: object) -> tuple[Document, ...] | None:
    """Return the documents of an edition file's table, or None if it is malformed."""
    if not isinstance(tables, Mapping) or not all(map(_is_document, tables.values())):
        return None
    return tuple(map(_document, tables.values()))


def _document(table: Mapping[str, Any]) -> Document:
    sections = {name: tuple(patterns) for name, patterns in table["decides"].items()}
    return Document(table["name"], table["version"], table["address"], sections)


def _is_document(table: object) -> bool:
    if not isinstance(table, Mapping) or set(table) != {"name", "version", "address", "decides"}:
        return False
    decides = table["decides"]
    texts = isinstance(decides, Mapping) and all(map(_are_texts, decides.values()))
    return texts and _are_texts([table[name] for name in ("name", "version", "address")])


def _are_texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(each, str) for each in given)


__all__ = ["Document", "documents_of"]
