"""Printing: rich text for people, JSON for programs; nothing of a notice's content."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from sha_disclosure.errors import DisclosureError, InvalidNotice
from sha_disclosure.findings import Problem
from sha_disclosure.messages.words import Language


def clean(text: object) -> str:
    """Return text of others without what would steer a terminal or cannot be encoded."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


@dataclass(frozen=True, slots=True)
class Output:
    """The two streams of a call: results go to ``out``, all else to ``err``."""

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

    def say(self, english: str, finnish: str) -> str:
        """Return the text in the language of the call."""
        return finnish if self.language == "fi" else english

    def error(self, error: DisclosureError) -> None:
        """Tell an error: its class, what happened, what to do."""
        self.err.print(Text.assemble((type(error).__name__, "bold red"), ": ", clean_lines(error)))

    def json_line(self, value: object, *, error: bool = False, indent: bool = False) -> None:
        """Print a value as JSON in UTF-8, on one line unless ``indent``."""
        text = json.dumps(value, ensure_ascii=False, indent=2 if indent else None)
        typer.echo(text.encode("utf-8", "replace"), err=error)

    def problems(self, label: str, problems: Sequence[Problem], *, to: Console) -> None:
        """Print the problems of one notice, or that it has none."""
        wrong = any(p.severity == "error" for p in problems)
        verdict = self.say("not valid", "virheellinen") if wrong else self.say("valid", "kunnossa")
        to.print(Text.assemble(clean(label), ": ", (verdict, "bold red" if wrong else "green")))
        for problem in problems:
            serious = problem.severity == "error"
            kind = self.say("error", "virhe") if serious else self.say("warning", "varoitus")
            where = problem.path or self.say("(whole)", "(kokonaisuus)")
            to.print(
                Text.assemble(
                    "  ",
                    (kind, "red" if serious else "yellow"),
                    f" {problem.rule} ",
                    (where, "bold"),
                )
            )
            to.print(Text(f"      {clean(problem.text(self.language))}"))


def clean_lines(error: DisclosureError) -> str:
    """Return what an error says, line by line clean."""
    return "\n".join(clean(line) for line in str(error).splitlines())


def as_dict(error: DisclosureError, language: Language) -> dict[str, Any]:
    """Return an error as plain values, its problems in ``language``."""
    if isinstance(error, InvalidNotice):
        return {**error.to_dict(), "problems": [p.to_dict(language) for p in error.problems]}
    return error.to_dict()
