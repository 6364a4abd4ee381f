"""The worksheet: an edition file to fill in, document by document (työlomake)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from sha_disclosure.editions import Edition, Entry
from sha_disclosure.encoding import to_toml
from sha_disclosure.messages import Language, message

_WIDTH = 98


def worksheet(edition: Edition, based_on: str, language: Language = "en") -> str:
    """Return the open entries of an edition as the text of an edition file over ``based_on``.

    Whoever holds the documents compares each entry with them, corrects the value where it
    differs and changes the status to ``confirmed``. The file can be loaded at any stage.
    """
    names = {"name": f"{edition.name}-worksheet", "based_on": based_on}
    parts = [
        _introduction(edition, language),
        "\n".join(f"{name} = {to_toml(value)}" for name, value in names.items()),
        *_documents(edition, language),
    ]
    return "\n\n".join(parts) + "\n"


def _introduction(edition: Edition, language: Language) -> str:
    paragraphs = (
        message("worksheet.title", edition=edition.name, package=edition.package),
        message(
            "worksheet.open",
            entries=len(edition.entries),
            open=len(edition.unconfirmed()),
            assumed=len(edition.assumed()),
        ),
        message("worksheet.fill_in"),
        message("worksheet.any_stage"),
        message("worksheet.keep"),
    )
    return "\n#\n".join(_comment(each.text(language)) for each in paragraphs)


def _documents(edition: Edition, language: Language) -> Iterator[str]:
    left = edition.unconfirmed()
    number = 0
    for document in edition.documents:
        places = [(entry, document.section_of(entry.key)) for entry in left]
        left = tuple(entry for entry, section in places if section is None)
        found = [(entry, section) for entry, section in places if section is not None]
        if found:
            number += 1
            name = f"{number}. {document.name}, {document.version}"
            yield "\n".join(("# " + "=" * (_WIDTH - 2), _comment(name), _comment(document.address)))
        for section in document.sections:
            yield from _section(section, (entry for entry, place in found if place == section))
    yield from _section(message("worksheet.no_document").text(language), left)


def _section(name: str, entries: Iterable[Entry]) -> Iterator[str]:
    for count, entry in enumerate(entries):
        if count == 0:
            yield _comment(f"--- {name}")
        yield _table(entry)


def _table(entry: Entry) -> str:
    members = {"value": entry.value, "status": entry.status, "source": entry.source}
    lines = (f"{name} = {to_toml(value)}" for name, value in members.items())
    return "\n".join((_comment(f"? {entry.check}"), f"[{entry.key}]", *lines))


def _comment(text: str) -> str:
    lines = textwrap.wrap(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in lines)


__all__ = ["worksheet"]
