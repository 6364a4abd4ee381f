"""``sha-disclosure codes``: import national code lists, list them, show their codes."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.table import Column, Table

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.options import (
    INVALID,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.cli.output import Output, clean
from sha_disclosure.codes.fetching import fetch_code_list
from sha_disclosure.codes.folder import load_code_lists, store, stored_lists
from sha_disclosure.codes.lists import CodeList, CodeLists, ListedCode
from sha_disclosure.codes.reading import read_code_list, system_uri
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message

_HELP = """Import, list and show national code lists (koodistot).

Example: sha-disclosure codes import --into code-lists 1.2.246.537.6.1299.202101.json

Imported lists are plain JSON files in one folder. Name it as code_lists in the settings, or
with --code-lists, and validate and send judge each code at the time of its disclosure.
"""
_READ_S = 60.0

FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--code-lists",
        "--into",
        metavar="DIR",
        help="Folder of the code lists; default: code_lists of the settings.",
    ),
]


def application() -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(name="codes", help=_HELP, rich_markup_mode=None, no_args_is_help=False)
    app.command("import")(import_lists)
    app.command("list")(list_lists)
    app.command("show")(show)
    return app


def import_lists(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|OID...",
            help="Files (the code server's JSON, or CSV); with --server, OIDs of code systems.",
            show_default=False,
        ),
    ],
    into: FolderOption = None,
    system: Annotated[
        str | None,
        typer.Option(
            "--system",
            metavar="OID",
            help="OID of the code system, if the file's name does not contain it.",
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            "--server",
            metavar="URL",
            help="Code server to fetch from "
            "(such as https://koodistopalvelu.kanta.fi/codeserver/csapi/v6).",
        ),
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option(
            "--proxy",
            metavar="URL",
            help='Proxy for the code server; "environment" uses the proxy variables, which are '
            "ignored otherwise.",
        ),
    ] = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
) -> int:
    """Import code lists into the folder, each replacing an earlier one.

    Example: sha-disclosure codes import --into code-lists 1.2.246.537.6.1299.202101.json

    Nothing is fetched unless --server is given. Exit codes: 0 imported, 4 a list cannot be
    read (the file and the line are reported), and nothing is imported.
    """
    call = Call.of(context, settings, lang)
    output, folder = call.output, _folder(call, into)
    if system is not None and (server is not None or len(sources) > 1):
        raise typer.BadParameter(output.text(message("cli.codes.one_file")), param_hint="--system")
    now = datetime.now(UTC)
    lists = list(_fetched(sources, server, proxy, now) if server else _files(sources, system, now))
    for each in lists:
        file = store(each, folder)
        output.out.print(
            output.text(
                message(
                    "cli.codes.imported",
                    system=each.system,
                    count=len({code.code for code in each.codes}),
                    file=str(file),
                )
            )
        )
    return 0


def list_lists(
    context: typer.Context,
    folder: FolderOption = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """List the imported code lists.

    Example: sha-disclosure codes list --code-lists code-lists
    """
    call = Call.of(context, settings, lang)
    output, today = call.output, datetime.now(UTC).date()
    lists = stored_lists(_folder(call, folder))
    if as_json:
        output.json_line([_summary(each, today) for each in lists], indent=True)
        return 0
    table = Table(
        Column(output.text(message("cli.codes.head.system")), overflow="fold"),
        Column(output.text(message("cli.codes.head.codes")), justify="right"),
        Column(output.text(message("cli.codes.head.in_force")), justify="right"),
        Column(output.text(message("cli.codes.head.imported"))),
        Column(output.text(message("cli.codes.head.source")), overflow="fold"),
    )
    for each in lists:
        table.add_row(*map(clean, _summary(each, today).values()))
    output.out.print(table, soft_wrap=False)
    return 0


def show(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    oid: Annotated[str, typer.Argument(metavar="OID", help="OID of the code system.")],
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Show only this code.")
    ] = None,
    folder: FolderOption = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help="Show the state on this day; default: today."
        ),
    ] = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show the codes of an imported list, and their state on a day.

    Example: sha-disclosure codes show --code-lists code-lists 1.2.246.537.6.1299.202101

    Exit codes: 0 shown, 1 the list or the code does not exist.
    """
    call = Call.of(context, settings, lang)
    output, system = call.output, system_uri(oid)
    day = on.date() if on else datetime.now(UTC).date()
    lists = load_code_lists(_folder(call, folder)).lists
    found = [c for c in lists.get(system, {}).values() if code in (None, c.code)]
    if not found:
        output.err.print(output.text(message("cli.codes.unknown")))
        return INVALID
    if as_json:
        output.json_line([_code(each, day) for each in found], indent=True)
    else:
        output.out.print(_table(found, day, output), soft_wrap=False)
    return 0


def _folder(call: Call, given: Path | None) -> Path:
    folder = given or call.settings_or_stand_in().code_lists
    if folder is None:
        raise ConfigurationError(message("cli.codes.no_folder"))
    return folder


def _files(sources: list[str], system: str | None, now: datetime) -> Iterator[CodeList]:
    for source in sources:
        read = read_code_list(Path(source), system and system_uri(system))
        yield replace(read, imported_at=now.isoformat("T", "seconds"))


def _fetched(
    sources: list[str], server: str, proxy: str | None, now: datetime
) -> Iterator[CodeList]:
    from_environment = proxy == "environment"
    try:
        client = httpx.Client(
            verify=ssl.create_default_context(),
            timeout=_READ_S,
            trust_env=from_environment,
            proxy=None if from_environment else proxy,
        )
    except (ValueError, httpx.InvalidURL):
        client = None
    if client is None:
        raise ConfigurationError(message("connection.proxy"))
    with client:
        for source in sources:
            yield fetch_code_list(source, client, server, now)


def _summary(each: CodeList, today: date) -> dict[str, object]:
    codes = CodeLists.of_lists([each]).lists[each.system].values()
    return {
        "system": each.system,
        "codes": len(codes),
        "in_force": sum(code.valid_on(today) for code in codes),
        "imported_at": each.imported_at,
        "source": each.source,
    }


def _code(code: ListedCode, day: date) -> dict[str, object]:
    that_day = code.on(day)
    return {
        "code": code.code,
        "names": dict(that_day.names),
        "status": that_day.status,
        "valid_from": None if that_day.valid_from == date.min else that_day.valid_from.isoformat(),
        "valid_to": None if that_day.valid_to == date.max else that_day.valid_to.isoformat(),
        "standing": code.standing_on(day),
    }


def _table(codes: list[ListedCode], day: date, output: Output) -> Table:
    table = Table(
        Column(output.text(message("cli.codes.head.code"))),
        Column(output.text(message("cli.codes.head.name")), overflow="fold"),
        Column(output.text(message("cli.codes.head.validity"))),
        Column(f"{day}"),
    )
    for code in codes:
        name = code.on(day).name(output.language) or ""
        standing = output.text(message(f"cli.codes.standing.{code.standing_on(day)}"))
        table.add_row(clean(code.code), clean(name), code.validity, standing)
    return table
