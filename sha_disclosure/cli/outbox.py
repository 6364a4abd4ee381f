"""``sha-disclosure outbox``: stores notices on disk and delivers them despite failures."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sha_disclosure.cli.call import Call, exit_code
from sha_disclosure.cli.notices import documents, notice_of, require_readable
from sha_disclosure.cli.options import (
    INVALID,
    REFUSED,
    THRESHOLD,
    UNDELIVERED,
    FilesArgument,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.cli.outbox_keeping import forget, init, reencrypt
from sha_disclosure.cli.outbox_options import (
    COMMON_OPTIONS,
    VARIABLE,
    IdArgument,
    KeyFileOption,
    OutboxOption,
    StateOption,
    opened,
    state_named,
)
from sha_disclosure.cli.outbox_report import OutboxReport
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import Setup
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import InvalidNotice, ReferenceTaken
from sha_disclosure.messages import message

if TYPE_CHECKING:
    from sha_disclosure.outbox import Drainer, DrainReport

_LOOK_S = 0.2


def _common(
    context: typer.Context,
    outbox: Annotated[
        str | None,
        typer.Option(
            "--outbox",
            envvar=VARIABLE,
            metavar="URL",
            help="File of the outbox, or SQLAlchemy URL of its database.",
        ),
    ] = None,
    key_file: KeyFileOption = None,
) -> None:
    """Keep notices on disk until Kanta has accepted or refused them."""
    context.meta[COMMON_OPTIONS] = (outbox, key_file)


def add(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: FilesArgument,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check, build and sign notices and store them for delivery.

    Exit codes: 0 all are stored; 1 some not valid; 3 the outbox is full or busy; 4 configuration.
    """
    call = Call.of(context, settings, lang, json_errors=as_json)
    report = OutboxReport(call, as_json=as_json)
    given = call.settings()
    require_readable(files)
    edition = load_edition(given.edition)
    setup, code = Setup(given, edition), 0
    with (
        opened(context, outbox, key_file, create=True) as box,
        KantaClient(given, edition=edition) as kanta,
    ):
        for document in documents(files):
            try:
                prepared = kanta.prepare(notice_of(document.text, setup))
            except InvalidNotice as error:
                report.failed(error, document.label)
                code = max(code, INVALID)
                continue
            try:
                report.added(document.label, box.add(prepared))
            except ReferenceTaken as error:
                report.failed(error, document.label)
                code = exit_code(error)
    return code


def drain(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="Number of messages sent at once.")
    ] = 2,
    forever: Annotated[
        bool, typer.Option("--forever", help="Run until SIGTERM or Ctrl-C, as a service.")
    ] = False,
    stop_timeout: Annotated[
        float,
        typer.Option("--stop-timeout", metavar="S", min=0, help="Seconds a stop may take."),
    ] = 4.0,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Deliver what is due. Submissions in progress at SIGTERM or Ctrl-C are finished first.

    With --forever it continues after any failure, and ends within --stop-timeout of the signal: an
    exchange that takes longer is sent again later, marked as possibly stored.

    Exit codes: 0 nothing is left; 2 some were refused and wait in quarantine for a person; 3
    some are left for a later time; 4 configuration. A drain that was stopped ends with 0.
    """
    call = Call.of(context, settings, lang, json_errors=as_json)
    stop = threading.Event()
    with (
        opened(context, outbox, key_file) as box,
        KantaClient(call.settings()) as kanta,
        _signals(stop),
    ):
        if forever:
            drained = _until_stopped(box.drainer(kanta, workers=workers), stop, stop_timeout)
        else:
            drained = box.drain(kanta, workers=workers, stop=stop)
        left = box.status()
    OutboxReport(call, as_json=as_json).drained(drained, left)
    if stop.is_set():
        return 0
    if any(left.counts[state] for state in ("pending", "sending", "parked")):
        return UNDELIVERED
    return REFUSED if drained.quarantined else 0


def _until_stopped(drainer: Drainer, stop: threading.Event, timeout: float) -> DrainReport:
    """Drain until a signal arrives, plus at most ``timeout`` seconds."""
    drainer.start()
    while not stop.is_set():
        time.sleep(_LOOK_S)  # waiting for the event could deadlock with the signal that sets it
    drainer.stop(timeout)
    return drainer.report()


def status(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    max_age: Annotated[
        float | None,
        typer.Option(
            "--max-age", metavar="S", min=0, help="Seconds the oldest message may have waited."
        ),
    ] = None,
    max_quarantined: Annotated[
        int | None,
        typer.Option(
            "--max-quarantined",
            metavar="N",
            min=0,
            help="Number of messages that may be quarantined.",
        ),
    ] = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show the number of messages by state, and how long the oldest has waited.

    Exit codes, for monitoring: 0 within the given thresholds, 5 one of them is exceeded.
    """
    report = _report(context, lang, as_json)
    with opened(context, outbox, key_file) as box:
        found = box.status()
    report.status(found)
    from sha_disclosure.outbox.health import judged  # noqa: PLC0415 - an extra

    health = judged(found, max_age, max_quarantined)
    for threshold in health.problems:
        report.threshold(threshold)
    return 0 if health.ok else THRESHOLD


def list_(
    context: typer.Context,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    state: StateOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """List the messages, of all states or one, in the order they were added."""
    report = _report(context, lang, as_json)
    last = 0
    states: Counter[str] = Counter()
    with opened(context, outbox, key_file) as box:
        while page := box.list(state_named(state), after=last):
            for entry in page:
                report.entry(entry)
                states[entry.state] += 1
            last = page[-1].number
    report.remind(states)
    return 0


def show(
    context: typer.Context,
    notice_id: IdArgument,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Verify one stored message and print its evidence as JSON."""
    report = _report(context, lang, as_json)
    with opened(context, outbox, key_file) as box:
        report.evidence(box.evidence(notice_id))
        box.show(notice_id)
    return 0


def retry(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    notice_id: Annotated[
        str | None,
        typer.Argument(metavar="[NOTICE_ID]", show_default=False, help="Id of a stored notice."),
    ] = None,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    state: StateOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Make one message, or with --state all of a state, due immediately."""
    report = _report(context, lang, as_json)
    if (notice_id is None) == (state is None):
        raise typer.BadParameter(str(message("cli.outbox.id_or_state")))
    with opened(context, outbox, key_file) as box:
        report.retried(box.retry(notice_id, state=state_named(state)))
    return 0


def export(
    context: typer.Context,
    outbox: OutboxOption = None,
    key_file: KeyFileOption = None,
    state: StateOption = None,
    lang: LanguageOption = None,
) -> int:
    """Print the evidence of every message as JSON, one per line, for an auditor.

    Exit codes: 0; 4 some of it was changed outside the outbox, and is marked damaged.
    """
    report = _report(context, lang, as_json=True)
    with opened(context, outbox, key_file) as box:
        for evidence in box.export(state_named(state)):
            report.evidence(evidence)
    return 0


def _report(context: typer.Context, lang: str | None, as_json: bool) -> OutboxReport:
    return OutboxReport(Call.of(context, None, lang, json_errors=as_json), as_json=as_json)


def application() -> typer.Typer:
    """Return the typer application of the outbox."""
    app = typer.Typer(
        name="outbox", no_args_is_help=True, rich_markup_mode=None, add_completion=False
    )
    app.callback()(_common)
    for command in (init, add, drain, status, show, retry, export, forget, reencrypt):
        app.command()(command)
    app.command("list")(list_)
    return app


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Stop a drain gracefully on SIGTERM and Ctrl-C."""
    before: dict[signal.Signals, Any] = {}
    with suppress(ValueError):  # not in the main thread: the caller handles signals itself
        for each in (signal.SIGTERM, signal.SIGINT):
            before[each] = signal.signal(each, lambda *_: stop.set())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
