"""Converts pydantic's faults to the problems of a notice.

Pydantic's own error text would show the input; it never leaves this module.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from sha_disclosure.findings import Problem, problem
from sha_disclosure.limits import DATA_SETS
from sha_disclosure.messages import Message, Parameter, message
from sha_disclosure.values.checked import REFUSED_BY


@dataclass(frozen=True, slots=True)
class CoveredBy:
    """Marks the rule, or rule and variant, that requires a field: ``CoveredBy("N05")``."""

    rule: str


def few(data_sets: object) -> object:
    """Return the data sets of a notice, or refuse too many of them before parsing any."""
    if isinstance(data_sets, list | tuple) and len(data_sets) > DATA_SETS.value:
        raise PydanticCustomError("data_sets", "refused")
    return data_sets


def problems_of(kind: type[BaseModel], error: ValidationError) -> tuple[Problem, ...]:
    """Return the problems behind the refusal of data meant to be a ``kind``."""
    faults = error.errors(include_url=False)
    # Pydantic counts only the members it could read; a non-empty list is not too short.
    faults = [f for f in faults if not (f["type"] == "too_short" and f["input"])]
    return tuple(dict.fromkeys(_problem(kind, fault) for fault in faults))


_ABSENT = {"missing": "SHAPE", "blank": "SHAPE.blank", "too_short": "SHAPE.empty"}
_TYPES: Mapping[str, Parameter] = {
    "not_text": message("shape.text"),
    "bool_type": "true | false",
    "bool_parsing": "true | false",
    "tuple_type": "[ ]",
    "list_type": "[ ]",
    "model_type": "{ }",
    "model_attributes_type": "{ }",
    "dict_type": "{ }",
}


def _problem(kind: type[BaseModel], fault: ErrorDetails) -> Problem:  # noqa: PLR0911 - kinds
    place = _place(kind, fault["loc"])
    what = fault["type"]
    if what in _ABSENT or fault["input"] is None:
        return problem(place.rule or _ABSENT.get(what, "SHAPE"), place.path)
    if what in REFUSED_BY:
        return problem(REFUSED_BY[what], place.path)
    if what == "data_sets":
        limit, variable = DATA_SETS.value, DATA_SETS.variable
        return problem("SHAPE.data_sets", place.path, limit=limit, variable=variable)
    if what == "extra_forbidden":
        nearest = _nearest(place.annotation, str(fault["loc"][-1]))
        return problem("SHAPE.unknown", place.path, nearest=nearest)
    if what in {"union_tag_invalid", "union_tag_not_found"}:
        kinds = tuple(kind_of(member) for member in members(place.annotation))
        return problem("SHAPE.kind", place.path, kinds=kinds)
    if what in {"choice", "literal_error"}:
        return _choice(place, str(fault["ctx"]["expected"]).replace(" or ", ", "))
    return problem("SHAPE.type", place.path, type=_TYPES.get(what, message("shape.another")))


def _choice(place: _Place, choices: str) -> Problem:
    if not place.rule:
        return problem("SHAPE.choice", place.path, choices=choices)
    # The condition of a right is not met or not known: the rule has a more specific text.
    detail = message("rules.SHAPE.choice", choices=choices)
    return replace(problem(place.rule, place.path), detail=detail)


@dataclass(slots=True)
class _Place:
    """Where a fault is: the caller's path, the rule that covers it, and the expected type."""

    annotation: Any
    path: str = ""
    rule: str = ""


def _place(kind: type[BaseModel], loc: tuple[int | str, ...]) -> _Place:
    place = _Place(kind)
    for step in loc:
        kinds = members(place.annotation)
        if isinstance(step, int):
            place.path += f"[{step}]"
            place.annotation = get_args(place.annotation)[0]
        elif len(kinds) > 1:  # pydantic's step into a union member, not a field of the caller
            place.annotation = next(m for m in kinds if kind_of(m) == step)
        elif not kinds or (field := _field(kinds[0], step)) is None:
            break  # an unknown field, whose name may itself be personal data
        else:
            place.path += f".{step}" if place.path else step
            place.annotation = field.annotation
            place.rule = next((m.rule for m in field.metadata if isinstance(m, CoveredBy)), "")
    return place


def _field(part: type[BaseModel], name: str) -> FieldInfo | None:
    """Return the field whose public name is ``name``."""
    fields = part.model_fields.items()
    return next((field for own, field in fields if (field.alias or own) == name), None)


def members(annotation: Any) -> list[type[BaseModel]]:
    """Return the kinds of part that ``annotation`` allows (not inside a list)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) is tuple:
        return []
    return [part for each in get_args(annotation) for part in members(each)]


def kind_of(part: type[BaseModel]) -> str:
    """Return the value of ``kind`` in this part's JSON; empty if it has none."""
    field = part.model_fields.get("kind")
    return str(get_args(field.annotation)[0]) if field else ""


def _nearest(annotation: Any, name: str) -> Message | str:
    fields = [
        field.alias or own
        for part in members(annotation)
        for own, field in part.model_fields.items()
    ]
    close = difflib.get_close_matches(name, fields, n=1)
    return message("shape.nearest", name=close[0]) if close else ""
