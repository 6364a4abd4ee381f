"""``sha-disclosure sign``: the signed Bundle of notices about one client, as JSON."""

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
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import Setup
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import InvalidNotice


def sign(
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    pretty: PrettyOption = False,
    acknowledge: AcknowledgeOption = None,
) -> int:
    """Print the signed Bundle of one notice, or of several about the same client.

    Example: sha-disclosure sign --settings sha-disclosure.toml notice.json > bundle.json

    Exit codes: 0 signed, 1 not valid, 4 configuration (settings are needed). The Bundle
    holds personal data. Indenting does not break the signature.
    """
    call = Call.of(context, settings, lang)
    given = call.settings()
    edition = load_edition(given.edition)
    with KantaClient(given, edition=edition) as kanta:
        notices = checked_notices(files, Setup(given, edition), call.output, acknowledge or [])
        if notices is None:
            return INVALID
        try:
            prepared = kanta.prepare(notices)
        except InvalidNotice as error:
            call.output.problems(", ".join(files), error.problems, to=call.output.err)
            return INVALID
    if pretty:
        typer.echo(orjson.dumps(prepared.bundle(), option=orjson.OPT_INDENT_2))
    else:
        typer.echo(prepared.body)
    return 0
