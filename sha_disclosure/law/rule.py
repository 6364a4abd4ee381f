"""Rules as data: where each applies, what must hold there, and the problem of a breach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sha_disclosure.findings import Problem, Severity, problem
from sha_disclosure.messages import Parameter
from sha_disclosure.notice import Part, UnreadField

P = TypeVar("P", bound=Part)
"""The part being checked."""
G = TypeVar("G")
"""The circumstances it is checked in."""

Places = Iterable[tuple[str, Any]]
"""Pairs of a path in the caller's object and the value found there."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[P, G]):
    """One rule: ``where`` yields the places it applies to, ``holds`` whether one is valid.

    ``key`` identifies its text in the catalogue (``rules.*``), whose parameters come from
    ``values``; ``at`` is appended to the path of a breach.
    """

    key: str
    where: Callable[[P, G], Places]
    holds: Callable[[Any, G], object]  # anything truthy means it holds
    at: str = ""
    values: Mapping[str, Callable[[Any, G], Parameter]] = field(default_factory=dict)
    severity: Severity = "error"


class Rules(Generic[P, G]):
    """Rules in order; consecutive rules for the same places look them up once."""

    def __init__(self, rules: Iterable[Rule[P, G]]) -> None:
        self._by_place = tuple(
            (where, tuple(each)) for where, each in groupby(rules, attrgetter("where"))
        )

    def __iter__(self) -> Iterator[Rule[P, G]]:
        return (rule for _, rules in self._by_place for rule in rules)

    def breaches(self, part: P, given: G) -> list[Problem]:
        """Return every breach.

        Skips what could not be read: it already has a problem of its own. All problems are
        thus reported at once.
        """
        found: list[Problem] = []
        for where, rules in self._by_place:
            places: list[tuple[str, Any]] = []
            try:  # noqa: SIM105 - some thirty times a notice
                places.extend(where(part, given))
            except UnreadField:  # places yielded before the unreadable part are still checked
                pass
            for rule in rules if places else ():
                for path, thing in places:
                    try:
                        broken = not rule.holds(thing, given)
                    except UnreadField:
                        continue
                    if broken:
                        found.append(_breach(rule, path, thing, given))
        return found


def _breach(rule: Rule[P, G], path: str, thing: Any, given: G) -> Problem:
    place = f"{path}.{rule.at}" if path and rule.at else path or rule.at
    values = {name: value(thing, given) for name, value in rule.values.items()}
    return problem(rule.key, place, rule.severity, **values)
