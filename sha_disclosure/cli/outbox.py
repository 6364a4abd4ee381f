"""``sha-disclosure outbox``: notices kept on disk and delivered, whatever fails on the way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer

from sha_disclosure.cli.notices import documents, notice_of, require_readable
from sha_disclosure.cli.options import (
    CONFIGURATION,
    INVALID,
    REFUSED,
    UNDELIVERED,
    Call,
    FilesArgument,
    JsonOption,
    LanguageOption,
    SettingsOption,
    exit_code,
)
from sha_disclosure.cli.outbox_place import (
    GIVEN,
    VARIABLE,
    IdArgument,
    KeyFileOption,
    PlaceOption,
    StateOption,
    opened,
    state_named,
)
from sha_disclosure.cli.outbox_report import Told
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import Sender
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import (
    DisclosureError,
    InvalidNotice,
    OutboxBusy,
    OutboxFull,
)


def _common(
    context: typer.Context,
    outbox: Annotated[
        str | None, typer.Option("--outbox", envvar=VARIABLE, metavar="URL", help="See commands.")
    ] = None,
    key_file: KeyFileOption = None,
) -> None:
    """Keep notices on disk until Kanta has accepted or refused them."""
    context.meta[GIVEN] = (outbox, key_file)


def add(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: FilesArgument,
    outbox: PlaceOption = None,
    key_file: KeyFileOption = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check, build and sign notices and keep them for delivery.

    Exit codes: 0 all are kept; 1 some not valid; 3 the outbox is full or busy; 4 configuration.
    """
    call = Call.of(context, settings, lang)
    told = Told(call, as_json=as_json)

    def work() -> int:
        given = call.settings()
        require_readable(files)
        edition = load_edition(given.edition)
        sender, code = Sender(given, edition), 0
        with (
            opened(context, outbox, key_file) as box,
            KantaClient(given, edition=edition) as kanta,
        ):
            for document in documents(files):
                try:
                    prepared = kanta.prepare(notice_of(document.text, sender))
                except InvalidNotice as error:
                    told.failed(error, document.label)
                    code = INVALID
                    continue
                told.added(document.label, box.add(prepared))
        return code

    return _told(told, work)


def drain(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    outbox: PlaceOption = None,
    key_file: KeyFileOption = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="How many are sent at once.")
    ] = 2,
    forever: Annotated[
        bool, typer.Option("--forever", help="Go on until SIGTERM or Ctrl-C; for a service.")
    ] = False,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Deliver what is due. What is under way at SIGTERM or Ctrl-C is finished first.

    Exit codes: 0 nothing is left; 2 some were refused and wait in quarantine for a person; 3
    some are left for a later time; 4 configuration. A drain that was stopped ends with 0.
    """
    call = Call.of(context, settings, lang)
    told = Told(call, as_json=as_json)

    def work() -> int:
        stop = threading.Event()
        with (
            opened(context, outbox, key_file) as box,
            KantaClient(call.settings()) as kanta,
            _signals(stop),
        ):
            report = box.drain(kanta, workers=workers, until_empty=not forever, stop=stop)
            left = box.status()
        told.drained(report, left)
        if stop.is_set():
            return 0
        if any(left.counts[state] for state in ("pending", "sending", "parked")):
            return UNDELIVERED
        return REFUSED if report.quarantined else 0

    return _told(told, work)


def status(
    context: typer.Context,
    outbox: PlaceOption = None,
    key_file: KeyFileOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Count the messages by state; tell how long the oldest waits."""
    told = Told(Call.of(context, None, lang), as_json=as_json)

    def work() -> int:
        with opened(context, outbox, key_file) as box:
            told.status(box.status())
        return 0

    return _told(told, work)


def list_(
    context: typer.Context,
    outbox: PlaceOption = None,
    key_file: KeyFileOption = None,
    state: StateOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """List the messages, of all states or one, in the order they were added."""
    told = Told(Call.of(context, None, lang), as_json=as_json)

    def work() -> int:
        last = 0
        with opened(context, outbox, key_file) as box:
            while page := box.list(state_named(state), after=last):
                for entry in page:
                    told.entry(entry)
                last = page[-1].number
        return 0

    return _told(told, work)


def show(
    context: typer.Context,
    notice_id: IdArgument,
    outbox: PlaceOption = None,
    key_file: KeyFileOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check one message as it is stored and print its evidence as JSON."""
    told = Told(Call.of(context, None, lang), as_json=as_json)

    def work() -> int:
        with opened(context, outbox, key_file) as box:
            told.evidence(box.evidence(notice_id))
            box.show(notice_id)
        return 0

    return _told(told, work)


def retry(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    notice_id: Annotated[
        str | None, typer.Argument(metavar="[NOTICE_ID]", show_default=False)
    ] = None,
    outbox: PlaceOption = None,
    key_file: KeyFileOption = None,
    state: StateOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Make one message, or with --state all of a state, due at once."""
    told = Told(Call.of(context, None, lang), as_json=as_json)
    if (notice_id is None) == (state is None):
        raise typer.BadParameter("give either a notice id or --state")

    def work() -> int:
        with opened(context, outbox, key_file) as box:
            told.retried(box.retry(notice_id, state=state_named(state)))
        return 0

    return _told(told, work)


def export(
    context: typer.Context,
    outbox: PlaceOption = None,
    key_file: KeyFileOption = None,
    state: StateOption = None,
    lang: LanguageOption = None,
) -> int:
    """Print the evidence of every message as JSON, one a line: for an auditor."""
    told = Told(Call.of(context, None, lang), as_json=True)

    def work() -> int:
        with opened(context, outbox, key_file) as box:
            for evidence in box.export(state_named(state)):
                told.evidence(evidence)
        return 0

    return _told(told, work)


def application() -> typer.Typer:
    """Return the commands of the outbox as typer knows them."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    app.callback()(_common)
    for command in (add, drain, status, show, retry, export):
        app.command()(command)
    app.command("list")(list_)
    return app


def _told(told: Told, work: Callable[[], int]) -> int:
    """Do the work of a command; tell an error and return its exit code."""
    try:
        return work()
    except DisclosureError as error:
        told.failed(error)
        if isinstance(error, OutboxFull | OutboxBusy):
            return UNDELIVERED
        return exit_code(error) or CONFIGURATION


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C stop a drain properly."""
    before: dict[signal.Signals, Any] = {}
    with suppress(ValueError):  # not in the main thread: whoever runs this has its own way
        for each in (signal.SIGTERM, signal.SIGINT):
            before[each] = signal.signal(each, lambda *_: stop.set())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
