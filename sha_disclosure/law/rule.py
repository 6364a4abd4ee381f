"""Rules as data: where each looks, what must hold there, and the problem of a breach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sha_disclosure.findings import Problem, Severity, problem
from sha_disclosure.messages import Parameter
from sha_disclosure.notice import Part, UnreadField

P = TypeVar("P", bound=Part)
"""The part that is checked."""
G = TypeVar("G")
"""The circumstances it is checked in."""

Places = Iterator[tuple[str, Any]]
"""Pairs of a path in the caller's object and what is there."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[P, G]):
    """One rule: ``where`` yields the places it is about, ``holds`` says whether one is right.

    ``key`` names its sentence in the catalogue (``rules.*``), whose parameters are ``values``;
    ``at`` is added to the path of a breach.
    """

    key: str
    where: Callable[[P, G], Places]
    holds: Callable[[Any, G], object]  # anything truthy holds
    at: str = ""
    values: Mapping[str, Callable[[Any, G], Parameter]] = field(default_factory=dict)
    severity: Severity = "error"


def breaches(rules: Iterable[Rule[P, G]], part: P, given: G) -> Iterator[Problem]:
    """Yield every breach of the rules.

    What could not be read is passed over: it has its own problem already, so that all
    problems come at once.
    """
    seen: dict[Callable[[P, G], Places], list[tuple[str, Any]]] = {}
    for rule in rules:
        if rule.where not in seen:  # several rules are about the same places: look once
            seen[rule.where] = _look(rule.where, part, given)
        for path, thing in seen[rule.where]:
            try:
                broken = not rule.holds(thing, given)
            except UnreadField:
                continue
            if broken:
                yield _breach(rule, path, thing, given)


def _look(where: Callable[[P, G], Places], part: P, given: G) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    with suppress(UnreadField):  # what was found before the part that could not be read is checked
        found.extend(where(part, given))
    return found


def _breach(rule: Rule[P, G], path: str, thing: Any, given: G) -> Problem:
    place = f"{path}.{rule.at}" if path and rule.at else path or rule.at
    values = {name: value(thing, given) for name, value in rule.values.items()}
    return problem(rule.key, place, rule.severity, **values)


def values_of(part: Part, kind: type[Any]) -> Places:
    """Yield every value of a type in a part and its parts.

    A field's alias needs no thought: no text has one.
    """
    found: list[tuple[str, Any]] = []
    _collect("", part, kind, found)
    yield from found


def _collect(path: str, part: Part, kind: type[Any], found: list[tuple[str, Any]]) -> None:
    # Walks every value of every notice, so it looks at the plain dictionary of each part.
    for name, value in part.__dict__.items():
        if value is None:
            continue
        if isinstance(value, kind):
            found.append((f"{path}{name}", value))
        elif isinstance(value, Part):
            _collect(f"{path}{name}.", value, kind, found)
        elif isinstance(value, tuple):
            for index, each in enumerate(value):
                place = f"{path}{name}[{index}]"
                if isinstance(each, Part):
                    _collect(f"{place}.", each, kind, found)
                elif isinstance(each, kind):
                    found.append((place, each))
