"""Sending the notices of files one after the other, and how that ends."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from sha_disclosure.cli.call import exit_code
from sha_disclosure.cli.notices import Document, documents, notice_of
from sha_disclosure.cli.options import CONFIGURATION, INVALID, REFUSED, UNDELIVERED
from sha_disclosure.cli.output import close_output
from sha_disclosure.cli.send_report import Position, Report
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import Setup
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import DisclosureError
from sha_disclosure.events import RetryScheduled
from sha_disclosure.events.kinds import Event
from sha_disclosure.settings import Settings

_GRAVEST_FIRST = (CONFIGURATION, UNDELIVERED, REFUSED, INVALID)


class RateLimit:
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


class Sending:
    """Sends each notice in a message of its own; each end is reported at once."""

    def __init__(
        self, settings: Settings, report: Report, limit: RateLimit, *, dry_run: bool
    ) -> None:
        self._settings = settings
        self._edition = load_edition(settings.edition)
        self._setup = Setup(settings, self._edition)
        self._report = report
        self._limit = limit
        self._dry_run = dry_run
        self._position = Position()
        self._waiting = False

    def run(
        self,
        files: Sequence[str],
        advance: Callable[[int], None],
        acknowledged: Sequence[str] = (),
    ) -> int:
        """Send the notices of the files; return the exit code.

        ``advance`` is called with the size of each notice when it is done. A single notice
        acknowledges the rules in ``acknowledged`` besides its own.
        """
        codes: Counter[int] = Counter()
        try:
            with KantaClient(
                self._settings, edition=self._edition, listeners=[self._listen]
            ) as kanta:
                for document in documents(files, acknowledged):
                    self._limit.wait()
                    code = self._send(document, kanta)
                    codes[code] += 1
                    advance(document.size)
                    if code == CONFIGURATION:
                        break
        except KeyboardInterrupt:
            self._report.interrupted(self._position)
            codes[UNDELIVERED] += 1
        except (BrokenPipeError, SystemExit):  # rich turns the first into the second
            close_output()
            self._report.interrupted(self._position)
            return UNDELIVERED
        self._report.end(codes, dry_run=self._dry_run)
        return next((code for code in _GRAVEST_FIRST if codes[code]), 0)

    def _listen(self, event: Event) -> None:
        if isinstance(event, RetryScheduled) and event.outcome == "NotSent" and not self._waiting:
            self._waiting = True  # said once
            self._report.waiting(self._settings.base_url)

    def _send(self, document: Document, kanta: KantaClient) -> int:
        """Send one notice and report how it ended; return the exit code of that."""
        self._position = Position(document.label)
        try:
            prepared = kanta.prepare(notice_of(document.text, self._setup))
            if self._dry_run:
                self._report.prepared(document.label, prepared)
            else:
                self._position = Position(document.label, prepared.notice_ids)
                self._report.accepted(document.label, kanta.submit(prepared))
        except DisclosureError as error:
            self._report.failed(document.label, error)
            return exit_code(error)
        return 0
