"""How the generated files are written: whole, or as the tables of a page that people write."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


def write_or_check(wanted: Mapping[Path, str], command: str) -> int:
    """Write the files; with ``--check`` write nothing and return 1 when one is not current."""
    stale = [file for file, text in wanted.items() if _read(file) != text]
    for file in stale:
        if sys.argv[1:] == ["--check"]:
            print(f"{file.name} is not current: run {command}")
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(wanted[file], "utf-8")
    return 1 if stale and sys.argv[1:] == ["--check"] else 0


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.is_file() else None


def with_parts(page: Path, parts: Mapping[str, str]) -> str:
    """Return a page with its written parts made anew.

    A part stands between ``<!-- written: NAME -->`` and ``<!-- end -->``; all else is typed.
    """

    def part(match: re.Match[str]) -> str:
        return f"<!-- written: {match[1]} -->\n\n{parts[match[1]].strip()}\n\n<!-- end -->"

    marked = r"<!-- written: ([\w ]+) -->.*?<!-- end -->"
    text, found = re.subn(marked, part, page.read_text("utf-8"), flags=re.DOTALL)
    if found != len(parts):
        raise ValueError(f"{page.name} has {found} written parts, not {len(parts)}")
    return text


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    first, *others = (f"| {' | '.join(map(_cell, line))} |\n" for line in (heading, *rows))
    return "".join((first, f"|{'---|' * len(heading)}\n", *others))


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text) or "-"
