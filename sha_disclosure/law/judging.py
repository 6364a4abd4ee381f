"""Judging a part by rules: where each looks, what must hold there, and the problems it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sha_disclosure.findings import Problem, Severity, problem
from sha_disclosure.notice import Part, UnreadField

P = TypeVar("P", bound=Part)
"""The part that is judged."""
G = TypeVar("G")
"""The circumstances it is judged in."""

Found = Iterator[tuple[str, Any]]


def _nothing(_thing: Any, _given: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Rule(Generic[P, G]):
    """One rule: ``where`` finds (path, thing) pairs, ``holds`` says whether a thing is right.

    ``key`` names its words in the catalogue; ``at`` is added to the path of a breach.
    """

    key: str
    where: Callable[[P, G], Found]
    holds: Callable[[Any, G], object]  # anything truthy holds
    at: str = ""
    expected: Callable[[Any, G], str] = _nothing
    severity: Severity = "error"


def judge(rules: Iterable[Rule[P, G]], part: P, given: G) -> tuple[Problem, ...]:
    """Return every breach of the rules; what could not be read is passed over.

    A part that could not be read has its own problem already, so all problems come at once.
    """
    seen: dict[Callable[[P, G], Found], list[tuple[str, Any]]] = {}
    found: list[Problem] = []
    for rule in rules:
        if rule.where not in seen:  # several rules look at the same things: look once
            seen[rule.where] = _look(rule.where, part, given)
        for path, thing in seen[rule.where]:
            try:
                broken = not rule.holds(thing, given)
            except UnreadField:
                continue
            if broken:
                found.append(_breach(rule, path, thing, given))
    return tuple(found)


def _look(where: Callable[[P, G], Found], part: P, given: G) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    with suppress(UnreadField):  # what was found before the part that could not be read is judged
        found.extend(where(part, given))
    return found


def _breach(rule: Rule[P, G], path: str, thing: Any, given: G) -> Problem:
    place = f"{path}.{rule.at}" if path and rule.at else path or rule.at
    return problem(rule.key, place, rule.severity, expected=rule.expected(thing, given))


def texts_of(part: Part, kind: type[Any]) -> Found:
    """Yield every value of a kind in a part and its parts, with its path.

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
