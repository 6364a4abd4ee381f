"""Reads as much as possible of faulty data, so that rules can check the rest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

from pydantic import Field, TypeAdapter, ValidationError

from sha_disclosure.findings import Problem
from sha_disclosure.limits import DATA_SETS
from sha_disclosure.notice.faults import kind_of, members
from sha_disclosure.notice.part import Part
from sha_disclosure.notice.reporting import problems_in

P = TypeVar("P", bound=Part)


def read_partly(kind: type[P], data: object) -> tuple[P, tuple[Problem, ...]]:
    """Return the readable part of ``data`` as a ``kind``, and every problem of its shape.

    Accessing a field that could not be read raises ``UnreadField``.
    """
    try:
        return cast("P", _adapter_of(kind).validate_python(data)), ()
    except ValidationError as error:
        problems = problems_in(error)
    return cast("P", _partial(kind, data)), problems


def _partial(kind: type[Part], data: object) -> Part:
    given = data if isinstance(data, Mapping) else {}
    part = kind.model_construct()
    for name, field in kind.model_fields.items():
        value = given.get(field.alias or name, _ABSENT)
        if value is not _ABSENT:
            part.__dict__.pop(name, None)  # an unreadable value must not fall back to the default
            part.__dict__ |= _read(kind, name, value)
    return part


_ABSENT = object()


def _read(kind: type[Part], name: str, value: object) -> dict[str, Any]:
    try:
        return {name: _adapter_of_field(kind, name).validate_python(value)}
    except ValidationError:
        rest = _rest(kind.model_fields[name].annotation, value)
    return {} if rest is None else {name: rest}


@cache
def _adapter_of(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


@cache
def _adapter_of_field(kind: type[Part], name: str) -> TypeAdapter[Any]:
    field = kind.model_fields[name]
    wanted: Any = field.annotation
    for extra in field.metadata:
        wanted = Annotated[wanted, extra]
    if field.discriminator is not None:
        wanted = Annotated[wanted, Field(discriminator=field.discriminator)]
    return TypeAdapter(wanted)


def _rest(annotation: Any, value: object) -> object | None:
    """Return the readable part or parts of a faulty ``value``, or None."""
    if isinstance(value, Mapping):
        kinds = members(annotation)
        named = kinds if len(kinds) == 1 else [k for k in kinds if kind_of(k) == value.get("kind")]
        return _partial(cast("type[Part]", named[0]), value) if named else None
    listed = get_origin(annotation) is tuple and isinstance(value, list | tuple)
    if listed and 0 < len(cast("list[Any]", value)) <= DATA_SETS.value:
        each_kind = get_args(annotation)[0]
        read = [_member(each_kind, each) for each in cast("list[Any]", value)]
        return tuple(read) if all(r is not None for r in read) else None
    return None


def _member(annotation: Any, value: object) -> object | None:
    try:
        return cast("object", _adapter_of(annotation).validate_python(value))
    except ValidationError:
        return _rest(annotation, value)
