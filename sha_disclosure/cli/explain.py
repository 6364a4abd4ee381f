"""``sha-disclosure explain``: traces every element that is sent back to the law."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.notices import checked_notices
from sha_disclosure.cli.options import (
    INVALID,
    AcknowledgeOption,
    FilesArgument,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.cli.output import clean_lines
from sha_disclosure.delivery.prepare import build
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.explanation import explain as explained


def explain(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_html: Annotated[bool, typer.Option("--html", help="Print an HTML page.")] = False,
    as_json: JsonOption = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Also show values that are personal data.")
    ] = False,
    acknowledge: AcknowledgeOption = None,
) -> int:
    """Print what is sent of a notice and why: its field, the edition's entry, the provision.

    Example: sha-disclosure explain --html notice.json > notice.html

    Exit codes: 0 explained, 1 not valid, 4 configuration. The Bundle is explained unsigned.
    Without settings, the sandbox's sender is used.
    """
    if as_html and as_json:
        raise typer.BadParameter("goes without --json", param_hint="--html")
    call = Call.of(context, settings, lang)
    setup, output = call.setup_or_stand_in(), call.output
    notices = checked_notices(files, setup, output, acknowledge or [])
    if notices is None:
        return INVALID
    try:
        unsigned = build(notices, setup)
    except InvalidNotice as error:
        output.problems(", ".join(files), error.problems, to=output.err)
        return INVALID
    found = explained(unsigned.bundle, setup.edition)
    shown: dict[str, Any] = {"show_values": show_values}
    if as_json:
        output.json_line(found.to_dict(**shown), indent=True)
    elif as_html:
        typer.echo(found.html(output.language, **shown).encode(), nl=False)
    else:
        typer.echo(clean_lines(found.text(output.language, **shown)).encode())
    return 0
