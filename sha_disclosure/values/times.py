"""Times: a client's date of birth, instants, and times that may be a date alone."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from sha_disclosure.values.checked import Hidden, Plain, refuse, text_of

_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
# FHIR R4 has no hour 24, which datetime accepts from Python 3.14 on.
_INSTANT = re.compile(
    rf"{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,9}})?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)",
    re.ASCII,
)
_DATE = re.compile(_DAY, re.ASCII)


class BirthDate(Hidden):
    """A client's date of birth (syntymäaika), ISO 8601 ``YYYY-MM-DD``."""

    _pattern = rf"^{_DAY}$"
    _description = "Date of birth, YYYY-MM-DD"

    if TYPE_CHECKING:

        def __init__(self, value: str | date) -> None: ...

    @classmethod
    def check(cls, value: object) -> str:
        """Return the date as text, or refuse it as ``birth_date``."""
        text = value.isoformat() if type(value) is date else text_of(value)
        try:
            parsed = date.fromisoformat(text)
        except ValueError:
            parsed = None
        if parsed is None or parsed.isoformat() != text:
            raise refuse("birth_date")
        return text


class Instant(Plain):
    """A point in time with seconds and offset (FHIR R4 ``instant``), kept byte for byte as given.

    Created from text such as ``2026-11-15T11:00:00+02:00`` or from an aware ``datetime``.
    """

    __slots__ = ("moment",)
    moment: datetime
    _pattern = rf"^{_INSTANT.pattern}$"
    _description = "Moment with seconds and offset, e.g. 2026-11-15T11:00:00+02:00"

    if TYPE_CHECKING:

        def __init__(self, value: str | datetime) -> None: ...

    def _keep(self, text: str) -> None:
        self._value = text
        self.moment = datetime.fromisoformat(text)

    @property
    def day(self) -> date:
        """The day in Finland."""
        return day_in_finland(self.moment)

    @classmethod
    def check(cls, value: object) -> str:
        """Return the instant's text, or refuse it as ``no_offset`` or ``instant``."""
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise refuse("no_offset")
            text = value.isoformat().replace("+00:00", "Z")
        else:
            # Another time value is accepted too, as when a notice is copied.
            text = str(value) if isinstance(value, Time) else text_of(value)
        if not _INSTANT.fullmatch(text):
            raise refuse("no_offset" if _INSTANT.fullmatch(text + "Z") else "instant")
        try:
            datetime.fromisoformat(text)
        except ValueError:
            fault = refuse("instant")
        else:
            return text
        raise fault


class Time(Plain):
    """An ``Instant``, or a date alone when no more is known (FHIR R4 ``dateTime``).

    ``moment`` is None for a date; ``day`` is the day in Finland.
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
        """Return the text of the time or date, or refuse it as ``no_offset`` or ``time``."""
        text = value.isoformat() if type(value) is date else value
        if isinstance(text, str) and _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                pass
            raise refuse("time")
        fault = refuse("time")
        try:
            return Instant.check(str(text) if isinstance(text, Instant | Time) else text)
        except PydanticCustomError as refused:
            if refused.type != "instant":
                fault = refuse(refused.type)
        raise fault


def day_in_finland(moment: datetime) -> date:
    """Return the day in Finland at a point in time."""
    try:
        return moment.astimezone(_finland()).date()
    except OverflowError:  # datetime.min or datetime.max
        return moment.date()


@cache
def _finland() -> ZoneInfo:
    return ZoneInfo("Europe/Helsinki")
