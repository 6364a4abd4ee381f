"""``sha-disclosure edition``: the wire contract and how well each value is known."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, get_args

import typer
from rich.table import Column, Table
from rich.text import Text

from sha_disclosure.cli.options import Call, JsonOption, SettingsOption
from sha_disclosure.cli.output import clean
from sha_disclosure.editions import Entry, Status, load_edition

_COLOURS = {"published": "green", "confirmed": "green", "inferred": "yellow", "assumed": "red"}
_MEANING = (
    "published: read on a public page of Kela, or of HL7 where the value is FHIR's; inferred: "
    "follows from public facts; assumed: "
    "this project's choice, which only Kela's documents can confirm; confirmed: the vendor "
    "compared it with them. Production refuses assumed values unless accept_assumed = true."
)


def edition(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME_OR_PATH]", help="Default: that of the settings."),
    ] = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    unconfirmed: Annotated[
        bool,
        typer.Option("--unconfirmed", help="Only assumed and inferred values, with what to check."),
    ] = False,
) -> int:
    """List the wire contract and how well each value is known.

    Example: sha-disclosure edition --unconfirmed
    """
    call = Call.of(context, settings)
    output = call.output
    loaded = load_edition(name or call.settings_or_stand_in().edition)
    shown = loaded.unconfirmed() if unconfirmed else loaded.entries
    if as_json:
        told = {"edition": loaded.name, "entries": [e.to_dict() for e in shown]}
        output.json_line(told, indent=True)
        return 0
    output.out.print(_table(shown), soft_wrap=False)
    counts = Counter(entry.status for entry in loaded.entries)
    summary = ", ".join(f"{counts[s]} {s}" for s in get_args(Status) if counts[s])
    counted = f"{len(loaded.entries)} values: {summary}"
    output.out.print(f"Edition {loaded.name} of {loaded.package}: {counted}.")
    output.out.print(_MEANING, soft_wrap=False)
    return 0


def _table(entries: tuple[Entry, ...]) -> Table:
    table = Table(
        Column("Key and value", ratio=5, overflow="fold"),
        Column("Status", no_wrap=True),
        Column("Source, and what to check", ratio=5, overflow="fold"),
        expand=True,
        show_lines=True,
    )
    for entry in entries:
        given = entry.value
        value = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        check = f"\nCheck: {clean(entry.check)}" if entry.check else ""
        table.add_row(
            Text.assemble((clean(entry.key), "bold"), f"\n{clean(value)}"),
            Text(entry.status, _COLOURS[entry.status]),
            Text(f"{clean(entry.source)}{check}"),
        )
    return table
