"""Reading a code list from a file: JSON of the code server, the SDK's own JSON, or CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sha_disclosure.codes.concept import CODE, Unfit, from_concept, from_row, plain
from sha_disclosure.codes.lists import CodeList, ListedCode
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.values import Uri

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*)){3,}")
_START = re.compile(r'"conceptCodes"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,?\s*")


def read_code_list(path: Path, system: str | None = None) -> CodeList:
    """Return the code list in a file.

    The code system is ``system``, or what the file says, or the OID in the file's name.
    Raises ConfigurationError that names the file, the line and the mend.
    """
    text = _text(path)
    table = path.suffix.lower() in {".csv", ".tsv", ".txt"}
    read, told = _table(path, text) if table else _json(path, text)
    named = _OID.search(path.name)
    found = system or told.get("system") or (named.group().rstrip(".") if named else None)
    if not isinstance(found, str):
        raise ConfigurationError(
            f"Code list {path}: line 1: the code system is not told; name it (--system OID), or "
            "put its OID in the file's name"
        )
    codes = _without_doubles(path, read)
    source, at = told.get("source"), told.get("imported_at")
    return CodeList(
        system_uri(found),
        codes,
        source if isinstance(source, str) else path.name,
        at if isinstance(at, str) else "",
    )


def system_uri(system: str) -> str:
    """Return a code system's URI, given as an OID or a URI. Raises ConfigurationError."""
    text = f"urn:oid:{system}" if re.fullmatch(r"[0-9.]+", system) else system
    try:
        return Uri.check(text)
    except ValueError:
        fault = True
    if fault:
        raise ConfigurationError(
            "A code system is named by its OID, e.g. 1.2.246.537.6.1299.202101"
        )
    return text


def codes_of_page(page: Mapping[str, Any], origin: str) -> Iterator[ListedCode]:
    """Yield the codes of a page of the code server. Raises ConfigurationError."""
    concepts = page.get("conceptCodes")
    if not isinstance(concepts, list):
        raise ConfigurationError(f"{origin}: line 1: there is no list `conceptCodes`")
    for number, concept in enumerate(concepts):
        fault = ""
        try:
            yield from_concept(concept)
        except Unfit as unfit:
            fault = str(unfit)
        if fault:
            raise ConfigurationError(f"{origin}: conceptCodes[{number}]: {fault}")


def _text(path: Path) -> str:
    fault = ""
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = f"line {line}: is not UTF-8 text; save it as UTF-8"
    raise ConfigurationError(f"Code list {path}: {fault}")


_Read = list[tuple[int, ListedCode]]
"""Line and code."""


def _json(path: Path, text: str) -> tuple[_Read, Mapping[str, Any]]:
    fault = ""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        fault = f"line {error.lineno}: is not JSON from column {error.colno} on"
    except RecursionError:
        fault = "line 1: is nested too deeply"
    if fault:
        raise ConfigurationError(f"Code list {path}: {fault}")
    pages = data if isinstance(data, list) else [data]
    for page in pages:
        if not isinstance(page, Mapping) or not isinstance(page.get("conceptCodes"), list):
            raise ConfigurationError(
                f"Code list {path}: line 1: there is no list `conceptCodes`, as the code "
                "server's interface has it"
            )
    _require_whole(path, pages)
    return list(_concepts(path, text)), pages[0] if pages else {}


def _require_whole(path: Path, pages: list[Mapping[str, Any]]) -> None:
    """Refuse a file with a part of a list: unknown codes in it would be called wrong."""
    total = pages[0].get("totalItems") if pages else None
    held = sum(len(page["conceptCodes"]) for page in pages)
    if isinstance(total, int) and held != total:
        raise ConfigurationError(
            f"Code list {path}: line 1: holds {held} codes of {total}: save every page, as a "
            "list [page, page], in one file"
        )


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
    fault = ""
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns = row
                _require_code_column(path, columns)
            else:
                if len(row) != len(columns):
                    raise ConfigurationError(
                        f"Code list {path}: line {rows.line_num}: has {len(row)} columns where "
                        f"the heading has {len(columns)}"
                    )
                made = _read(path, rows.line_num, from_row, dict(zip(columns, row, strict=True)))
                read.append((rows.line_num, made))
    except csv.Error:
        fault = f"line {rows.line_num}: is not CSV: check the quotes"
    if not columns:
        fault = fault or "line 1: the file is empty"
    if fault:
        raise ConfigurationError(f"Code list {path}: {fault}")
    return read, {}


def _require_code_column(path: Path, columns: list[str]) -> None:
    if not {plain(column) for column in columns} & set(CODE):
        raise ConfigurationError(
            f"Code list {path}: line 1: no column of codes: name it conceptCodeId, CodeId or code"
        )


def _read(path: Path, line: int, reader: Any, value: object) -> ListedCode:
    fault = ""
    try:
        made: ListedCode = reader(value)
    except Unfit as unfit:
        fault = str(unfit)
    else:
        return made
    raise ConfigurationError(f"Code list {path}: line {line}: {fault}")


def _without_doubles(path: Path, read: _Read) -> tuple[ListedCode, ...]:
    kept: dict[str, ListedCode] = {}
    for line, each in read:
        if kept.setdefault(each.code, each) != each:
            raise ConfigurationError(
                f"Code list {path}: line {line}: a code is listed twice with different data; "
                "keep one"
            )
    if not kept:
        raise ConfigurationError(f"Code list {path}: line 1: the list has no codes")
    return tuple(kept.values())
