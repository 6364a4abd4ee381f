"""The base of a notice and its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, SchemaValidator

from sha_disclosure import encoding
from sha_disclosure.boundary import boundary
from sha_disclosure.errors import InvalidAccessReason, InvalidNotice
from sha_disclosure.findings import problem
from sha_disclosure.limits import NOTICE_BYTES
from sha_disclosure.notice.reporting import problems_in, refused, reporting

_Value = TypeVar("_Value")

Several: TypeAlias = list[str] | list[_Value] | tuple[str | _Value, ...]
"""The accepted forms of a list of checked values; a single string is not one of them."""


class UnreadField(AttributeError):  # noqa: N818 - a signal to the rules, never shown to users
    """A field of a partly read part that could not be read; its problem is already reported."""


class Part(BaseModel):
    """Base of the notice and its parts: frozen, no unknown fields, values hidden.

    Raises ``InvalidNotice``, or the error ``_refusal`` specifies, with every problem of shape;
    never pydantic's error.
    """

    _refusal: ClassVar[type[InvalidNotice] | type[InvalidAccessReason]] = InvalidNotice

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, serialize_by_alias=True
    )

    @boundary
    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            problems = problems_in(error)
        else:
            return
        raise self._refusal(problems)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return a schema that reports the rules' problems without quoting the input.

        It also applies when an application's own model has a part as a field.
        """
        return reporting(cls, source, handler)

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        # TypeAdapter validates the part with this attribute.
        cls.__pydantic_validator__ = cast("SchemaValidator", _Validator(cls.__pydantic_validator__))

    @classmethod
    @boundary
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return the part that ``obj`` describes. Raises the same error as the class."""
        return cls._validated(super().model_validate, obj, options)

    @classmethod
    @boundary
    def model_validate_strings(cls, obj: Any, **options: Any) -> Self:
        """Return the part that ``obj`` describes in strings. Raises the same error as the class."""
        return cls._validated(super().model_validate_strings, obj, options)

    @classmethod
    def _validated(
        cls, validate: Callable[..., Self], data: object, options: Mapping[str, Any]
    ) -> Self:
        try:
            return validate(data, **options)
        except ValidationError as error:
            problems = problems_in(error)
        raise cls._refusal(problems)

    @classmethod
    @boundary
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Return the part that the JSON text describes. Raises the same error as the class."""
        return cls._validated(super().model_validate_json, json_data, options)

    @classmethod
    @boundary
    def parse_raw(cls, b: str | bytes, **_: Any) -> Self:
        """Do the same as ``model_validate_json``; pydantic's deprecated name for it."""
        return cls.model_validate_json(b)

    @boundary
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with ``update``, validated. Raises the same error as the class."""
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
        return ()  # called by debuggers and pretty printers

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__

    def __getattr__(self, name: str) -> Any:
        if name in type(self).model_fields:
            raise UnreadField(name, name=name, obj=None)
        return super().__getattr__(name)  # type: ignore[misc]


def field_of(part: Part, name: str) -> Any:
    """Return a field, or None if the part has no such field or it could not be read."""
    return part.__dict__.get(name)


class _Validator:
    """A part's validator with strict JSON parsing and errors that do not quote the input."""

    def __init__(self, validator: Any) -> None:
        self.title = validator.title
        self.validate_python = validator.validate_python
        self.validate_strings = validator.validate_strings
        self.validate_assignment = validator.validate_assignment
        self.isinstance_python = validator.isinstance_python
        self.get_default_value = validator.get_default_value

    def validate_json(self, data: str | bytes | bytearray, **options: Any) -> object:
        """Return the part that the JSON text describes. Raises pydantic's ValidationError."""
        try:
            read = read_json(data)
        except InvalidNotice as error:
            problems = error.problems
        else:
            return self.validate_python(read, **options)
        raise refused(problems)


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
    """Return the parsed strict JSON, like ``encoding.read_json``.

    Raises InvalidNotice with one problem: the kind of fault and, for a syntax fault, its place.
    """
    if len(text) > NOTICE_BYTES.value:
        limit, variable = NOTICE_BYTES.value, NOTICE_BYTES.variable
        raise InvalidNotice([problem("SHAPE.large", "", limit=limit, variable=variable)])
    try:
        return encoding.read_json(text if isinstance(text, str) else bytes(text))
    except encoding.Malformed as error:
        key, parameters = _JSON_FAULTS[error.kind], dict(error.message.parameters)
    raise InvalidNotice([problem(key, "", **parameters)])
