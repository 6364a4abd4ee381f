"""``sha-disclosure send``: sends each notice in its own message and reports it immediately."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.journal import Journal
from sha_disclosure.cli.notices import length, require_readable, require_single
from sha_disclosure.cli.options import (
    AcknowledgeOption,
    CodeListsOption,
    FilesArgument,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.cli.output import Output
from sha_disclosure.cli.send_report import JsonReport, Report, TextReport, counts
from sha_disclosure.cli.sending import RateLimit, Sending
from sha_disclosure.messages import message


def send(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
    code_lists: CodeListsOption = None,
    acknowledge: AcknowledgeOption = None,
    rate: Annotated[
        float | None, typer.Option("--rate", metavar="N", help="Send at most N notices per second.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check, build and sign everything, but send nothing.")
    ] = False,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", metavar="N", min=1, max=64, help="Send N notices at once, in any order."
        ),
    ] = 1,
    journal: Annotated[
        Path | None,
        typer.Option(
            "--journal",
            metavar="FILE",
            help="Record accepted notices in FILE; a run with the same FILE sends only the rest.",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only failures and counts, no receipts.")
    ] = False,
    show_diagnostics: Annotated[
        bool,
        typer.Option(
            "--show-diagnostics",
            help="Show the service's own words in production too; they may contain personal data.",
        ),
    ] = False,
) -> int:
    """Send notices, each in its own message, and print a receipt for each.

    Example: sha-disclosure send --settings sha-disclosure.toml --json notices.jsonl

    With --json, receipts and failures go to the standard output, one per line; a failure has
    the key error.

    With --journal, repeat an interrupted run with the same arguments: accepted notices are
    skipped, and those with an unknown outcome are sent again under the same notice id. A notice
    is identified by its reference, or by its line and its file's digest.

    Exit codes: 0 all accepted; 1 some not valid; 2 some refused by the service; 3 some not
    delivered or not known to be; the highest if several apply. 4 configuration or signing: sending
    stops at once.
    """
    call = Call.of(context, settings, lang, code_lists, json_errors=as_json)
    output = call.output
    if rate is not None and not rate > 0:
        raise typer.BadParameter(output.text(message("cli.above_zero")), param_hint="--rate")
    given = call.settings()
    acknowledged = acknowledge or []
    require_single(files, acknowledged)
    require_readable(files)
    shows = show_diagnostics or given.environment != "production"
    progress = _progress(output, files, as_json=as_json)
    with (
        Journal(journal) if journal else nullcontext() as noted,
        # Before rich 15 a disabled bar still ends with an empty line.
        nullcontext() if progress.disable else progress,
    ):
        report: Report = (
            JsonReport(output, quiet=quiet)
            if as_json
            else TextReport(output, progress.console, show_diagnostics=shows, quiet=quiet)
        )
        bar = progress.add_task("send", total=length(files), counts="")
        sending = Sending(
            given, report, RateLimit(rate), dry_run=dry_run, workers=workers, journal=noted
        )

        def advance(size: int, codes: Mapping[int, int]) -> None:
            progress.update(bar, advance=size, counts=output.text(counts(codes)))

        return sending.run(files, advance, acknowledged)


def _progress(output: Output, files: list[str], *, as_json: bool) -> Progress:
    several = len(files) > 1 or any(file.lower().endswith(".jsonl") for file in files)
    return Progress(
        TextColumn(output.text(message("cli.send.sending"))),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[counts]}"),
        console=output.err,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=as_json or not several or not output.err.is_terminal,
    )
