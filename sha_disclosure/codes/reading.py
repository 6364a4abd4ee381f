"""Reading a code list from a file: JSON of the code server, the SDK's own JSON, or CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sha_disclosure.codes.concept import CODE, from_concept, from_row, plain
from sha_disclosure.codes.faults import UnfitCode, in_file
from sha_disclosure.codes.lists import CodeList, ListedCode
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file
from sha_disclosure.messages import Message, message
from sha_disclosure.values import Uri

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*)){3,}")
_START = re.compile(r'"conceptCodes"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,?\s*")


def read_code_list(path: Path, system: str | None = None) -> CodeList:
    """Return the code list in a file.

    The code system is ``system``, or what the file says, or the OID in the file's name.
    Raises ConfigurationError that names the file, the line and how to correct it.
    """
    text = _text(path)
    table = path.suffix.lower() in {".csv", ".tsv", ".txt"}
    read, stated = _table(path, text) if table else _json(path, text)
    named = _OID.search(path.name)
    found = system or stated.get("system") or (named.group().rstrip(".") if named else None)
    if not isinstance(found, str):
        raise in_file(path, message("codes.no_system"), line=1)
    codes = _without_doubles(path, read)
    source, at = stated.get("source"), stated.get("imported_at")
    return CodeList(
        system_uri(found),
        codes,
        source if isinstance(source, str) else path.name,
        at if isinstance(at, str) else "",
        complete=stated.get("complete") is not False,
    )


def system_uri(system: str) -> str:
    """Return a code system's URI, given as an OID or a URI. Raises ConfigurationError."""
    text = f"urn:oid:{system}" if re.fullmatch(r"[0-9.]+", system) else system
    refused = False
    try:
        Uri.check(text)
    except ValueError:
        refused = True
    if refused:
        raise ConfigurationError(message("codes.system"))
    return text


def codes_of_page(page: Mapping[str, Any]) -> Iterator[ListedCode]:
    """Yield the codes of a page of the code server. Raises UnfitCode."""
    concepts = page.get("conceptCodes")
    if not isinstance(concepts, list):
        raise UnfitCode(message("codes.no_list"))
    for number, concept in enumerate(concepts):
        try:
            yield from_concept(concept)
        except UnfitCode as unfit:
            fault = message("codes.entry", number=number, fault=unfit.message)
            raise UnfitCode(fault) from None


_LARGEST = 512 * 1024 * 1024
"""Bytes; far above any national code list."""


def _text(path: Path) -> str:
    line = None
    try:
        return read_file(path, limit=_LARGEST).data.decode("utf-8").removeprefix("\ufeff")
    except Unreadable as unreadable:
        fault = unreadable.message
    except UnicodeDecodeError as error:
        fault, line = message("codes.not_utf_8"), error.object[: error.start].count(b"\n") + 1
    raise in_file(path, fault, line=line)


_Read = list[tuple[int, ListedCode]]
"""Line and code."""


def _json(path: Path, text: str) -> tuple[_Read, Mapping[str, Any]]:
    fault: Message | None = None
    line = 1
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        fault, line = message("codes.not_json", column=error.colno), error.lineno
    except RecursionError:
        fault = message("codes.deep")
    if fault:
        raise in_file(path, fault, line=line)
    pages = data if isinstance(data, list) else [data]
    for page in pages:
        if not isinstance(page, Mapping) or not isinstance(page.get("conceptCodes"), list):
            raise in_file(path, message("codes.no_list"), line=1)
    _require_whole(path, pages)
    return list(_concepts(path, text)), pages[0] if pages else {}


def _require_whole(path: Path, pages: list[Mapping[str, Any]]) -> None:
    """Refuse a file with a part of a list: unknown codes in it would be called wrong."""
    total = pages[0].get("totalItems") if pages else None
    held = sum(len(page["conceptCodes"]) for page in pages)
    if isinstance(total, int) and held != total:
        raise in_file(path, message("codes.part", held=held, total=total), line=1)


def _concepts(path: Path, text: str) -> Iterator[tuple[int, ListedCode]]:
    decoder = json.JSONDecoder()
    for start in _START.finditer(text):
        place = start.end()
        while text[place] != "]":
            line = text.count("\n", 0, place) + 1
            concept, place = decoder.raw_decode(text, place)
            yield line, _read(path, line, from_concept, concept)
            between = _BETWEEN.match(text, place)
            place = between.end() if between else place


def _table(path: Path, text: str) -> tuple[_Read, Mapping[str, Any]]:
    heading = text.partition("\n")[0]
    separator = max(";\t,", key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    read: _Read = []
    columns: list[str] = []
    fault: Message | None = None
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns = row
                _require_code_column(path, columns)
            else:
                if len(row) != len(columns):
                    fault = message("codes.columns", given=len(row), heading=len(columns))
                    raise in_file(path, fault, line=rows.line_num)
                made = _read(path, rows.line_num, from_row, dict(zip(columns, row, strict=True)))
                read.append((rows.line_num, made))
    except csv.Error:
        fault = message("codes.not_csv")
    if fault:
        raise in_file(path, fault, line=rows.line_num)
    if not columns:
        raise in_file(path, message("codes.empty"), line=1)
    return read, {}


def _require_code_column(path: Path, columns: list[str]) -> None:
    if not {plain(column) for column in columns} & set(CODE):
        raise in_file(path, message("codes.no_codes_column"), line=1)


def _read(path: Path, line: int, reader: Callable[[Any], ListedCode], value: object) -> ListedCode:
    try:
        return reader(value)
    except UnfitCode as unfit:
        fault = unfit.message
    raise in_file(path, fault, line=line)


def _without_doubles(path: Path, read: _Read) -> tuple[ListedCode, ...]:
    kept: dict[str, ListedCode] = {}
    for line, each in read:
        if kept.setdefault(each.code, each) != each:
            raise in_file(path, message("codes.twice"), line=line)
    if not kept:
        raise in_file(path, message("codes.no_codes"), line=1)
    return tuple(kept.values())
