"""Code lists (koodistot) with the validity, status and language variants of their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from sha_disclosure.notice import Coding
from sha_disclosure.values import Code, FreeText, Instant, Time, Uri

Status = Literal["ACTIVE", "PROPOSAL", "DELETED"]
"""The status of a code at the code server: in use, proposed only, removed."""

Standing = Literal["in_force", "closed", "deleted", "proposal"]
"""The state of a listed code on a day."""

CodeStanding = Literal["not_loaded", "unknown", "unlisted"] | Standing
"""The state of a code: its list is not loaded, the code is not in the list (``unlisted`` if only
part of the list is loaded), or the state given by the list."""


@dataclass(frozen=True, slots=True)
class ListedCode:
    """One code of a code list with its validity (voimassaolo), both days inclusive.

    ``names`` has its display by language tag: ``fi`` and, where given, ``sv`` and ``en``. A code
    may have several periods of validity: ``others`` holds the code in the earlier periods.
    """

    code: str
    valid_from: date = date.min
    valid_to: date = date.max
    status: Status = "ACTIVE"
    names: Mapping[str, str] = field(default_factory=dict)
    others: tuple[ListedCode, ...] = ()

    def on(self, day: date) -> ListedCode:
        """Return the code as of ``day``: in the period in force, or else the last one begun."""

        def fit(period: ListedCode) -> tuple[int, bool, date]:
            standing = _PREFERENCE.index(_standing(period, day))
            return standing, period.valid_from <= day, period.valid_from

        return max((self, *self.others), key=fit) if self.others else self

    def valid_on(self, day: date) -> bool:
        """Return whether the code is in force on ``day``."""
        return self.standing_on(day) == "in_force"

    def standing_on(self, day: date) -> Standing:
        """Return the state of the code on ``day``.

        A deleted code with an end date was in force until that day; without one, it cannot be
        said to have been in force on any day.
        """
        return _standing(self.on(day) if self.others else self, day)

    @property
    def validity(self) -> str:
        """The validity in ISO 8601 days, an open end as ``...``; each period, oldest first."""
        periods = sorted((self, *self.others), key=lambda each: each.valid_from)
        return ", ".join(map(_validity, periods))

    def name(self, language: str = "fi") -> str | None:
        """Return the display in a language; failing that in Finnish, or else any."""
        return (
            self.names.get(language)
            or self.names.get("fi")
            or next(iter(self.names.values()), None)
        )


def _standing(period: ListedCode, day: date) -> Standing:
    if period.status == "PROPOSAL":
        return "proposal"
    if period.status == "DELETED" and period.valid_to == date.max:
        return "deleted"
    return "in_force" if period.valid_from <= day <= period.valid_to else "closed"


def _validity(period: ListedCode) -> str:
    first = "..." if period.valid_from == date.min else period.valid_from.isoformat()
    last = "..." if period.valid_to == date.max else period.valid_to.isoformat()
    return f"{first} – {last}"


_PREFERENCE: tuple[Standing, ...] = ("proposal", "deleted", "closed", "in_force")
"""States in ascending preference: the best of several periods determines a code's state."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """One code list as imported: its code system, codes, source and time of import.

    A code with several periods of validity is in ``codes`` once for each of them.
    ``complete`` is False for a part of a list: a code missing from it may still exist.
    """

    system: str
    codes: tuple[ListedCode, ...]
    source: str = ""
    imported_at: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The loaded national code lists, by code-system URI. Empty by default.

    THL adds and closes codes without changing a list's OID, so lists are loaded from the
    national code server's data and refreshed, never built in. ``incomplete`` holds the systems
    of which only a part is loaded.
    """

    lists: Mapping[str, Mapping[str, ListedCode]] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lists: Mapping[str, Iterable[ListedCode]]) -> CodeLists:
        """Index the codes of each code system; the periods of one code are merged."""
        return cls({uri: _by_code(codes) for uri, codes in lists.items()})

    @classmethod
    def of_lists(cls, lists: Iterable[CodeList]) -> CodeLists:
        """Index the codes of imported lists."""
        each = tuple(lists)
        known = cls.of({one.system: one.codes for one in each})
        return replace(known, incomplete=frozenset(o.system for o in each if not o.complete))

    def loaded(self, system: str) -> bool:
        """Return whether the code system is loaded."""
        return system in self.lists

    def find(self, system: str, code: str) -> ListedCode | None:
        """Return the code, or None if the loaded list does not have it."""
        return self.lists[system].get(code)

    def standing(self, system: str, code: str, day: date) -> CodeStanding:
        """Return the state of a code on a day according to the list of its system."""
        codes = self.lists.get(system)
        if codes is None:
            return "not_loaded"
        listed = codes.get(code)
        if listed is not None:
            return listed.standing_on(day)
        return "unlisted" if system in self.incomplete else "unknown"

    def coding(
        self, system: str, code: str, language: str = "fi", on: date | None = None
    ) -> Coding | None:
        """Return the code as a Coding with its display from the list, or None without one.

        The display is the one of the day ``on``; by default the newest.
        """
        listed = self.lists.get(system, {}).get(code)
        if listed is not None and on is not None:
            listed = listed.on(on)
        name = listed.name(language) if listed else None
        if listed is None or name is None:
            return None
        return Coding(code=Code(listed.code), display=FreeText(name), system=Uri(system))


def _by_code(codes: Iterable[ListedCode]) -> dict[str, ListedCode]:
    periods: dict[str, list[ListedCode]] = {}
    for each in codes:
        periods.setdefault(each.code, []).append(each)
    return {code: _with_periods(each) for code, each in periods.items()}


def _with_periods(periods: list[ListedCode]) -> ListedCode:
    newest, *others = sorted(periods, key=lambda each: each.valid_from, reverse=True)
    return replace(newest, others=tuple(others)) if others else newest


@dataclass(frozen=True, slots=True)
class UsedCode:
    """A code in use: its system, and the time (the day in Finland decides)."""

    system: str
    code: str
    at: Instant | Time

    @classmethod
    def of(cls, coding: Coding, system: str, at: Instant | Time) -> UsedCode:
        """Return the use of a coding; ``system`` is the default if it has none."""
        return cls(str(coding.system or system), str(coding.code), at)

    def standing(self, lists: CodeLists) -> CodeStanding:
        """Return the state of the code at its time of use."""
        return lists.standing(self.system, self.code, self.at.day)

    def validity(self, lists: CodeLists) -> str:
        """Return the validity of the code in its loaded list, for the text of a problem."""
        listed = lists.find(self.system, self.code) if lists.loaded(self.system) else None
        return listed.validity if listed else ""
