"""Reading a code list from a table: CSV as programs and the code server's download write it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from sha_disclosure.codes.concept import Codes, columns, from_row, keep
from sha_disclosure.codes.faults import UnfitCode, in_file
from sha_disclosure.codes.lists import ListedCode
from sha_disclosure.messages import message

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
    """Return a row without the empty columns that a program adds at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]
