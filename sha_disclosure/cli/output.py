"""Output: rich text for people, JSON for programs; never the content of a notice."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from sha_disclosure.characters import visible
from sha_disclosure.errors import DisclosureError, InvalidNotice
from sha_disclosure.findings import Problem
from sha_disclosure.messages import Language, Message, message

_COLOURS = {"error": "red", "objection": "red", "warning": "yellow", "acknowledged": "yellow"}


_UNSEEN_IN_JSON = re.compile(r"[^\n\x20-\x7e]")


def clean(text: object) -> str:
    """Return foreign text without terminal control characters and unencodable ones."""
    return visible(str(text))


def as_json(value: object, *, indent: bool = False) -> str:
    """Return JSON in which control and invisible characters are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2 if indent else None)
    return _UNSEEN_IN_JSON.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def clean_lines(text: str) -> str:
    """Return foreign text of several lines, each of them cleaned."""
    return "\n".join(clean(line) for line in text.splitlines())


def close_output() -> None:
    """Stop writing to a reader that has gone away, including at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@dataclass(frozen=True, slots=True)
class Output:
    """The two streams of a call: results go to ``out``, everything else to ``err``."""

    out: Console
    err: Console
    language: Language

    @classmethod
    def of_process(cls, language: Language = "en") -> Output:
        """Return the streams of this process."""
        plain: dict[str, Any] = {"markup": False, "highlight": False, "emoji": False}
        return cls(
            Console(file=sys.stdout, soft_wrap=True, **plain),
            Console(file=sys.stderr, soft_wrap=True, **plain),
            language,
        )

    def text(self, sentence: Message) -> str:
        """Return a sentence in the language of the call."""
        return sentence.text(self.language)

    def error(self, error: DisclosureError) -> None:
        """Print an error: its class, what happened, what to do."""
        name, said = type(error).__name__, clean_lines(error.text(self.language))
        self.err.print(Text.assemble((name, "bold red"), ": ", said))

    def json_line(self, value: object, *, error: bool = False, indent: bool = False) -> None:
        """Print a value as JSON in UTF-8, on one line unless ``indent``."""
        typer.echo(as_json(value, indent=indent).encode(), err=error)

    def problems(self, label: str, problems: Sequence[Problem], *, to: Console) -> None:
        """Print the problems of one notice, or that it has none."""
        wrong = any(problem.blocks for problem in problems)
        verdict = message("cli.not_valid") if wrong else message("cli.valid")
        styled = (self.text(verdict), "bold red" if wrong else "green")
        to.print(Text.assemble(clean(label), ": ", styled))
        for problem in problems:
            kind = "acknowledged" if problem.acknowledged else problem.severity
            severity = self.text(message(f"cli.severity.{kind}"))
            where = problem.path or self.text(message("cli.whole"))
            to.print(
                Text.assemble(
                    "  ",
                    (severity, _COLOURS[kind]),
                    f" {problem.rule} ",
                    (where, "bold"),
                )
            )
            to.print(Text(f"      {clean(problem.text(self.language))}"))


def as_dict(error: DisclosureError, language: Language) -> dict[str, Any]:
    """Return an error as plain values, its texts in ``language``."""
    if isinstance(error, InvalidNotice):
        return {**error.to_dict(), "problems": [p.to_dict(language) for p in error.problems]}
    return {**error.to_dict(), "message": error.text(language)}
