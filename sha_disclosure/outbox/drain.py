"""Draining (purku): workers that lease, submit and write down, until told to stop."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import DisclosureError, OutboxBusy, OutboxDamaged, OutboxError
from sha_disclosure.events import Listener
from sha_disclosure.outbox.apart import Apart
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.leases import Leased, Leases
from sha_disclosure.outbox.payload import unpacked
from sha_disclosure.outbox.results import Results, Written
from sha_disclosure.outbox.verdict import Trail, Verdict, accepted, failed
from sha_disclosure.sources import Sources

_WRITE_TRIES = 8
_T = TypeVar("_T")


class Submits(Protocol):
    """The part of ``KantaClient`` a drain uses; it is called by several threads."""

    def submit(self, prepared: PreparedNotice, *, listener: Listener | None = None) -> Receipt:
        """Send a prepared notice and return its receipt, or raise a SubmissionError."""


@runtime_checkable
class Renews(Protocol):
    """Something that looks for renewed keys now and then, as ``KantaClient`` does."""

    def renew_when_due(self) -> None:
        """Look if it is time to."""


class Tells(Protocol):
    """Is told what became of a leased message."""

    def __call__(self, leased: Leased, verdict: Verdict, written: Written, /) -> None:
        """Take the news."""


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What one drain did (purun tulos).

    Messages ``delivered`` and ``quarantined``; ``parked`` for long; ``postponed`` attempts,
    after which a message waits for its next one; ``lost_leases``: results that came after
    another worker had taken the message over.
    """

    delivered: int
    parked: int
    quarantined: int
    postponed: int
    lost_leases: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a drain waits, in seconds."""

    lease_s: float = 60.0
    poll_s: float = 1.0
    patience_s: float = 30.0


class Drain:
    """One drain: its workers, their leases and what they share."""

    def __init__(  # noqa: PLR0913 - the parts of the outbox it works with, each by its name
        self,
        *,
        kanta: Submits,
        database: Database,
        leases: Leases,
        results: Results,
        keys: Keyring,
        sources: Sources,
        breaker: Breaker,
        tell: Tells,
        stop: threading.Event,
        pace: Pace,
        until_empty: bool,
    ) -> None:
        self._kanta = kanta
        self._database = database
        self._leases = leases
        self._results = results
        self._keys = keys
        self._sources = sources
        self._breaker = breaker
        self._apart = Apart(sources.clock)
        self._tell = tell
        self._stop = stop
        self._pace = pace
        self._until_empty = until_empty
        self._lock = threading.Lock()
        self._freed = threading.Condition(self._lock)
        self._held: dict[str, int] = {}
        self._counts: Counter[str] = Counter()
        self._error: DisclosureError | None = None
        self._ended = threading.Event()

    def run(self, workers: int) -> DrainReport:
        """Work until all is done or told to stop; raise the error that hindered the workers."""
        began = self._sources.monotonic()
        name = self._sources.uuid()[:8]
        self._patiently(self._leases.sweep)
        threads = [
            threading.Thread(
                target=self._guarded, args=(self._work, f"{name}.{n}"), name=f"outbox-{name}.{n}"
            )
            for n in range(1, workers + 1)
        ]
        beating = threading.Thread(target=self._guarded, args=(self._beat,), name=f"outbox-{name}")
        beating.start()
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:  # an interrupt: what is under way ends properly first
            self._stop.set()
            for thread in threads:
                thread.join()
            raise
        finally:
            self._ended.set()
            beating.join()
        if self._error is not None:
            raise self._error
        counts = self._counts
        return DrainReport(
            delivered=counts["delivered"],
            parked=counts["parked"],
            quarantined=counts["quarantined"],
            postponed=counts["pending"],
            lost_leases=counts["lost"],
            seconds=self._sources.monotonic() - began,
        )

    def _guarded(self, work: Callable[..., None], *arguments: str) -> None:
        """Let an error of a thread end the drain and reach its caller."""
        try:
            work(*arguments)
        except OutboxError as error:
            fault: DisclosureError = error
        except Exception as error:  # noqa: BLE001 - told to the caller by its class
            fault = OutboxError(f"A worker of the outbox failed ({type(error).__name__})")
        else:
            return
        with self._lock:
            self._error = self._error or fault

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or self._error is not None

    def _work(self, worker: str) -> None:
        leased: Leased | None = None
        while leased is not None or not self._over:
            if leased is not None:
                leased = self._deal_with(leased, worker)
                continue
            wait = self._breaker.wait()
            if wait > 0:
                if self._until_empty and wait > self._pace.patience_s:
                    return
                self._pause(wait)
                continue
            leased = self._patiently(lambda: self._leases.take(worker))
            if leased is not None:
                self._hold(leased)
            elif self._nothing_left():
                return

    def _deal_with(self, leased: Leased, worker: str) -> Leased | None:
        """Submit a message and write down how that ended; return the next one, leased.

        Both go into one transaction: half the waiting for the disk.
        """
        try:
            verdict = self._submit(leased)
            if verdict.service_works:
                self._breaker.succeeded()
            elif verdict.service_works is False:
                self._breaker.failed(verdict.retry_at)
            goes_on = verdict.service_works is True and not self._over
            written, after = self._patiently(
                lambda: self._write_and_take(leased, verdict, worker if goes_on else None)
            )
            if after is not None:
                self._hold(after)
        finally:
            with self._lock:
                del self._held[leased.token]
                self._freed.notify_all()
        with self._lock:
            self._counts[verdict.state if written.held else "lost"] += 1
        self._tell(leased, verdict, written)
        return after

    def _write_and_take(
        self, leased: Leased, verdict: Verdict, worker: str | None
    ) -> tuple[Written, Leased | None]:
        with self._database.write() as connection:
            written = self._results.write_in(connection, leased, verdict)
            after = self._leases.take_in(connection, worker) if worker is not None else None
            return written, after

    def _hold(self, leased: Leased) -> None:
        with self._lock:
            self._held[leased.token] = leased.number

    def _submit(self, leased: Leased) -> Verdict:
        try:
            prepared = unpacked(
                leased.payload,
                stored_digest=leased.payload_digest,
                digest=leased.digest,
                keys=self._keys,
            )
        except OutboxDamaged as damage:
            return Verdict("quarantined", type(damage).__name__)
        postponed = self._apart.postponed(prepared.organisation)
        if postponed is not None:
            return postponed
        return self._apart.judged(prepared.organisation, self._tried(leased, prepared))

    def _tried(self, leased: Leased, prepared: PreparedNotice) -> Verdict:
        trail = Trail()
        try:
            return accepted(self._kanta.submit(prepared, listener=trail), trail)
        except Exception as fault:  # noqa: BLE001 - any end of a submission is written down
            return failed(
                fault,
                trail,
                tries=leased.tries,
                now=self._sources.clock(),
                fraction=self._sources.randomness.random(),
            )

    def _nothing_left(self) -> bool:
        """Tell whether this worker can go home; wait for the next message if not."""
        self._patiently(self._leases.sweep)
        due = self._patiently(self._leases.next_due_s)
        with self._lock:
            busy = bool(self._held)
        if self._until_empty and not busy:
            if due is None:
                return not self._patiently(self._leases.sending)
            if due > self._pace.patience_s:
                return True
        poll = self._pace.poll_s * (0.5 + self._sources.randomness.random())
        with self._lock:
            if self._held:  # a message of the same client may come free
                self._freed.wait(poll)
                return False
        # What is due already and was not leased is being taken by another worker.
        self._pause(min(poll, due) if due else poll)
        return False

    def _pause(self, seconds: float) -> None:
        if isinstance(self._kanta, Renews):
            self._kanta.renew_when_due()
        self._stop.wait(min(seconds, 3600.0))

    def _beat(self) -> None:
        """Renew the leases of this drain while its submissions run."""
        while not self._ended.wait(self._pace.lease_s / 3):
            with self._lock:
                tokens = list(self._held)
            try:
                if tokens:
                    self._leases.renew(tokens)
                self._leases.sweep()
            except OutboxBusy:
                continue  # the next beat comes before the lease ends

    def _patiently(self, work: Callable[[], _T]) -> _T:
        """Do work on the database, again while it is locked by others."""
        for tried in range(_WRITE_TRIES):
            try:
                return work()
            except OutboxBusy:
                if tried == _WRITE_TRIES - 1:
                    raise
                self._ended.wait(0.05 * 2**tried * self._sources.randomness.random())
        raise AssertionError
