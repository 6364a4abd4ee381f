"""``sha-disclosure send``: each notice its own message, its receipt or its error at once."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sha_disclosure.cli.notices import Document, documents, length, notice_of, require_readable
from sha_disclosure.cli.options import (
    CONFIGURATION,
    INVALID,
    REFUSED,
    UNDELIVERED,
    Call,
    CodeListsOption,
    FilesArgument,
    JsonOption,
    LanguageOption,
    SettingsOption,
    exit_code,
)
from sha_disclosure.cli.output import Output, as_dict
from sha_disclosure.cli.receipts import JsonReport, Place, Report, TextReport
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import Sender
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import DisclosureError
from sha_disclosure.settings import Settings


def send(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
    code_lists: CodeListsOption = None,
    rate: Annotated[
        float | None, typer.Option("--rate", metavar="N", help="At most N notices a second.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check, build and sign everything, send nothing.")
    ] = False,
    show_diagnostics: Annotated[
        bool,
        typer.Option(
            "--show-diagnostics",
            help="In production too, show the service's own words; they may hold personal data.",
        ),
    ] = False,
) -> int:
    """Send notices, each in a message of its own, and print a receipt for each.

    Example: sha-disclosure send --settings sha-disclosure.toml --json notices.jsonl

    With --json: receipts on the standard output, failures on the standard error, one a line.

    Exit codes: 0 all accepted; 1 some not valid; 2 some refused by the service; 3 some not
    delivered or not known to be; of several the highest. 4 configuration or signing: sending
    stops at once.
    """
    if rate is not None and not rate > 0:
        raise typer.BadParameter("give a number above 0", param_hint="--rate")
    call = Call.of(context, settings, lang, code_lists)
    output = call.output
    try:
        given = call.settings()
        require_readable(files)
        shows = show_diagnostics or given.environment != "production"
        with _progress(output, files, as_json=as_json) as progress:
            report: Report = (
                JsonReport(output)
                if as_json
                else TextReport(output, progress.console, show_diagnostics=shows)
            )
            return _send_all(files, given, report, progress, Pace(rate), dry_run=dry_run)
    except DisclosureError as error:
        if not as_json:
            raise
        output.json_line(as_dict(error, call.language), error=True)
        return exit_code(error)


class Pace:
    """Lets at most ``rate`` notices a second pass; None lets all pass."""

    def __init__(
        self,
        rate: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._clock, self._sleep = clock, sleep
        self._next = clock()

    def wait(self) -> None:
        """Wait until the next notice may go."""
        now = self._clock()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(self._next, now) + self._interval


def _send_all(
    files: list[str],
    settings: Settings,
    report: Report,
    progress: Progress,
    pace: Pace,
    *,
    dry_run: bool,
) -> int:
    edition = load_edition(settings.edition)
    sender = Sender(settings, edition)
    bar = progress.add_task("send", total=length(files))
    codes: Counter[int] = Counter()
    place = Place()
    try:
        with KantaClient(settings, edition=edition) as kanta:
            for document in documents(files):
                place.label, place.notice_ids = document.label, ()
                pace.wait()
                code = _send_one(document, kanta, sender, report, place, dry_run=dry_run)
                codes[code] += 1
                progress.advance(bar, document.size)
                if code == CONFIGURATION:
                    break
    except KeyboardInterrupt:
        report.interrupted(place)
        codes[UNDELIVERED] += 1
    except (BrokenPipeError, SystemExit):  # rich turns the first into the second
        _close_output()
        report.interrupted(place)
        return UNDELIVERED
    report.end(codes, dry_run=dry_run)
    order = (CONFIGURATION, UNDELIVERED, REFUSED, INVALID)
    return next((code for code in order if codes[code]), 0)


def _close_output() -> None:
    """Let nothing more be written to a reader that has gone, also not at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _send_one(
    document: Document,
    kanta: KantaClient,
    sender: Sender,
    report: Report,
    place: Place,
    *,
    dry_run: bool,
) -> int:
    """Send one notice and tell how it went; return the exit code that says so."""
    try:
        prepared = kanta.prepare(notice_of(document.text, sender))
        if dry_run:
            report.prepared(document.label, prepared)
        else:
            place.notice_ids = prepared.notice_ids
            report.accepted(document.label, kanta.submit(prepared))
    except DisclosureError as error:
        report.failed(document.label, error)
        return exit_code(error)
    return 0


def _progress(output: Output, files: list[str], *, as_json: bool) -> Progress:
    several = len(files) > 1 or any(file.lower().endswith(".jsonl") for file in files)
    return Progress(
        TextColumn(output.say("Sending", "Lähetetään")),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=output.err,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=as_json or not several or not output.err.is_terminal,
    )
