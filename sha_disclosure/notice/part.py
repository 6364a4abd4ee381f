"""The base of a notice and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from sha_disclosure import encoding
from sha_disclosure.errors import InvalidAccessReason, InvalidNotice
from sha_disclosure.findings import Problem, problem
from sha_disclosure.limits import NOTICE_BYTES
from sha_disclosure.notice.faults import problems_of

_Value = TypeVar("_Value")

Several: TypeAlias = list[str] | list[_Value] | tuple[str | _Value, ...]
"""How checked values are given where there may be several: a text alone is none of these."""


class UnreadField(AttributeError):  # noqa: N818 - a signal to the rules, never shown to users
    """The field of a part that was read only partly; it has a problem of its own already."""


class Part(BaseModel):
    """Base of the notice and its parts: frozen, strict about fields, its values hidden.

    Raises ``InvalidNotice``, or what ``_refusal`` names, with every problem of shape, never
    pydantic's error.
    """

    _refusal: ClassVar[type[InvalidNotice] | type[InvalidAccessReason]] = InvalidNotice

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, serialize_by_alias=True
    )

    def __init__(self, /, **data: Any) -> None:
        problems: tuple[Problem, ...] = ()
        try:
            super().__init__(**data)
        except ValidationError as error:
            problems = problems_of(type(self), error)
        del data  # a traceback keeps the variables of this frame
        if problems:
            raise self._refusal(problems)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema in which a nested part does not pass through ``__init__``.

        The outermost part then reports the problems of all its parts at once.
        """
        schema = handler(source)
        own = cast("dict[str, Any]", handler.resolve_ref_schema(schema))
        own["custom_init"] = False
        return schema

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return the part that ``obj`` describes. Raises as the class says."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            problems = problems_of(cls, error)
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
            raise UnreadField(name, name=name, obj=None)
        return super().__getattr__(name)  # type: ignore[misc]


_JSON_FAULTS = {
    "syntax": "SHAPE.syntax",
    "encoding": "SHAPE.encoding",
    "utf_16": "SHAPE.utf_16",
    "nul": "SHAPE.nul",
    "json_values": "SHAPE.values",
    "duplicate": "SHAPE.duplicate",
    "number": "SHAPE.number",
    "deep": "SHAPE.deep",
}


def read_json(text: str | bytes | bytearray) -> object:
    """Return what strict JSON says, as ``encoding.read_json``.

    Raises InvalidNotice with one problem: the kind of fault and, for the syntax, its place.
    """
    if len(text) > NOTICE_BYTES.value:
        limit, variable = NOTICE_BYTES.value, NOTICE_BYTES.variable
        raise InvalidNotice([problem("SHAPE.large", "", limit=limit, variable=variable)])
    try:
        return encoding.read_json(text if isinstance(text, str) else bytes(text))
    except encoding.Malformed as error:
        key, parameters = _JSON_FAULTS[error.kind], dict(error.message.parameters)
    raise InvalidNotice([problem(key, "", **parameters)])
