"""Reading a code list from a file: JSON of the code server, the SDK's own JSON, or CSV.

CSV is read as programs and the code server's download write it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sha_disclosure.boundary import boundary
from sha_disclosure.codes.concept import (
    Codes,
    UnfitCode,
    columns,
    from_concept,
    from_row,
    in_file,
    keep,
)
from sha_disclosure.codes.lists import CodeList, ListedCode
from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file
from sha_disclosure.limits import CODE_LIST_BYTES, CODE_LIST_VALUES
from sha_disclosure.messages import message
from sha_disclosure.values import Uri

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*)){3,}")
_BETWEEN = re.compile(r"[ \t\r\n,:]*")
_TABLES = {".csv", ".tsv", ".txt"}


@boundary
def read_code_list(path: Path, system: str | None = None) -> CodeList:
    """Return the code list in a file.

    The code system is ``system``, or the one in the file, or the OID in the file's name.
    Raises ConfigurationError, which states the file, the line and how to correct it.
    """
    table = path.suffix.lower() in _TABLES
    text = _text(path, table=table)
    codes, stated = (read_table(path, text), {}) if table else _json(path, text)
    if not codes:
        raise in_file(path, message("codes.no_codes"), line=1)
    named = _OID.search(path.name)
    found = system or stated.get("system") or (named.group().rstrip(".") if named else None)
    if not isinstance(found, str):
        raise in_file(path, message("codes.no_system"), line=1)
    source, at = stated.get("source"), stated.get("imported_at")
    return CodeList(
        system_uri(found),
        tuple(codes),
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


def _text(path: Path, *, table: bool) -> str:
    """Return the text of a file: UTF-8; a table may also be Latin-1, as on Windows."""
    line = None
    try:
        data = read_file(path, limit=CODE_LIST_BYTES).data
        return data.decode(_encoding(data) if table else "utf-8").removeprefix("\ufeff")
    except Unreadable as unreadable:
        fault = unreadable.message
    except UnicodeDecodeError as error:
        fault, line = message("codes.not_utf_8"), error.object[: error.start].count(b"\n") + 1
    raise in_file(path, fault, line=line)


def _encoding(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252"
    return "utf-8"


def _json(path: Path, text: str) -> tuple[list[ListedCode], Mapping[str, Any]]:
    data = _strict(path, text)
    pages = data if isinstance(data, list) else [data]
    for page in pages:
        if not isinstance(page, Mapping) or not isinstance(page.get("conceptCodes"), list):
            raise in_file(path, message("codes.no_list"), line=1)
    _require_whole(path, pages)
    codes: Codes = {}
    for number, page in enumerate(pages):
        for index, concept in enumerate(page["conceptCodes"]):
            try:
                keep(codes, from_concept(concept))
                continue
            except UnfitCode as unfit:
                fault = unfit.message
            raise in_file(path, fault, line=_line(text, number, index))
    return list(codes.values()), pages[0] if pages else {}


def _strict(path: Path, text: str) -> Any:
    line = None
    try:
        return read_json(text, values=CODE_LIST_VALUES)
    except Malformed as malformed:
        fault = malformed.message
        if malformed.kind == "syntax":
            place = dict(fault.parameters)
            line = int(str(place["line"]))
            fault = message("codes.not_json", column=place["column"])
    raise in_file(path, fault, line=line)


def _require_whole(path: Path, pages: list[Mapping[str, Any]]) -> None:
    """Refuse a file with part of a list, since codes missing from it would be reported wrong."""
    total = pages[0].get("totalItems") if pages else None
    held = sum(len(page["conceptCodes"]) for page in pages)
    if isinstance(total, int) and held != total:
        raise in_file(path, message("codes.part", held=held, total=total), line=1)


def _line(text: str, page: int, index: int) -> int:
    """Return the line on which a code of a page starts.

    Parsed values have no positions, so the text is scanned again up to the faulty one.
    """
    value = json.JSONDecoder().raw_decode

    def next_one(place: int) -> int:
        between = _BETWEEN.match(text, place)
        return between.end() if between else place

    def beyond(place: int) -> int:
        return next_one(value(text, place)[1])

    place = next_one(0)
    if text[place] == "[":
        place = next_one(place + 1)
        for _ in range(page):
            place = beyond(place)
    place = next_one(place + 1)
    while value(text, place)[0] != "conceptCodes":
        place = beyond(beyond(place))
    place = next_one(beyond(place) + 1)
    for _ in range(index):
        place = beyond(place)
    return text.count("\n", 0, place) + 1


_STATED = re.compile(r'"?sep=(.)"?[;,\t ]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""The line before the heading by which spreadsheet programs state the separator."""
_FIRST_LINE = re.compile(r"\s*([^\r\n]*)")


def read_table(path: Path, text: str) -> list[ListedCode]:
    """Return the codes of a table with a heading. Raises ConfigurationError."""
    stated = _STATED.match(text)
    separator = stated[1] if stated else _likely_separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        if stated:
            next(rows)
        return _codes(row for row in rows if any(cell.strip() for cell in row))
    except UnfitCode as unfit:
        fault = unfit.message
    except csv.Error:
        fault = message("codes.not_csv")
    raise in_file(path, fault, line=max(1, rows.line_num))


def _likely_separator(text: str) -> str:
    heading = _FIRST_LINE.match(text)
    return max(";\t,", key=heading[1].count) if heading else ";"


def _codes(rows: Iterator[list[str]]) -> list[ListedCode]:
    heading = _without_blank_end(next(rows, []))
    if not heading:
        raise UnfitCode(message("codes.empty"))
    of_columns = columns(heading)
    codes: Codes = {}
    for row in rows:
        if len(row) < len(heading) or any(cell.strip() for cell in row[len(heading) :]):
            raise UnfitCode(message("codes.columns", given=len(row), heading=len(heading)))
        keep(codes, from_row(of_columns, row[: len(heading)]))
    return list(codes.values())


def _without_blank_end(row: list[str]) -> list[str]:
    """Return a row without the empty columns that some programs append."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]
