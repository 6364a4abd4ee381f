"""All text for people, by id: one catalogue file per language, such as ``fi.toml``.

A ``Message`` holds the id of a sentence and the values of its parameters; its text is created
when it is requested in a language. Parameters are constants and names of things, never a value
of a notice, a key or a person's name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

from sha_disclosure.characters import visible

Language = Literal["en", "fi", "sv"]
"""The languages of the catalogues. English is the fallback for the others."""

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence (viesti): its id and the values of its parameters; created by ``message``.

    ``str()`` is the English text. A parameter that is itself a message is rendered in the same
    language; a tuple is joined with commas or with the separator in the template:
    ``{faults:; }``. Invisible characters in names from files and services are replaced.
    """

    id: str
    parameters: Parameters = ()

    def text(self, language: Language = "en") -> str:
        """Return the sentence in ``language``."""
        return fill(template(self.id, language), self.parameters, language)

    def __str__(self) -> str:
        return self.text()


Parameter = str | int | float | Message | tuple[str | Message, ...]
Parameters = tuple[tuple[str, Parameter], ...]


def message(message_id: str, /, **parameters: Parameter) -> Message:
    """Return the message with an id and its named parameters."""
    return Message(message_id, tuple(parameters.items()))


def template(message_id: str, language: Language) -> str:
    """Return the text of an id with its parameters still in braces.

    An id may name a table of several sentences, meaning its ``text``.
    """
    found = catalogue(language).get(message_id)
    if found is None and language != "en":
        found = catalogue("en").get(message_id)
    return message_id if found is None else found


def fill(text: str, parameters: Parameters, language: Language) -> str:
    """Return a template with its parameters filled in."""
    return text.format_map({name: _in(value, language) for name, value in parameters})


def _in(value: object, language: Language) -> object:
    if isinstance(value, Message):
        return value.text(language)
    if isinstance(value, tuple):
        return _Listed(str(_in(each, language)) for each in value)
    return visible(value) if isinstance(value, str) else value


class _Listed(tuple[str, ...]):
    """Several texts in one sentence; the format specification is the separator."""

    __slots__ = ()

    def __format__(self, separator: str) -> str:
        return (separator or ", ").join(self)


class Catalogue(Mapping[str, str]):
    """The sentences of one language by id: table and key of the file, joined by dots.

    A table is parsed when one of its sentences is first requested, since most programs use
    few of them and parsing the whole file is expensive.
    """

    _TABLE = re.compile(r"^\[([A-Za-z0-9_.-]+)\]$", re.MULTILINE)

    def __init__(self, text: str) -> None:
        _, *parts = self._TABLE.split(text)
        self._sources = dict(zip(parts[::2], parts[1::2], strict=True))
        self._tables: dict[str, dict[str, str]] = {}

    def __getitem__(self, message_id: str) -> str:
        table, _, key = message_id.rpartition(".")
        if table in self._sources and key in self._table(table):
            return self._table(table)[key]
        if message_id in self._sources:
            return self._table(message_id)["text"]
        raise KeyError(message_id)

    def __iter__(self) -> Iterator[str]:
        return (f"{table}.{key}" for table in self._sources for key in self._table(table))

    def __len__(self) -> int:
        return sum(len(self._table(table)) for table in self._sources)

    def table(self, name: str) -> Mapping[str, str]:
        """Return the sentences of one table by key; empty if there is no such table."""
        return self._table(name) if name in self._sources else {}

    def tables(self, prefix: str) -> tuple[str, ...]:
        """Return the names of the tables under ``prefix``, in the file's order."""
        return tuple(name for name in self._sources if name.startswith(f"{prefix}."))

    def _table(self, name: str) -> dict[str, str]:
        if name not in self._tables:
            self._tables[name] = tomllib.loads(self._sources[name])
        return self._tables[name]


@cache
def catalogue(language: Language) -> Catalogue:
    """Return the catalogue of a language; its file is read once."""
    return Catalogue(resources.files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))


@cache
def citations() -> Mapping[str, str]:
    """Return the citation of each national rule by id, the same in every language."""
    return tomllib.loads(resources.files(__name__).joinpath("citations.toml").read_text("utf-8"))


__all__ = [
    "LANGUAGES",
    "Catalogue",
    "Language",
    "Message",
    "Parameters",
    "catalogue",
    "citations",
    "message",
]
