"""One call of a command: its settings, its language, its output, its exit code."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from sha_disclosure.cli.options import (
    CONFIGURATION,
    INVALID,
    REFUSED,
    UNDELIVERED,
    Common,
    as_language,
)
from sha_disclosure.cli.output import Output, as_dict
from sha_disclosure.delivery.prepare import Setup
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import (
    DisclosureError,
    InvalidNotice,
    OutboxBusy,
    OutboxFull,
    Rejected,
    SubmissionError,
    Unauthorized,
)
from sha_disclosure.messages import Language
from sha_disclosure.settings import FILE_VARIABLE, Settings

_CALL = "sha_disclosure.call"


def exit_code(error: DisclosureError) -> int:
    """Return the exit code of an error."""
    if isinstance(error, InvalidNotice):
        return INVALID
    if isinstance(error, Rejected | Unauthorized):
        return REFUSED
    if isinstance(error, SubmissionError | OutboxFull | OutboxBusy):
        return UNDELIVERED
    return CONFIGURATION


@dataclass(frozen=True, slots=True)
class Call:
    """One call with its common options, given anywhere; the last one given wins."""

    settings_file: Path | None
    language: Language
    code_lists: Path | None = None
    json_errors: bool = False

    @classmethod
    def of(
        cls,
        context: typer.Context,
        settings: Path | None = None,
        lang: str | None = None,
        code_lists: Path | None = None,
        *,
        json_errors: bool = False,
    ) -> Call:
        """Return the call of a command with its own options.

        ``json_errors``: an error that ends the command is printed as JSON.
        """
        common: Common = context.obj
        language = as_language(lang, common.language)
        call = cls(settings or common.settings, language, code_lists, json_errors)
        context.meta[_CALL] = call
        return call

    @property
    def names_settings(self) -> bool:
        """Whether a settings file is given, by an option or by the environment."""
        return bool(self.settings_file or os.environ.get(FILE_VARIABLE))

    def settings(self) -> Settings:
        """Return the settings. Raises ConfigurationError if there are none."""
        return self._with_code_lists(Settings.load(self.settings_file))

    def settings_or_stand_in(self) -> Settings:
        """Return the settings or, if no file is given, the sandbox's set-up.

        Environment variables for single values apply in both cases.
        """
        if self.names_settings:
            return self.settings()
        return self._with_code_lists(Settings.stand_in(os.environ))

    def _with_code_lists(self, settings: Settings) -> Settings:
        if self.code_lists is None:
            return settings
        return settings.model_copy(update={"code_lists": self.code_lists})

    def setup_or_stand_in(self) -> Setup:
        """Return the sending organisation's set-up, as in ``settings_or_stand_in``."""
        settings = self.settings_or_stand_in()
        return Setup(settings, load_edition(settings.edition))

    @property
    def output(self) -> Output:
        """The output of this call."""
        return Output.of_process(self.language)


def fail(error: DisclosureError, meta: MutableMapping[str, Any], common: Common) -> int:
    """Print an error that ended a command, and return its exit code.

    ``meta`` is the ``meta`` of the command's context, which holds the call.
    """
    call: Call = meta.get(_CALL) or Call(common.settings, common.language)
    if call.json_errors:
        call.output.json_line(as_dict(error, call.language), error=True)
    else:
        call.output.error(error)
    return exit_code(error)
