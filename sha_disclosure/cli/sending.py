"""Sends the notices of files one after another or several at once, and reports each end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace

from sha_disclosure.cli.call import exit_code
from sha_disclosure.cli.in_flight import InFlight
from sha_disclosure.cli.journal import Journal
from sha_disclosure.cli.notices import Document, documents, notice_of
from sha_disclosure.cli.options import CONFIGURATION, INVALID, REFUSED, UNDELIVERED
from sha_disclosure.cli.output import close_output
from sha_disclosure.cli.reach import unreachable
from sha_disclosure.cli.send_report import End, Position, Report
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import PreparedNotice, Setup
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import DisclosureError, Rejected
from sha_disclosure.events import AttemptEnded
from sha_disclosure.events.kinds import Event
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings

_GRAVEST_FIRST = (CONFIGURATION, UNDELIVERED, REFUSED, INVALID)
_SILENCE_S = 1.0  # the time without an answer after which the connection is checked
_AHEAD = 2  # notices queued for each worker, so that none idles and memory stays constant


class RateLimit:
    """Lets at most ``rate`` notices per second pass; None means no limit."""

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
        """Wait until the next notice may be sent."""
        now = self._clock()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(self._next, now) + self._interval


class Silence:
    """Reports once, within two seconds, that the service cannot be reached and why."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self._settings, self._report = settings, report
        self._timer = threading.Timer(_SILENCE_S, self._look)
        self._timer.daemon = True
        self._said = threading.Lock()

    def begin(self) -> None:
        """Check after a while, unless there is an event first."""
        self._timer.start()

    def end(self) -> None:
        """Stop checking."""
        self._timer.cancel()

    def hear(self, event: Event) -> None:
        """Handle the event of an attempt."""
        if isinstance(event, AttemptEnded):
            self.end()
            if event.outcome == "NotSent":
                self._look()

    def _look(self) -> None:
        if self._said.acquire(blocking=False):  # never released, so it reports only once
            reason = unreachable(self._settings)
            if reason is not None:
                self._report.waiting(reason)


class Sending:
    """Sends each notice in its own message and reports each end immediately.

    With several ``workers`` notices may overtake one another, even those about one client; of two
    with the same reference the second waits for the first, and ends the same way.
    """

    def __init__(
        self,
        settings: Settings,
        report: Report,
        limit: RateLimit,
        *,
        dry_run: bool = False,
        workers: int = 1,
        journal: Journal | None = None,
    ) -> None:
        self._settings = settings
        self._edition = load_edition(settings.edition)
        self._setup = Setup(settings, self._edition)
        self._report = report
        self._limit = limit
        self._dry_run = dry_run
        self._workers = workers
        self._journal = journal
        self._in_flight = InFlight()
        self._position = Position()
        self._stop = threading.Event()
        self._codes: Counter[int] = Counter()
        self._skipped = 0

    def run(
        self,
        files: Sequence[str],
        advance: Callable[[int, Counter[int]], None],
        acknowledged: Sequence[str] = (),
    ) -> int:
        """Send the notices of the files; return the exit code.

        ``advance`` is called after each notice with its size and the counts by exit code. A single
        notice also acknowledges the rules in ``acknowledged``.
        """
        codes = self._codes
        silence = Silence(self._settings, self._report)
        try:
            with KantaClient(
                self._settings, edition=self._edition, listeners=[silence.hear]
            ) as kanta:
                silence.begin()
                found = documents(files, acknowledged)
                with closing(self._ends(found, kanta)) as ends:
                    for end in ends:
                        self._tell(end)
                        advance(end.document.size, codes)
                        if end.code == CONFIGURATION:
                            break
        except KeyboardInterrupt:
            self._report.interrupted(self._position)
            codes[UNDELIVERED] += 1
        except (BrokenPipeError, SystemExit):  # rich turns the first into the second
            close_output()
            self._report.interrupted(self._position)
            return UNDELIVERED
        finally:
            silence.end()
        self._report.end(codes, skipped=self._skipped, dry_run=self._dry_run)
        return next((code for code in _GRAVEST_FIRST if codes[code]), 0)

    def _tell(self, end: End) -> None:
        if end.skipped:
            self._skipped += 1
            return
        self._codes[end.code] += 1
        if end.error is not None:
            self._report.failed(end, end.error)
        elif end.receipt is not None:
            self._report.accepted(end, end.receipt)
        else:
            self._report.prepared(end)

    def _ends(self, found: Iterable[Document], kanta: KantaClient) -> Generator[End]:
        if self._workers > 1:
            yield from self._ends_of_many(found, kanta)
            return
        for document in found:
            self._limit.wait()
            yield self._send(document, kanta)

    def _ends_of_many(self, found: Iterable[Document], kanta: KantaClient) -> Generator[End]:
        pending: set[Future[End]] = set()
        with ThreadPoolExecutor(self._workers) as pool:
            try:
                for document in found:
                    self._limit.wait()
                    pending.add(pool.submit(self._send, document, kanta))
                    if len(pending) >= self._workers * _AHEAD:
                        done, pending = wait(pending, return_when=FIRST_COMPLETED)
                        yield from (each.result() for each in done)
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            finally:  # even when the command is interrupted, submissions in progress are finished
                self._stop.set()
                for each in pending:
                    each.cancel()
                for each in pending:
                    if not each.cancelled():
                        self._tell(each.result())

    def _send(self, document: Document, kanta: KantaClient) -> End:
        """Send one notice; return how it ended."""
        self._position = Position(document.label)
        try:
            notice = notice_of(document.text, self._setup)
            if notice.reference is None:
                return self._send_notice(document, notice, kanta)
            reference = notice.reference.reveal()
            end = self._in_flight.send(
                reference, lambda: self._send_notice(document, notice, kanta)
            )
        except DisclosureError as error:
            return End(document, error=error, code=exit_code(error))
        if end.document is not document and end.receipt:
            return End(document, skipped=True)
        return replace(end, document=document)

    def _send_notice(self, document: Document, notice: DisclosureNotice, kanta: KantaClient) -> End:
        prepared: PreparedNotice | None = None
        try:
            key = self._journal.key(document, notice) if self._journal else ""
            if self._journal and self._journal.accepted(key):
                return End(document, skipped=True)
            if self._journal and (earlier := self._journal.begun(key)):
                notice = notice.model_copy(update={"id": earlier})
            prepared = kanta.prepare(notice)
            if self._dry_run:
                return End(document, prepared)
            return End(document, prepared, self._submit(prepared, key, kanta))
        except DisclosureError as error:
            return End(document, prepared, error=error, code=exit_code(error))

    def _submit(self, prepared: PreparedNotice, key: str, kanta: KantaClient) -> Receipt:
        if self._workers == 1:  # several are never cut off: those in progress are finished
            self._position = Position(self._position.label, prepared.notice_ids)
        if self._journal is None:
            return kanta.submit(prepared, stop=self._stop)
        self._journal.begin(key, prepared.notice_ids[0])
        try:
            receipt = kanta.submit(prepared, stop=self._stop)
        except Rejected as error:
            if not error.possibly_stored:
                self._journal.forget(key)
            raise
        self._journal.accept(key)
        return receipt
