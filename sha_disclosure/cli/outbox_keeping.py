"""``sha-disclosure outbox init``, ``forget`` and ``reencrypt``: maintaining an outbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.extras import needs
from sha_disclosure.cli.options import JsonOption, LanguageOption
from sha_disclosure.cli.outbox_options import (
    KeyFileOption,
    OutboxOption,
    common_url,
    opened,
)
from sha_disclosure.cli.outbox_report import OutboxReport
from sha_disclosure.messages import message

_KINDS = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")


def init(
    context: typer.Context,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the tables as SQL, and change nothing.")
    ] = False,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="KIND",
            help=f"SQL dialect: {', '.join(_KINDS)}; default: the outbox's, else postgresql.",
        ),
    ] = None,
) -> int:
    """Create an empty outbox, or check that it exists. Exit codes: 0; 4 it cannot be created."""
    if sql:
        _print_sql(_kind(database, outbox or common_url(context)))
        return 0
    with opened(context, outbox, key_file, create=True):
        return 0


def _print_sql(kind: Any) -> None:
    with needs("outbox"):
        from sha_disclosure.outbox import tables_sql  # noqa: PLC0415 - an extra
    typer.echo(tables_sql(kind), nl=False)


def _kind(named: str | None, url: str | None) -> str:
    """Return the kind of database that was given, or that a URL implies."""
    kind = named
    if kind is None:
        scheme, separator, _ = (url or "postgresql://").partition("://")
        kind = scheme.partition("+")[0] if separator else "sqlite"
        kind = "postgresql" if kind == "postgres" else kind
    if kind not in _KINDS:
        raise typer.BadParameter(str(message("cli.choose", values=_KINDS)), param_hint="--database")
    return kind


def forget(
    context: typer.Context,
    before: Annotated[
        datetime,
        typer.Option(
            "--before",
            metavar="TIME",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
            help="Only messages delivered before this date or time (UTC without an offset).",
        ),
    ],
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Remove the content of delivered messages. Their ids, references and evidence stay."""
    moment = before if before.tzinfo else before.replace(tzinfo=UTC)
    with opened(context, outbox, key_file) as box:
        _report(context, lang, as_json).counted("forgotten", box.forget_delivered(moment))
    return 0


def reencrypt(
    context: typer.Context,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Encrypt everything with the first key, and bind rows from before the outbox had one.

    Run it once after the outbox gets a key, and after a new key is put first. Exit codes: 0;
    4 a message is encrypted with a key that is not given.
    """
    with opened(context, outbox, key_file) as box:
        _report(context, lang, as_json).counted("resealed", box.reencrypt())
    return 0


def _report(context: typer.Context, lang: str | None, as_json: bool) -> OutboxReport:
    return OutboxReport(Call.of(context, None, lang, json_errors=as_json), as_json=as_json)
