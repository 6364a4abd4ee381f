"""Checked value types. Those that hold personal data hide it in ``repr`` and ``str``.

A hidden value is read with ``reveal()``: a word one can search a code base for.
Refusals name the kind of fault only, so no error can carry the value. A value that is made by
itself, outside a notice, raises ``InvalidNotice`` with the one problem.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sha_disclosure.boundary import boundary
from sha_disclosure.characters import CONTROL, NONCHARACTER, shows_nothing
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.findings import Problem, problem
from sha_disclosure.hidden import MASK
from sha_disclosure.identity_codes import CENTURIES, is_personal_id, names_a_person
from sha_disclosure.messages import message

__all__ = [
    "BirthDate",
    "Code",
    "FreeText",
    "Instant",
    "LanguageTag",
    "Oid",
    "PersonName",
    "PersonalId",
    "Reference",
    "TemporaryId",
    "Time",
    "Uri",
]

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){1,}", re.ASCII)
_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
# FHIR R4 has no hour 24, which datetime reads from Python 3.14 on.
_INSTANT = re.compile(
    rf"{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,9}})?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)",
    re.ASCII,
)
_DATE = re.compile(_DAY, re.ASCII)
# RFC 5646 section 2.1 in the case it recommends (2.1.1), for languages of ISO 639.
_PRIVATE = r"x(-[A-Za-z0-9]{1,8})+"
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[0-9a-wy-z](-[A-Za-z0-9]{2,8})+)*"
    rf"(-{_PRIVATE})?|{_PRIVATE}"
    r"|en-GB-oed|i-(ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(BE-FR|BE-NL|CH-DE)|art-lojban|cel-gaulish|no-bok|no-nyn|zh-guoyu|zh-hakka|zh-min"
    r"|zh-min-nan|zh-xiang",
    re.ASCII,
)
_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]+")

_OID_SCHEMA = r"^[0-2](\.(0|[1-9][0-9]*))+$"

_REFERENCE_MAX = 128

OID_MAX = 64
"""FHIR R4 ``id``: at most 64 characters; a resource id of ours is a bare OID."""


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


def _refuse(kind: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "refused")


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


class _Checked:
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
        if isinstance(other, _Checked):
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
        def parse(value: Any) -> _Checked:
            if isinstance(value, cls):
                return value
            made = cls.__new__(cls)
            try:
                made._keep(cls.check(value))  # noqa: SLF001 - as __init__, which raises our own
            except PydanticCustomError as fault:
                refused = _without_input(fault, value)
            else:
                return made
            raise refused

        return core_schema.no_info_plain_validator_function(
            parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _text_of, when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described: JsonSchemaValue = {"type": "string", "description": cls._description}
        return {**described, "pattern": cls._pattern} if cls._pattern else described


def _text_of(value: _Checked) -> str:
    return value._value  # noqa: SLF001 - the one place that serialises


class _Plain(_Checked):
    """A checked value that is not personal: shown as it is."""

    def __str__(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value!r})"


class Hidden(_Checked):
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


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _refuse("not_text")
    return value


class Oid(_Plain):
    """An object identifier, dotted, at most 64 characters (yksilöintitunnus, ISO/IEC 9834-1)."""

    _pattern = _OID_SCHEMA
    _description = "Object identifier (OID), at most 64 characters"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the OID, or refuse it as ``oid``."""
        text = _string(value)
        if len(text) > OID_MAX or not _OID.fullmatch(text):
            raise _refuse("oid")
        return text

    @property
    def urn(self) -> str:
        """The OID as a URN (RFC 3061)."""
        return f"urn:oid:{self._value}"


class TemporaryId(Hidden):
    """The identifier of a client whose identity code is not known (väliaikainen tunnus, 38 §)."""

    _pattern = _OID_SCHEMA
    _description = "Temporary identifier of the client, an OID"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the OID, or refuse it as ``temporary_id``."""
        text = _string(value)
        if len(text) > OID_MAX or not _OID.fullmatch(text):
            raise _refuse("temporary_id")
        return text


class PersonalId(Hidden):
    """A Finnish personal identity code (henkilötunnus), with the separators of 2023.

    Source: 128/2010 2 § as amended by 690/2022. Case and separator are kept: since 2023
    a code without its separator does not identify a person.
    """

    _pattern = r"^[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]$"
    _description = "Finnish personal identity code (henkilötunnus)"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the code, or refuse it as ``personal_id``."""
        text = _string(value)
        if not is_personal_id(text):
            raise _refuse("personal_id")
        return text

    @property
    def born(self) -> BirthDate:
        """The date of birth the code tells."""
        day, month, year, sign = self._value[:2], self._value[2:4], self._value[4:6], self._value[6]
        return BirthDate(f"{CENTURIES[sign] + int(year)}-{month}-{day}")

    @property
    def artificial(self) -> bool:
        """Whether the individual number is 900-999: given to test persons, never to a real one."""
        return self._value[7] == "9"


class WrittenText(Hidden):
    """Anything a person wrote: names and free text."""

    @classmethod
    def check(cls, value: object) -> str:
        """Return the text as given, or refuse it as blank, not FHIR text or not I-JSON."""
        text = _string(value)
        if shows_nothing(text):
            raise _refuse("blank")
        if CONTROL.search(text):
            raise _refuse("control_character")
        if NONCHARACTER.search(text):
            raise _refuse("noncharacter")
        return text


class PersonName(WrittenText):
    """A part of a person's name (nimi)."""

    _pattern = r"\S"
    _description = "Part of a person's name"


class FreeText(WrittenText):
    """Text written by a person (vapaa teksti); the client may read it in OmaKanta (74 § 2)."""

    _pattern = r"\S"
    _description = "Free text; the client may read it, so no identity code in it"


class Reference(FreeText):
    """The caller's own key of a disclosure (viite), at most 128 characters; it is never sent."""

    _description = "The caller's own key, at most 128 characters, no personal data in it"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the key, or refuse it as ``reference`` or as any text."""
        text = super().check(value)
        if len(text) > _REFERENCE_MAX:
            raise _refuse("reference")
        return text


class BirthDate(Hidden):
    """A client's date of birth (syntymäaika), ISO 8601 ``YYYY-MM-DD``."""

    _pattern = rf"^{_DAY}$"
    _description = "Date of birth, YYYY-MM-DD"

    if TYPE_CHECKING:

        def __init__(self, value: str | date) -> None: ...

    @classmethod
    def check(cls, value: object) -> str:
        """Return the date's text, or refuse it as ``birth_date``."""
        text = value.isoformat() if type(value) is date else _string(value)
        try:
            parsed = date.fromisoformat(text)
        except ValueError:
            parsed = None
        if parsed is None or parsed.isoformat() != text:
            raise _refuse("birth_date")
        return text


class Instant(_Plain):
    """A moment with seconds and offset (FHIR R4 ``instant``), kept byte for byte as given.

    Made from text such as ``2026-11-15T11:00:00+02:00`` or from an aware ``datetime``.
    """

    __slots__ = ("moment",)
    moment: datetime
    _pattern = rf"^{_INSTANT.pattern}$"
    _description = "Moment with seconds and offset, e.g. 2026-11-15T11:00:00+02:00"

    if TYPE_CHECKING:

        def __init__(self, value: str | datetime) -> None: ...

    def _keep(self, text: str) -> None:
        super()._keep(text)
        self.moment = datetime.fromisoformat(text)

    @property
    def day(self) -> date:
        """The day it is in Finland."""
        return day_in_finland(self.moment)

    @classmethod
    def check(cls, value: object) -> str:
        """Return the instant's text, or refuse it as ``no_offset`` or ``instant``."""
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise _refuse("no_offset")
            text = value.isoformat().replace("+00:00", "Z")
        else:
            # One time may be given where another stands, as a copy of a notice does.
            text = str(value) if isinstance(value, Time) else _string(value)
        if not _INSTANT.fullmatch(text):
            raise _refuse("no_offset" if _INSTANT.fullmatch(text + "Z") else "instant")
        try:
            datetime.fromisoformat(text)
        except ValueError:
            fault = _refuse("instant")
        else:
            return text
        raise fault


class Time(_Plain):
    """A moment as ``Instant``, or a date alone when no more is known (FHIR R4 ``dateTime``).

    ``moment`` is None of a date; ``day`` is the day in Finland.
    """

    __slots__ = ("day", "moment")
    moment: datetime | None
    day: date
    _pattern = rf"^({_INSTANT.pattern}|{_DAY})$"
    _description = "Moment with seconds and offset, e.g. 2026-11-15T11:00:00+02:00, or a date"

    if TYPE_CHECKING:

        def __init__(self, value: str | datetime | date) -> None: ...

    def _keep(self, text: str) -> None:
        super()._keep(text)
        self.moment = datetime.fromisoformat(text) if "T" in text else None
        self.day = day_in_finland(self.moment) if self.moment else date.fromisoformat(text)

    @classmethod
    def check(cls, value: object) -> str:
        """Return the text of the moment or date, or refuse it as ``no_offset`` or ``time``."""
        text = value.isoformat() if type(value) is date else value
        if isinstance(text, str) and _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                pass
            raise _refuse("time")
        fault = _refuse("time")
        try:
            return Instant.check(str(text) if isinstance(text, Instant | Time) else text)
        except PydanticCustomError as refused:
            if refused.type != "instant":
                fault = _refuse(refused.type)
        raise fault


def day_in_finland(moment: datetime) -> date:
    """Return the day it is in Finland at a moment."""
    try:
        return moment.astimezone(_finland()).date()
    except OverflowError:  # the first or the last day there is
        return moment.date()


@cache
def _finland() -> ZoneInfo:
    return ZoneInfo("Europe/Helsinki")


class LanguageTag(_Plain):
    """A language tag of BCP 47 as FHIR uses it: ``fi``, ``sv``, ``smn``, ``de-CH-1996`` ..."""

    _pattern = rf"^({_LANGUAGE.pattern})$"
    _description = "Language tag (BCP 47)"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the tag, or refuse it as ``language``."""
        text = _string(value)
        if not _LANGUAGE.fullmatch(text) or _repeats(text):
            raise _refuse("language")
        return text


def _repeats(tag: str) -> bool:
    """Return whether a variant or an extension's letter stands twice (RFC 5646 section 2.2)."""
    subtags = re.split("-x-|^x-", tag.lower())[0].split("-")
    letters = [index for index, subtag in enumerate(subtags[1:], 1) if len(subtag) == 1]
    variants = subtags[1 : letters[0]] if letters else subtags[1:]
    singletons = [subtags[index] for index in letters]
    return len(set(variants)) < len(variants) or len(set(singletons)) < len(singletons)


class Code(_Plain):
    """A code of a code system (koodi): no blanks at the ends, single blanks inside (FHIR R4)."""

    _pattern = r"^\S+( \S+)*$"
    _description = "Code of a code system"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the code, or refuse it as ``code``."""
        text = _string(value)
        if not _CODE.fullmatch(text) or CONTROL.search(text) or names_a_person(text):
            raise _refuse("code")
        if NONCHARACTER.search(text):
            raise _refuse("noncharacter")
        return text


class Uri(_Plain):
    """The identifier of a code system or an identifier's system, e.g. ``urn:oid:1.2.246.21``."""

    _pattern = rf"^{_URI.pattern}$"
    _description = "Absolute URI, e.g. urn:oid:1.2.246.537.6.1221.201601"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the URI, or refuse it as ``uri`` (``oid`` when the OID in it is malformed)."""
        text = _string(value)
        if not _URI.fullmatch(text):
            raise _refuse("uri")
        if NONCHARACTER.search(text):
            raise _refuse("noncharacter")
        if text.startswith("urn:oid:"):
            Oid.check(text.removeprefix("urn:oid:"))
        return text
