"""``sha-disclosure edition``: the wire contract and the certainty of each value."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, get_args

import typer
from rich.table import Column, Table
from rich.text import Text

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.options import JsonOption, LanguageOption, SettingsOption
from sha_disclosure.cli.output import Output, clean
from sha_disclosure.editions import Entry, Status, load_edition
from sha_disclosure.editions.worksheet import worksheet
from sha_disclosure.messages import message

_COLOURS = {"published": "green", "confirmed": "green", "inferred": "yellow", "assumed": "red"}


def edition(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME_OR_PATH]",
            help="Name or file of an edition; default: that of the settings.",
        ),
    ] = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
    unconfirmed: Annotated[
        bool,
        typer.Option(
            "--unconfirmed", help="List only assumed and inferred values, with what to check."
        ),
    ] = False,
    as_worksheet: Annotated[
        bool,
        typer.Option("--worksheet", help="Print a TOML file to fill in, document by document."),
    ] = False,
) -> int:
    """List the wire contract and how well each value is known.

    Example: sha-disclosure edition --unconfirmed

    If you hold Kela's documents: sha-disclosure edition --worksheet > ours.toml
    """
    call = Call.of(context, settings, lang)
    output = call.output
    name = name or str(call.settings_or_stand_in().edition)
    loaded = load_edition(name)
    if as_worksheet:
        typer.echo(worksheet(loaded, name, output.language).encode(), nl=False)
        return 0
    shown = loaded.unconfirmed() if unconfirmed else loaded.entries
    if as_json:
        record = {"edition": loaded.name, "entries": [e.to_dict() for e in shown]}
        output.json_line(record, indent=True)
        return 0
    output.out.print(_table(shown, output), soft_wrap=False)
    counts = Counter(entry.status for entry in loaded.entries)
    summary = message(
        "cli.edition.summary",
        name=loaded.name,
        package=loaded.package,
        entries=len(loaded.entries),
        counts=tuple(f"{counts[s]} {s}" for s in get_args(Status) if counts[s]),
    )
    output.out.print(output.text(summary))
    output.out.print(output.text(message("cli.edition.meaning")), soft_wrap=False)
    return 0


def _table(entries: tuple[Entry, ...], output: Output) -> Table:
    table = Table(
        Column(output.text(message("cli.edition.entry")), ratio=5, overflow="fold"),
        Column(output.text(message("cli.edition.status")), no_wrap=True),
        Column(output.text(message("cli.edition.source")), ratio=5, overflow="fold"),
        expand=True,
        show_lines=True,
    )
    for entry in entries:
        given = entry.value
        value = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        to_check = output.text(message("cli.edition.check", what=clean(entry.check or "")))
        check = f"\n{to_check}" if entry.check else ""
        table.add_row(
            Text.assemble((clean(entry.key), "bold"), f"\n{clean(value)}"),
            Text(entry.status, _COLOURS[entry.status]),
            Text(f"{clean(entry.source)}{check}"),
        )
    return table
