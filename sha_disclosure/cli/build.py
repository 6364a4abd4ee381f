"""``sha-disclosure build`` and ``sign``: the Bundle of notices about one client, as JSON."""

from __future__ import annotations

from typing import Any

import orjson
import typer

from sha_disclosure.cli.notices import checked_notices
from sha_disclosure.cli.options import (
    INVALID,
    Call,
    FilesArgument,
    LanguageOption,
    PrettyOption,
    SettingsOption,
)
from sha_disclosure.cli.output import Output
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import Sender
from sha_disclosure.delivery.prepare import build as build_bundle
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import InvalidNotice


def build(
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    pretty: PrettyOption = False,
) -> int:
    """Print the unsigned Bundle of one notice, or of several about the same client.

    Example: sha-disclosure build --pretty notice.json

    Exit codes: 0 built, 1 not valid, 4 configuration. The Bundle holds personal data.
    Without settings the sandbox's sender stands in.
    """
    call = Call.of(context, settings, lang)
    output, sender = call.output, call.sender_or_stand_in()
    notices = checked_notices(files, sender, output)
    if not notices:
        return _nothing(notices, output)
    try:
        made = build_bundle(notices, sender)
    except InvalidNotice as error:
        return _invalid(error, files, output)
    _print(made.bundle, pretty=pretty)
    return 0


def sign(
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    pretty: PrettyOption = False,
) -> int:
    """Print the signed Bundle of one notice, or of several about the same client.

    Example: sha-disclosure sign --settings sha-disclosure.toml notice.json > bundle.json

    Exit codes: 0 signed, 1 not valid, 4 configuration (settings are needed). The Bundle
    holds personal data. Indenting does not break the signature.
    """
    call = Call.of(context, settings, lang)
    output, given = call.output, call.settings()
    edition = load_edition(given.edition)
    with KantaClient(given, edition=edition) as kanta:
        notices = checked_notices(files, Sender(given, edition), output)
        if not notices:
            return _nothing(notices, output)
        try:
            prepared = kanta.prepare(notices)
        except InvalidNotice as error:
            return _invalid(error, files, output)
    if pretty:
        _print(prepared.bundle(), pretty=True)
    else:
        typer.echo(prepared.body)
    return 0


def _print(bundle: dict[str, Any], *, pretty: bool) -> None:
    typer.echo(orjson.dumps(bundle, option=orjson.OPT_INDENT_2 if pretty else None))


def _nothing(notices: list[Any] | None, output: Output) -> int:
    if notices is not None:
        output.err.print(output.say("The files hold no notice.", "Tiedostoissa ei ole ilmoitusta."))
    return INVALID


def _invalid(error: InvalidNotice, files: list[str], output: Output) -> int:
    output.problems(", ".join(files), error.problems, to=output.err)
    return INVALID
