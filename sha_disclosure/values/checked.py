"""What every checked value is: made of a text by ``check``, plain or hidden, refused by fault."""

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
"""The rule, or rule and variant, behind each fault that a value type names."""


def refuse(kind: str) -> PydanticCustomError:
    """Return the fault of a kind in ``REFUSED_BY``, for a ``check`` to raise."""
    return PydanticCustomError(kind, "refused")


def text_of(value: object) -> str:
    """Return a value that is text, or refuse it as ``not_text``."""
    if not isinstance(value, str):
        raise refuse("not_text")
    return value


class Checked:
    """A value made from a string by ``check`` and turned back to the same string.

    Raises InvalidNotice, which is a ``ValueError`` here, when it is refused.
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
        """Return the text to keep, or raise a ``ValueError`` that names the fault."""
        raise NotImplementedError  # pragma: no cover - each kind has its own

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
    """Return the value of a text that is checked already, or that the SDK itself wrote."""
    made = kind.__new__(kind)
    made._keep(text)  # noqa: SLF001 - as __init__ does
    return made


def _serialised(value: Checked) -> str:
    return value._value  # noqa: SLF001 - the one place that serialises


class Plain(Checked):
    """A checked value that is not personal: shown as it is."""

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
    """Return a refusal as pydantic reports it, with its text and without the value."""
    shown = None if value is None else MASK
    worded = PydanticCustomError(fault.type, str(_problem(fault).message), fault.context)
    return ValidationError.from_exception_data("", [{"type": worded, "loc": (), "input": shown}])


class _InvalidValue(InvalidNotice, ValueError):  # noqa: N818 - the public name is its parent's
    """The refusal of a value made by itself: a ``ValueError`` too, as of any type's own value."""

    def to_dict(self) -> dict[str, Any]:
        """Return the error as the public one that it is."""
        return {**super().to_dict(), "error": InvalidNotice.__name__}
