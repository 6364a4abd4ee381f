"""The base of all checked values: plain or hidden, validated by ``check``."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sha_disclosure.boundary import boundary
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.findings import Problem, problem
from sha_disclosure.hidden import MASK
from sha_disclosure.messages import message

REFUSED_BY = {
    "oid": "N14.oid",
    "temporary_id": "N14.oid",
    "personal_id": "N08.personal_id",
    "birth_date": "N08.birth_date",
    "no_offset": "N04.offset",
    "instant": "N04.instant",
    "time": "N04.time",
    "language": "N14.language",
    "code": "N14.code",
    "uri": "N14.uri",
    "control_character": "N14.control",
    "noncharacter": "N14.noncharacter",
    "reference": "N14.reference",
    "blank": "SHAPE.blank",
}
"""The rule, or rule and variant, behind each fault that a value type reports."""


def refuse(kind: str) -> PydanticCustomError:
    """Return the fault of a kind in ``REFUSED_BY``, to be raised by ``check``."""
    return PydanticCustomError(kind, "refused")


def text_of(value: object) -> str:
    """Return the value if it is a string; otherwise refuse it as ``not_text``."""
    if not isinstance(value, str):
        raise refuse("not_text")
    return value


class Checked:
    """A value created from a string by ``check``, and converted back to the same string.

    Raises InvalidNotice, here also a ``ValueError``, when the string is refused.
    """

    __slots__ = ("_value",)
    _pattern: ClassVar[str | None] = None
    _description: ClassVar[str] = ""

    @boundary
    def __init__(self, value: str) -> None:
        try:
            self._keep(self.check(value))
        except PydanticCustomError as fault:
            found = _problem(fault)
        else:
            return
        raise _InvalidValue([found])

    def _keep(self, text: str) -> None:
        self._value = text

    @classmethod
    def check(cls, value: object) -> str:
        """Return the text to keep, or raise a ``ValueError`` that identifies the fault."""
        raise NotImplementedError  # pragma: no cover - overridden by each kind

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Checked):
            return type(self) is type(other) and self._value == other._value
        return self._value == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._value,)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def parse(value: Any) -> Checked:
            if isinstance(value, cls):
                return value
            try:
                return unchecked(cls, cls.check(value))
            except PydanticCustomError as fault:
                refused = _without_input(fault, value)
            raise refused

        return core_schema.no_info_plain_validator_function(
            parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _serialised, when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described: JsonSchemaValue = {"type": "string", "description": cls._description}
        return {**described, "pattern": cls._pattern} if cls._pattern else described


V = TypeVar("V", bound=Checked)


def unchecked(kind: type[V], text: str) -> V:
    """Return the value of a text that is already checked, or that the SDK generated."""
    made = kind.__new__(kind)
    made._keep(text)  # noqa: SLF001 - as __init__ does
    return made


def _serialised(value: Checked) -> str:
    return value._value  # noqa: SLF001 - the one place that serialises


class Plain(Checked):
    """A checked value without personal data, shown as is."""

    def __str__(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value!r})"


class Hidden(Checked):
    """A value that holds personal data (henkilötieto): shown as ``***``, read by ``reveal()``."""

    def reveal(self) -> str:
        """Return the value itself. Never put it in a log, an error, a URL or a header."""
        return self._value

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return f"{type(self).__name__}('***')"

    def __format__(self, format_spec: str) -> str:
        return "***"


def _problem(fault: PydanticCustomError) -> Problem:
    if fault.type == "choice":
        return problem("SHAPE.choice", "", choices=str((fault.context or {})["expected"]))
    if fault.type == "not_text":
        return problem("SHAPE.type", "", type=message("shape.text"))
    return problem(REFUSED_BY[fault.type], "")


def _without_input(fault: PydanticCustomError, value: object) -> ValidationError:
    """Return the fault as a pydantic error with its text but without the value."""
    shown = None if value is None else MASK
    worded = PydanticCustomError(fault.type, str(_problem(fault).message), fault.context)
    return ValidationError.from_exception_data("", [{"type": worded, "loc": (), "input": shown}])


class _InvalidValue(InvalidNotice, ValueError):  # noqa: N818 - the public name is its parent's
    """The refusal of a value created on its own; also a ``ValueError``, as usual for a value."""

    def to_dict(self) -> dict[str, Any]:
        """Return the error under its public name."""
        return {**super().to_dict(), "error": InvalidNotice.__name__}
