"""An explanation as an HTML page without scripts or external resources; all text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import resources

from sha_disclosure.explanation.grouping import Line, asked, entries, sections
from sha_disclosure.explanation.rows import Row
from sha_disclosure.explanation.text import summary
from sha_disclosure.messages import Language, message


def page_of(edition: str, rows: Sequence[Row], language: Language) -> str:
    """Return the rows as a page."""
    return "".join(_Page(language).parts(edition, rows))


class _Page:
    """The page in one language."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def parts(self, edition: str, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the page in order."""
        style = resources.files(__package__).joinpath("page.css").read_text("utf-8")
        title = self._says("title")
        yield (
            f'<!doctype html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        )
        yield f"<p>{escape(summary(edition, rows).text(self._language))}</p>\n"
        if any(row.hidden for row in rows):
            yield f'<p class="note">{self._says("personal")}</p>\n'
        yield f"<h2>{self._says('by_law')}</h2>\n"
        yield self._table(("part", "field", "law", "count"), self._asked(rows), "law")
        yield f"<h2>{self._says('elements')}</h2>\n<p>{self._says('page_reading')}</p>\n"
        for section in sections(rows):
            yield f"<h3>{escape(section.title)}</h3>\n"
            columns = ("element", "value", "from", "edition", "law")
            yield self._table(columns, map(self._element, section.lines), "elements")
        yield f"<h2>{self._says('entries')}</h2>\n<p>{self._says('statuses')}</p>\n"
        yield self._table(("entry", "status", "source"), self._entries(rows), "entries")
        yield "</body>\n</html>\n"

    def _asked(self, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
        for part in asked(rows):
            provisions = _lines(part.provisions) or self._says("no_provision")
            name = escape(part.text.text(self._language))
            yield name, _code(part.name), provisions, str(part.elements)

    def _element(self, line: Line) -> tuple[str, ...]:
        entries = "<br>".join(
            f'<a href="#{escape(entry.key)}">{escape(entry.key)}</a> {_status(entry.status)}'
            for entry in line.row.entries
        )
        return (
            _code(line.element),
            f'<span class="value">{escape(line.value)}</span>',
            escape(line.source(self._language)),
            entries,
            _lines(line.row.provisions),
        )

    def _entries(self, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
        for entry in entries(rows):
            check = self._says("check", what=entry.check) if entry.check else ""
            source = "<br>".join(filter(None, (escape(entry.source), check)))
            yield (
                f'<code id="{escape(entry.key)}">{escape(entry.key)}</code>',
                _status(entry.status),
                source,
            )

    def _table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], kind: str) -> str:
        names = [self._says(f"column.{column}") for column in columns]
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        body = "".join(
            "<tr>"
            + "".join(
                f'<td data-name="{name}"><div>{cell}</div></td>'
                for name, cell in zip(names, row, strict=True)
            )
            + "</tr>\n"
            for row in rows
        )
        top = f"<thead><tr>{head}</tr></thead>"
        return f'<table class="{kind}">{top}\n<tbody>\n{body}</tbody></table>\n'

    def _says(self, key: str, **parameters: str) -> str:
        return escape(message(f"explain.{key}", **parameters).text(self._language))


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _status(status: str) -> str:
    return f'<span class="status {escape(status)}">{escape(status)}</span>'


def _lines(texts: Iterable[str]) -> str:
    return "<br>".join(map(escape, texts))
