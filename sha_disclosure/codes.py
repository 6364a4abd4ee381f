"""Codings and the code lists they come from (koodistot)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sha_disclosure.shape import Part
from sha_disclosure.values import Code, FreeText, Uri


@dataclass(frozen=True, slots=True)
class ListedCode:
    """One code of a code list with its validity (voimassaolo): both days included."""

    code: str
    valid_from: date = date.min
    valid_to: date = date.max

    def valid_on(self, day: date) -> bool:
        """Return whether the code is in force on ``day``."""
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The national code lists at hand, by code-system URI. Empty by default: none is shipped.

    THL adds and closes codes without changing a list's OID, so a list is loaded from the
    national code server's data and refreshed, never built in.
    """

    lists: Mapping[str, Mapping[str, ListedCode]] = field(default_factory=dict)

    @classmethod
    def of(cls, lists: Mapping[str, Iterable[ListedCode]]) -> CodeLists:
        """Index the codes of each code system."""
        return cls({uri: {c.code: c for c in codes} for uri, codes in lists.items()})

    def loaded(self, system: str) -> bool:
        """Return whether the code system is at hand."""
        return system in self.lists

    def find(self, system: str, code: str) -> ListedCode | None:
        """Return the code, or None when the loaded list does not have it."""
        return self.lists[system].get(code)


class Coding(Part):
    """A code with its display text (koodi ja näyttönimi); ``repr`` shows neither.

    ``system`` may be left out where the edition names the code system.
    """

    code: Code
    display: FreeText
    system: Uri | None = None
