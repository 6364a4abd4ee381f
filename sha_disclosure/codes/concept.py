"""One code of a list, parsed from the code server's interface or from a table.

Field names are compared without case, blanks and punctuation, so ``beginDate``, ``begin_date``
and ``BEGINDATE`` are the same. No page at hand documents the interface's names for its dates,
so every spelling listed here is accepted; any other is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sha_disclosure.codes.lists import ListedCode, Status
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, message
from sha_disclosure.values import Code
from sha_disclosure.values.times import day_in_finland

CODE = ("conceptcodeid", "codeid", "code", "koodi", "koodiarvo", "tunnus")
FIRST_DAY = ("begindate", "beginningdate", "startdate", "validfrom", "effectivedate",
             "voimassaalkaen", "alkupvm", "alkupaiva")  # fmt: skip
LAST_DAY = ("expirationdate", "expirydate", "expiringdate", "expiredate", "enddate", "validto",
            "voimassaasti", "loppupvm", "paattymispaiva")  # fmt: skip
STATUS = ("status", "tila")
NAMES = ("shortname", "display", "name", "nimi", "lyhytnimi", "longname", "pitkanimi",
         "abbreviation", "lyhenne")  # fmt: skip
"""Spellings of the display, the preferred one first."""
_WANTED = {spelling: place for place, spelling in enumerate(NAMES)}

_STATUSES: Mapping[str, Status] = {
    "": "ACTIVE",
    "active": "ACTIVE",
    "voimassa": "ACTIVE",
    "proposal": "PROPOSAL",
    "ehdotus": "PROPOSAL",
    "deleted": "DELETED",
    "poistettu": "DELETED",
    "1": "ACTIVE",
    "0": "DELETED",
}
_LANGUAGES = {"fi": "fi", "fin": "fi", "sv": "sv", "swe": "sv", "se": "sv", "en": "en", "eng": "en"}
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})(Z|[+-][0-9]{2}:?[0-9]{2})?")
_FINNISH = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?: .*)?")
_MILLISECONDS = re.compile(r"-?[0-9]{9,16}")
_END_OF_DAY = re.compile(r"(?<=[T ])24:00(:00(\.0+)?)?")
_LANGUAGE_ENDING = re.compile(r"[\s_:.(-]+([A-Za-z]{2,3})\)?")


Codes = dict[tuple[str, date, date], ListedCode]
"""Codes by identifier and period of validity."""


def keep(codes: Codes, read: ListedCode) -> None:
    """Add a code, ignoring an exact duplicate.

    Raises UnfitCode if it contradicts a code of the same period.
    """
    if codes.setdefault((read.code, read.valid_from, read.valid_to), read) != read:
        raise UnfitCode(message("codes.twice"))


@lru_cache(maxsize=1024)  # the same few names recur in every code
def plain(name: str) -> str:
    """Return a field name in its comparable form: lower-case letters and digits."""
    folded = name.lower().replace("ä", "a").replace("ö", "o").replace("å", "a")
    return re.sub(r"[^a-z0-9]", "", folded)


def from_concept(concept: object) -> ListedCode:
    """Return the code that one member of ``conceptCodes`` describes. Raises UnfitCode."""
    if not isinstance(concept, Mapping):
        raise UnfitCode(message("codes.no_object"))
    attributes = concept.get("attributes") or []
    if not isinstance(attributes, list) or not all(isinstance(a, Mapping) for a in attributes):
        raise UnfitCode(message("codes.attributes"))
    fields = {plain(str(key)): value for key, value in concept.items()}
    if len(fields) < len(concept):
        raise UnfitCode(message("codes.twice_named"))
    names: dict[tuple[str, str], str] = {}
    for attribute in attributes:
        name = plain(str(attribute.get("attributeName", "")))
        language = str(attribute.get("language") or attribute.get("lang") or "fi")
        values = attribute.get("attributeValue")
        value = values[0] if isinstance(values, list) and values else values
        if name in NAMES and isinstance(value, str) and value.strip():
            names.setdefault((name, _language(language)), value.strip())
        elif name in (*FIRST_DAY, *LAST_DAY) and value is not None and not isinstance(value, list):
            fields[name] = fields.get(name) or value
    return listed(fields, names)


def columns(heading: list[str]) -> list[tuple[str, str]]:
    """Return the field and the language of each column of a table. Raises UnfitCode.

    A display column may have a language suffix: ``ShortName_sv``, ``nimi (sv)``.
    """
    found = [_column(column) for column in heading]
    named = [column for column in found if column[0]]
    if len(set(named)) < len(named):
        raise UnfitCode(message("codes.twice_named"))
    if not {name for name, _ in named} & set(CODE):
        raise UnfitCode(message("codes.no_codes_column"))
    return found


def from_row(of_columns: list[tuple[str, str]], row: list[str]) -> ListedCode:
    """Return the code that one row of a table describes. Raises UnfitCode."""
    fields: dict[str, Any] = {}
    names: dict[tuple[str, str], str] = {}
    for (name, language), value in zip(of_columns, row, strict=True):
        if name not in NAMES:
            fields[name] = value.strip()
        elif value.strip():
            names[name, language] = value.strip()
    return listed(fields, names)


def listed(fields: Mapping[str, Any], names: Mapping[tuple[str, str], str]) -> ListedCode:
    """Return the code with these fields; the keys of ``names`` are in comparable form."""
    code = _first(fields, CODE)
    if code is None:
        raise UnfitCode(message("codes.no_identifier"))
    try:
        checked = Code.check(str(code).strip())
    except ValueError:
        checked = ""
    if not checked:
        raise UnfitCode(message("codes.identifier"))
    status = _STATUSES.get(plain(str(_first(fields, STATUS) or "")))
    if status is None:
        raise UnfitCode(message("codes.status"))
    first = _day(_first(fields, FIRST_DAY), date.min)
    last = _day(_first(fields, LAST_DAY), date.max)
    if last < first:
        raise UnfitCode(message("codes.validity"))
    return ListedCode(checked, first, last, status, dict(_displays(names)))


def _displays(names: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    for (_, language), name in sorted(names.items(), key=lambda n: -_WANTED[n[0][0]]):
        yield language, name  # the preferred spelling comes last and overwrites the others


def _first(fields: Mapping[str, Any], spellings: tuple[str, ...]) -> Any:
    for spelling in spellings:
        value = fields.get(spelling)
        if value is not None and value != "":
            return value
    return None


def _column(column: str) -> tuple[str, str]:
    column = column.strip()
    ending = _LANGUAGE_ENDING.search(column, max(0, len(column) - len("-swe)")))
    if ending and ending.end() == len(column) and ending[1].lower() in _LANGUAGES:
        name = plain(column[: ending.start()])
        if name in NAMES:
            return name, _language(ending[1])
    return plain(column), "fi"


def _language(tag: str) -> str:
    start = tag.lower().replace("_", "-").partition("-")[0]
    return _LANGUAGES.get(start, start)


def _day(value: Any, absent: date) -> date:
    """Return a day; a point in time counts as its day in Finland, as in the lists."""
    if value is None:
        return absent
    try:
        return _read_day(str(value).strip())
    except (ValueError, OverflowError, OSError):
        pass
    raise UnfitCode(message("codes.day"))


@lru_cache(maxsize=1024)
def _read_day(text: str) -> date:
    if finnish := _FINNISH.fullmatch(text):
        day, month, year = map(int, finnish.groups())
        return date(year, month, day)
    if alone := _DATE.fullmatch(text):
        return date.fromisoformat(alone[1])
    if _MILLISECONDS.fullmatch(text):
        return day_in_finland(datetime.fromtimestamp(int(text) / 1000, UTC))
    moment = datetime.fromisoformat(_END_OF_DAY.sub("23:59:59", text))
    return day_in_finland(moment) if moment.tzinfo else moment.date()


class UnfitCode(Exception):  # noqa: N818 - a signal to the reader, which adds the file and line
    """A code of a list cannot be read; ``message`` says why."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.message = why


def in_file(path: Path, fault: Message, *, line: int | None = None) -> ConfigurationError:
    """Return the error for a fault in a file."""
    where = fault if line is None else message("codes.line", line=line, fault=fault)
    return ConfigurationError(message("codes.file", path=str(path), fault=where))
