"""An explanation as text for a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from sha_disclosure.editions import Status
from sha_disclosure.explanation.grouping import Line, asked, entries, sections
from sha_disclosure.explanation.rows import Row
from sha_disclosure.messages import Language, Message, message

_WIDTH = 80


def text_of(edition: str, rows: Sequence[Row], language: Language) -> str:
    """Return the rows as text, in lines of up to 80 characters."""
    return "\n".join(_blocks(edition, rows, language)) + "\n"


def _blocks(edition: str, rows: Sequence[Row], language: Language) -> Iterator[str]:
    def says(key: str) -> str:
        return message(f"explain.{key}").text(language)

    yield _wrapped(summary(edition, rows).text(language))
    yield _headed(says("by_law"))
    for part in asked(rows):
        provisions = "; ".join(part.provisions) or says("no_provision")
        yield _wrapped(f"{part.name} - {part.text.text(language)}: {provisions}", "    ")
    yield _headed(says("elements"))
    yield _wrapped(says("reading"))
    for section in sections(rows):
        yield f"\n{section.title}"
        for line in section.lines:
            yield _wrapped(f"  {line.element} = {line.value}", "      ")
            yield _wrapped(f"    < {_origin(line, language)}", "      ")
    yield _headed(says("entries"))
    for entry in entries(rows):
        yield _wrapped(f"{entry.key} ({entry.status}): {entry.source}", "    ")


def _origin(line: Line, language: Language) -> str:
    parts = (line.source(language), ", ".join(line.entries), "; ".join(line.row.provisions))
    return " | ".join(filter(None, parts))


def summary(edition: str, rows: Sequence[Row]) -> Message:
    """Return the number of elements, the edition, and how certain its entries are."""
    counts = Counter(entry.status for entry in entries(rows))
    known = tuple(f"{counts[status]} {status}" for status in get_args(Status) if counts[status])
    return message("explain.summary", elements=len(rows), edition=edition, known=known)


def _headed(title: str) -> str:
    return f"\n{title}\n{'-' * len(title)}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)
