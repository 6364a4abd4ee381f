"""The shape of a notice: the base of its parts, and from a parser's faults to problems.

A parser's own words would show the input; they never leave this module.
"""

from __future__ import annotations

import difflib
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn, Self, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sha_disclosure.errors import InvalidAccessReason, InvalidNotice
from sha_disclosure.findings import Problem, problem
from sha_disclosure.messages import Message, Parameter, message


@dataclass(frozen=True, slots=True)
class CoveredBy:
    """Names the rule, or rule and variant, that asks for a field: ``CoveredBy("N05")``."""

    rule: str


class Unread(Exception):  # noqa: N818 - not an error of the SDK: a signal to the rules
    """A rule looked at a part that could not be read; the part has its own problem already."""


class Part(BaseModel):
    """Base of the notice and its parts: frozen, strict about fields, its values hidden.

    Raises ``InvalidNotice``, or what ``_refusal`` says, with every problem of shape, never
    pydantic's error.
    """

    _refusal: ClassVar[type[InvalidNotice] | type[InvalidAccessReason]] = InvalidNotice

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, serialize_by_alias=True
    )

    def __init__(self, **data: Any) -> None:
        problems: tuple[Problem, ...] = ()
        try:
            super().__init__(**data)
        except ValidationError as error:
            problems = _problems(type(self), error.errors(include_url=False))
        del data  # a traceback keeps the variables of this frame
        if problems:
            raise self._refusal(problems)

    # Tells pydantic that parts nested in a part need not pass through this __init__: the
    # outermost one then reports all problems at once.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return the part that ``obj`` describes. Raises as the class says."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            problems = _problems(cls, error.errors(include_url=False))
        del obj  # a traceback keeps the variables of this frame
        raise cls._refusal(problems)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Return the part that the JSON text describes. Raises as the class says."""
        read: list[object] = []
        problems: tuple[Problem, ...] = ()
        try:
            read.append(read_json(json_data))
        except InvalidNotice as error:
            problems = error.problems
        del json_data  # a traceback keeps the variables of this frame
        if problems:
            raise cls._refusal(problems)
        return cls.model_validate(read.pop(), **options)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with ``update``, checked like a new part. Raises as the class says."""
        if not update:
            return super().model_copy(deep=deep)
        names = {own: field.alias or own for own, field in type(self).model_fields.items()}
        given = {names[own]: self.__dict__[own] for own in self.model_fields_set}
        changed = {names.get(own, own): value for own, value in update.items()}
        return type(self).model_validate({**given, **changed})

    def __setattr__(self, name: str, value: object) -> None:
        if name in type(self).model_fields:
            del value
            raise AttributeError(
                f"{type(self).__name__}.{name} cannot be assigned: make a changed copy with "
                f"model_copy(update={{...}})"
            )
        super().__setattr__(name, value)

    def __repr_args__(self) -> tuple[()]:
        return ()  # what debuggers and pretty printers ask for

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__

    def __getattr__(self, name: str) -> Any:
        if name in type(self).model_fields:
            raise Unread(name)
        return super().__getattr__(name)  # type: ignore[misc]


def read_json(text: str | bytes | bytearray) -> object:
    """Return what the JSON text says; a field given twice is refused, not dropped.

    Raises InvalidNotice with one problem that gives the place by line and column.
    """
    place = message("shape.place", line=0, column=0)
    key = "SHAPE.json"
    try:
        decoded = text if isinstance(text, str) else bytes(text).decode("utf-8")
        decoded = decoded.removeprefix("\ufeff")
        return json.loads(decoded, object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        key = "SHAPE.encoding"
    except json.JSONDecodeError as error:
        place = message("shape.place", line=error.lineno, column=error.colno)
    except _Twice:
        key = "SHAPE.duplicate"
    except ValueError:
        key = "SHAPE.number"
    except RecursionError:
        key = "SHAPE.deep"
    raise InvalidNotice([problem(key, "", expected=place)])


class _Twice(Exception):  # noqa: N818 - a signal inside this module
    pass


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Twice
    return made


def _no_constant(_: str) -> NoReturn:
    raise ValueError


def shape_problems(kind: type[Part], data: object) -> tuple[Problem, ...]:
    """Return every way in which ``data`` has not the shape of ``kind``."""
    try:
        TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    else:
        return ()
    return _problems(kind, faults)


def salvage(kind: type[Part], data: object) -> Part:
    """Return a ``kind`` of what could be read of ``data``; what could not raises ``Unread``."""
    given = data if isinstance(data, Mapping) else {}
    part = kind.model_construct()
    for name, field in kind.model_fields.items():
        value = given.get(field.alias or name, _ABSENCE)
        if value is not _ABSENCE:
            part.__dict__.pop(name, None)  # what is given but cannot be read is not its default
            part.__dict__ |= _read(name, field, value)
    return part


_ABSENCE = object()


def _read(name: str, field: FieldInfo, value: object) -> dict[str, Any]:
    try:
        return {name: _adapter(field).validate_python(value)}
    except ValidationError:
        rest = _salvaged(field.annotation, value)
        return {} if rest is None else {name: rest}


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    wanted: Any = field.annotation
    for extra in field.metadata:
        wanted = typing.Annotated[wanted, extra]
    if field.discriminator is not None:
        wanted = typing.Annotated[wanted, Field(discriminator=field.discriminator)]
    return TypeAdapter(wanted)


def _salvaged(annotation: Any, value: object) -> object | None:
    if isinstance(value, Mapping):
        members = _members(annotation)
        tagged = (
            members if len(members) == 1 else [m for m in members if _tag(m) == value.get("kind")]
        )
        return salvage(tagged[0], value) if tagged else None
    if get_origin(annotation) is tuple and isinstance(value, list | tuple) and value:
        each_kind = get_args(annotation)[0]
        read = [_one(each_kind, each) for each in value]
        return tuple(read) if all(r is not None for r in read) else None
    return None


def _one(annotation: Any, value: object) -> object | None:
    try:
        return cast("object", TypeAdapter(annotation).validate_python(value))
    except ValidationError:
        return _salvaged(annotation, value)


def _problems(kind: type[Part], faults: list[ErrorDetails]) -> tuple[Problem, ...]:
    # The parser counts only members it could read; a list that has some is not too short.
    faults = [f for f in faults if not (f["type"] == "too_short" and f["input"])]
    return tuple(dict.fromkeys(_problem(kind, fault) for fault in faults))


# What a value type refuses -> the rule that says why.
_KINDS = {
    "oid": "N14.oid",
    "temporary_id": "N14.oid",
    "personal_id": "N08.personal_id",
    "birth_date": "N08.birth_date",
    "no_offset": "N04.offset",
    "instant": "N04.instant",
    "language": "N14.language",
    "code": "N14.code",
    "uri": "N14.uri",
    "control_character": "N14.control",
}
_ABSENT = {"missing": "SHAPE", "blank": "SHAPE.blank", "too_short": "SHAPE.empty"}
_EXPECTED: Mapping[str, Parameter] = {
    "not_text": message("shape.text"),
    "bool_type": "true | false",
    "bool_parsing": "true | false",
    "tuple_type": "[ ]",
    "list_type": "[ ]",
    "model_type": "{ }",
    "model_attributes_type": "{ }",
    "dict_type": "{ }",
}


def _problem(kind: type[Part], fault: ErrorDetails) -> Problem:
    place = _walk(kind, fault["loc"])
    what = fault["type"]
    if what in _ABSENT or fault["input"] is None:
        return problem(place.rule or _ABSENT.get(what, "SHAPE"), place.path)
    if what in _KINDS:
        return problem(_KINDS[what], place.path)
    if what == "extra_forbidden":
        return problem(
            "SHAPE.unknown", place.path, expected=_closest(place.annotation, fault["loc"][-1])
        )
    if what in {"union_tag_invalid", "union_tag_not_found"}:
        return problem(
            "SHAPE.kind", place.path, expected=", ".join(map(_tag, _members(place.annotation)))
        )
    if what in {"choice", "literal_error"}:
        return _choice(place, str(fault["ctx"]["expected"]).replace(" or ", ", "))
    return problem("SHAPE.type", place.path, expected=_EXPECTED.get(what, message("shape.another")))


def _choice(place: _Place, expected: str) -> Problem:
    if not place.rule:
        return problem("SHAPE.choice", place.path, expected=expected)
    # The condition of a right is not met or not known: the rule's own text says more.
    detail = message("rules.SHAPE.choice", expected=expected)
    return replace(problem(place.rule, place.path), detail=detail)


@dataclass(slots=True)
class _Place:
    """Where a fault is: the caller's path, the rule that covers it, what was expected there."""

    annotation: Any
    path: str = ""
    rule: str = ""


def _walk(kind: type[Part], loc: tuple[int | str, ...]) -> _Place:
    place = _Place(kind)
    for step in loc:
        members = _members(place.annotation)
        if isinstance(step, int):
            place.path += f"[{step}]"
            place.annotation = get_args(place.annotation)[0]
        elif len(members) > 1:  # the parser's step into one kind of a union: no field of the caller
            place.annotation = next(m for m in members if _tag(m) == step)
        elif not members or (field := _field(members[0], step)) is None:
            break  # an unknown field, whose name may itself be personal
        else:
            place.path += f".{step}" if place.path else step
            place.annotation = field.annotation
            place.rule = next((m.rule for m in field.metadata if isinstance(m, CoveredBy)), "")
    return place


def _field(part: type[Part], name: str) -> FieldInfo | None:
    """Return the field a caller calls ``name``."""
    fields = part.model_fields.items()
    return next((field for own, field in fields if (field.alias or own) == name), None)


def _members(annotation: Any) -> list[type[Part]]:
    """Return the kinds of part that may stand where ``annotation`` does (not inside a list)."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    if get_origin(annotation) is tuple:
        return []
    return [part for each in get_args(annotation) for part in _members(each)]


def _tag(part: type[Part]) -> str:
    field = part.model_fields.get("kind")
    return str(get_args(field.annotation)[0]) if field else ""


def _closest(annotation: Any, name: int | str) -> Message | str:
    fields = [
        field.alias or own
        for part in _members(annotation)
        for own, field in part.model_fields.items()
    ]
    close = difflib.get_close_matches(str(name), fields, n=1)
    if not close:
        return ""
    return message("shape.nearest", name=close[0])
