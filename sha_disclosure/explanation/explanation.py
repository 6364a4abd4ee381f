"""The explanation of a message: its rows, as plain values, as text and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sha_disclosure.boundary import boundary
from sha_disclosure.editions import Edition, Entry
from sha_disclosure.explanation.page import page_of
from sha_disclosure.explanation.rows import Row, rows
from sha_disclosure.explanation.text import text_of
from sha_disclosure.hidden import MASK
from sha_disclosure.messages import Language


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is sent and why (selitys): a row for each element of a message, in order.

    Texts and values created from it hide personal data unless ``show_values`` is set; ``rows``
    contain it, but hide it in ``repr``.
    """

    edition: str
    rows: tuple[Row, ...] = field(repr=False)

    def text(self, language: Language = "en", *, show_values: bool = False) -> str:
        """Return the explanation as text, in lines of up to 80 characters."""
        return text_of(self.edition, self._shown(show_values), language)

    def html(self, language: Language = "en", *, show_values: bool = False) -> str:
        """Return the explanation as a self-contained HTML page without scripts."""
        return page_of(self.edition, self._shown(show_values), language)

    def to_dict(self, *, show_values: bool = False) -> dict[str, Any]:
        """Return the explanation as plain values; a hidden value is None."""
        shown = self._shown(show_values)
        entries = {entry.key: entry.to_dict() for row in shown for entry in row.entries}
        return {
            "edition": self.edition,
            "elements": [_as_dict(row, show_values=show_values) for row in shown],
            "entries": [entries[key] for key in sorted(entries)],
        }

    def _shown(self, show_values: bool) -> tuple[Row, ...]:
        if show_values:
            return self.rows
        telling = set(_telling(self.rows))
        return tuple(
            replace(
                row,
                value=MASK if row.hidden else row.value,
                entries=tuple(_without_name(entry, telling) for entry in row.entries),
            )
            for row in self.rows
        )


def _telling(found: tuple[Row, ...]) -> Iterator[str]:
    """Yield the sections in which the key of an entry would reveal a hidden value."""
    for row in found:
        names = {name.rpartition(".")[2] for name in row.fields} if row.hidden else set()
        yield from names & {entry.key.partition(".")[0] for entry in row.entries}


def _without_name(entry: Entry, telling: set[str]) -> Entry:
    section = entry.key.partition(".")[0]
    if section not in telling:
        return entry
    return replace(entry, key=f"{section}.{MASK}", value=None)


def _as_dict(row: Row, *, show_values: bool) -> dict[str, Any]:
    hidden = row.hidden and not show_values
    return {
        "element": row.element,
        "value": None if hidden else row.value,
        "hidden": hidden,
        "origin": row.origin,
        "fields": list(row.fields),
        "about": list(row.about),
        "settings": list(row.settings),
        "entries": [entry.key for entry in row.entries],
        "provisions": list(row.provisions),
    }


@boundary
def explain(document: Mapping[str, Any], edition: Edition) -> Explanation:
    """Return the explanation of a Bundle, signed or not, that this SDK built with ``edition``.

    Raises InvalidNotice for any other Bundle.
    """
    return Explanation(edition.name, tuple(rows(document, edition)))
