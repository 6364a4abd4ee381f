"""The options that commands share, and their exit codes.

Nothing here imports the sending code, so that ``--help`` is fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from sha_disclosure.messages import LANGUAGES, Language, message

INVALID, REFUSED, UNDELIVERED, CONFIGURATION, THRESHOLD = 1, 2, 3, 4, 5
"""Exit codes. 0 is success; ``call.exit_code`` maps errors to them."""

INTERRUPTED, READER_GONE = 130, 141
"""Exit codes by shell convention: 128 plus the number of SIGINT or SIGPIPE."""


def known_language(value: str | None) -> str | None:
    """Return the value of ``--lang``, or refuse a language without messages."""
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(str(message("cli.choose", values=LANGUAGES)))
    return value


LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="|".join(LANGUAGES),
        callback=known_language,
        help="Language of the messages (or SHA_DISCLOSURE_LANG); may precede the command.",
    ),
]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Settings file (or SHA_DISCLOSURE_SETTINGS)."),
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
AcknowledgeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--acknowledge",
        metavar="RULE",
        help="Acknowledge the objection of RULE (one notice only); may be repeated.",
    ),
]
PrettyOption = Annotated[bool, typer.Option("--pretty", help="Indent the JSON.")]
FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Notices as JSON: one per file, or one per line in FILE.jsonl; - is standard input.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Common:
    """The options given before the command."""

    settings: Path | None
    language: Language


def as_language(value: str | None, otherwise: Language = "en") -> Language:
    """Return the language of an option's value, or ``otherwise`` if it was not given."""
    return next((each for each in LANGUAGES if each == value), otherwise)
