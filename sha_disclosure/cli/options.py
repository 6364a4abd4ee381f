"""What the commands have in common: options, settings, exit codes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sha_disclosure.cli.output import Output
from sha_disclosure.delivery.prepare import Sender
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import (
    DisclosureError,
    InvalidNotice,
    Rejected,
    SubmissionError,
    Unauthorized,
)
from sha_disclosure.messages.words import Language
from sha_disclosure.settings import FILE_VARIABLE, Settings

INVALID, REFUSED, UNDELIVERED, CONFIGURATION = 1, 2, 3, 4


def exit_code(error: DisclosureError) -> int:
    """Return the exit code that tells of an error."""
    if isinstance(error, InvalidNotice):
        return INVALID
    if isinstance(error, Rejected | Unauthorized):
        return REFUSED
    return UNDELIVERED if isinstance(error, SubmissionError) else CONFIGURATION


class Lang(StrEnum):
    """A language of the messages."""

    fi = "fi"
    en = "en"


SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help=f"Settings file; also {FILE_VARIABLE}."),
]
LanguageOption = Annotated[
    Lang | None, typer.Option("--lang", help="Language of the messages; also before the command.")
]
CodeListsOption = Annotated[
    Path | None,
    typer.Option(
        "--code-lists",
        metavar="DIR|FILE",
        help="Imported code lists; default: code_lists of the settings.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
PrettyOption = Annotated[bool, typer.Option("--pretty", help="Indent the JSON.")]
FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Notices as JSON; FILE.jsonl holds one a line, - is the standard input.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Common:
    """The options that stand before the command."""

    settings: Path | None
    lang: Lang


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its common options, wherever they stood; the nearer to the end wins."""

    settings_file: Path | None
    language: Language
    code_lists: Path | None = None

    @classmethod
    def of(
        cls,
        context: typer.Context,
        settings: Path | None = None,
        lang: Lang | None = None,
        code_lists: Path | None = None,
    ) -> Call:
        """Return the call of a command with its own options."""
        common: Common = context.obj
        language: Language = "fi" if (lang or common.lang) is Lang.fi else "en"
        return cls(settings or common.settings, language, code_lists)

    def settings(self) -> Settings:
        """Return the settings. Raises ConfigurationError when there are none."""
        return self._with_code_lists(Settings.load(self.settings_file))

    def settings_or_stand_in(self) -> Settings:
        """Return the settings or, when no file is named, the sandbox's sender.

        Single variables of the environment count in both cases.
        """
        if self.settings_file or os.environ.get(FILE_VARIABLE):
            return self.settings()
        return self._with_code_lists(Settings.stand_in(os.environ))

    def _with_code_lists(self, settings: Settings) -> Settings:
        if self.code_lists is None:
            return settings
        return settings.model_copy(update={"code_lists": self.code_lists})

    def sender_or_stand_in(self) -> Sender:
        """Return who would send, as ``settings_or_stand_in`` says."""
        settings = self.settings_or_stand_in()
        return Sender(settings, load_edition(settings.edition))

    @property
    def output(self) -> Output:
        """Where this call prints to."""
        return Output.of_process(self.language)
