"""``sha-disclosure check``: whether settings, keys and the way to the service are right."""

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
from sha_disclosure.messages.words import Words
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check import Result, inspect, inspect_line

_MARKS = {
    "ok": (Words("ok", "ok"), "green"),
    "warning": (Words("warning", "varoitus"), "yellow"),
    "failed": (Words("FAILED", "VIKA"), "bold red"),
    "not_run": (Words("not run", "ohitettu"), "dim"),
}


def check(
    context: typer.Context,
    connect: Annotated[
        bool,
        typer.Option("--connect", help="Also connect to the service; stores nothing there."),
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
    found = inspect(call.settings_file, os.environ, sources)
    results = list(found.results)
    if connect:
        results += inspect_line(found, os.environ, sources)
    if as_json:
        call.output.json_line([r.to_dict(call.language) for r in results], indent=True)
    else:
        _print(call.output, results)
    return CONFIGURATION if any(r.status == "failed" for r in results) else 0


def _print(output: Output, results: list[Result]) -> None:
    language = output.language
    for result in results:
        mark, colour = _MARKS[result.status]
        told = f"{result.what.text(language)}: {result.found.text(language)}"
        output.out.print(
            Text.assemble((f"{mark.text(language):<9}", colour), f"{result.check:<21}", clean(told))
        )
        if result.status in {"warning", "failed"}:
            expected, mend = output.say("expected", "odotettu"), output.say("to mend", "korjaus")
            output.out.print(f"{'':<9}{expected}: {clean(result.expected.text(language))}")
            output.out.print(f"{'':<9}{mend}: {clean(result.mend.text(language))}")
    counts = {status: sum(r.status == status for r in results) for status in _MARKS}
    summary = ", ".join(
        f"{count} {_MARKS[status][0].text(language)}" for status, count in counts.items() if count
    )
    output.out.print(summary)
