"""``sha-disclosure build``: the unsigned Bundle of notices about one client, as JSON."""

from __future__ import annotations

import orjson
import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.notices import checked_notices
from sha_disclosure.cli.options import (
    INVALID,
    AcknowledgeOption,
    FilesArgument,
    LanguageOption,
    PrettyOption,
    SettingsOption,
)
from sha_disclosure.delivery.prepare import build as build_bundle
from sha_disclosure.errors import InvalidNotice


def build(
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    pretty: PrettyOption = False,
    acknowledge: AcknowledgeOption = None,
) -> int:
    """Print the unsigned Bundle of one notice, or of several about the same client.

    Example: sha-disclosure build --pretty notice.json

    Exit codes: 0 built, 1 not valid, 4 configuration. The Bundle holds personal data.
    Without settings, the sandbox's sender is used.
    """
    call = Call.of(context, settings, lang)
    setup = call.setup_or_stand_in()
    notices = checked_notices(files, setup, call.output, acknowledge or [])
    if notices is None:
        return INVALID
    try:
        unsigned = build_bundle(notices, setup)
    except InvalidNotice as error:
        call.output.problems(", ".join(files), error.problems, to=call.output.err)
        return INVALID
    typer.echo(orjson.dumps(unsigned.bundle, option=orjson.OPT_INDENT_2 if pretty else None))
    return 0
