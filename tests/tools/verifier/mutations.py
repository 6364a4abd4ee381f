"""Every element of a Bundle made wrong in every systematic way, one at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Step = str | int
Change = Callable[[Any, Any], None]
"""Takes the object or array and the name or index of the member to change."""


def put(value: object) -> Change:
    return lambda parent, step: parent.__setitem__(step, value)


def become(change: Callable[[Any], object]) -> Change:
    return lambda parent, step: parent.__setitem__(step, change(parent[step]))


def _extended(parent: Any, step: Any) -> None:
    if isinstance(step, str):
        parent[f"_{step}"] = {"extension": [{"url": "urn:x", "valueString": "x"}]}


WRONG_TYPES: dict[str, Change] = {
    "a number": put(7),
    "a boolean": put(True),
    "a text": put("x"),
    "an object": put({"x": 1}),
    "an array": put([1]),
    "null": put(None),
}
OF_ANY: dict[str, Change] = {
    **WRONG_TYPES,
    "removed": lambda parent, step: parent.pop(step),
    "wrapped in an array": become(lambda value: [value]),
    "emptied": become(lambda value: type(value)()),
    "extended as a primitive": _extended,
}
OF_OBJECTS: dict[str, Change] = {
    "an unknown member": become(lambda value: {**value, "unknown": "x"}),
    "an id": become(lambda value: {**value, "id": ["x"]}),
    "an extension": become(
        lambda value: {**value, "extension": [{"url": "urn:x", "valueString": "x"}]}
    ),
}
OF_ARRAYS: dict[str, Change] = {
    "doubled": become(lambda value: [*value, copy.deepcopy(value[0])]),
    "a null in it": become(lambda value: [*value, None]),
}
OF_TEXTS: dict[str, Change] = {
    "blank": put(" "),
    "two blanks inside": put("x  y"),
    "a blank before it": become(lambda value: f" {value}"),
    "a blank after it": become(lambda value: f"{value} "),
    "a line feed after it": become(lambda value: f"{value}\n"),
    "a control character": become(lambda value: f"{value}\x01"),
}


def mutants(bundle: Any) -> Iterator[tuple[str, Any]]:
    """Yield each mutant with its name; ``bundle`` is changed in place and restored after it."""
    for path in list(_places(bundle)):
        parent = bundle
        for step in path[:-1]:
            parent = parent[step]
        value = parent[path[-1]]
        for what, change in _changes(value).items():
            before = copy.copy(parent)
            change(parent, path[-1])
            if parent != before:
                yield f"{'.'.join(map(str, path))}: {what}", bundle
            _restore(parent, before)


def _changes(value: object) -> dict[str, Change]:
    if isinstance(value, dict):
        return OF_ANY | OF_OBJECTS
    if isinstance(value, list):
        return OF_ANY | OF_ARRAYS
    return OF_ANY | OF_TEXTS if isinstance(value, str) else OF_ANY


def _restore(parent: Any, before: Any) -> None:
    parent.clear()
    if isinstance(parent, dict):
        parent.update(before)
    else:
        parent.extend(before)


def _places(value: Any, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for step, member in inside:
        yield (*above, step)
        yield from _places(member, (*above, step))
