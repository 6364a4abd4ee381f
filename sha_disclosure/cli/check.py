"""``sha-disclosure check``: whether settings, keys and the connection are in order."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.text import Text

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.options import (
    CONFIGURATION,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.cli.output import Output, clean
from sha_disclosure.messages import message
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check import Line, check_offline, check_online, line

_COLOURS = {"ok": "green", "warning": "yellow", "failed": "bold red", "not_run": "dim"}


def check(
    context: typer.Context,
    connect: Annotated[
        bool,
        typer.Option("--connect", help="Also connect to the service; nothing is stored there."),
    ] = False,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check settings, keys, certificates and clock; with --connect also the way to the service.

    Example: sha-disclosure check --settings sha-disclosure.toml --connect

    The output holds no key, passphrase, person or user name: it may be pasted into a ticket.
    With --connect one request is made, GET metadata without a token, which stores nothing.

    Exit codes: 0 nothing failed, 4 something did.
    """
    call = Call.of(context, settings, lang)
    sources = Sources()
    offline = check_offline(call.settings_file, os.environ, sources)
    findings = [*offline.findings]
    if connect:
        findings += check_online(offline, os.environ, sources)
    hide = offline.partial.without_folders
    lines = [line(each, call.language, hide) for each in findings]
    if as_json:
        call.output.json_line([each.to_dict() for each in lines], indent=True)
    else:
        _print(call.output, lines)
    return CONFIGURATION if any(each.status == "failed" for each in lines) else 0


def _print(output: Output, lines: list[Line]) -> None:
    def text(key: str) -> str:
        return message(f"check.report.{key}").text(output.language)

    for each in lines:
        mark = (f"{text(each.status):<9}", _COLOURS[each.status])
        found = clean(f"{each.what}: {each.found}")
        output.out.print(Text.assemble(mark, f"{each.check:<21}", found))
        if each.status in {"warning", "failed"}:
            output.out.print(f"{'':<9}{text('expected')}: {clean(each.expected)}")
            output.out.print(f"{'':<9}{text('fix')}: {clean(each.fix)}")
    wrong = [each for each in lines if each.status == "failed"]
    if wrong:  # repeated for someone who only reads the end of a long page
        output.out.print(text("wrong"), style=_COLOURS["failed"])
    for each in wrong:
        output.out.print(f"  {each.check}: {clean(each.fix)}")
    counts = {status: sum(each.status == status for each in lines) for status in _COLOURS}
    output.out.print(
        ", ".join(f"{count} {text(status)}" for status, count in counts.items() if count)
    )
