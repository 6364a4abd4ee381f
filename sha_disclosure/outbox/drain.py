"""Draining (purku): workers lease messages, submit them and record the results."""

from __future__ import annotations

import inspect
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Protocol, TypeVar, runtime_checkable

from sha_disclosure.backoff import backoff
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import OutboxBusy, OutboxDamaged, OutboxError
from sha_disclosure.events import Listener, Listeners, QueueParked
from sha_disclosure.messages import message
from sha_disclosure.outbox.breakers import OrganisationBreakers
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.database_errors import is_unreachable
from sha_disclosure.outbox.decision import (
    PARKED_S,
    Circumstances,
    Decision,
    SubmissionLog,
    delivered,
    undelivered,
)
from sha_disclosure.outbox.inventory import notice_ids_of
from sha_disclosure.outbox.leases import Leased, Leases
from sha_disclosure.outbox.notifications import event_of
from sha_disclosure.outbox.payload import unpacked
from sha_disclosure.outbox.refusals import Refusals
from sha_disclosure.outbox.results import Recorded, Results
from sha_disclosure.outbox.seals import Seals
from sha_disclosure.outbox.signature import require_signed
from sha_disclosure.settings import OutboxPolicy, Settings
from sha_disclosure.sources import Sources

_BUSY_TRIES = 8
_PAUSE_MAX_S = 3600.0
_STOP_LOOK_S = 0.1
_T = TypeVar("_T")


class Client(Protocol):
    """The part of ``KantaClient`` a drain uses (lähettäjä); several threads call it.

    If its ``submit`` takes ``stop``, an event, it gets the drain's, so that a stop ends the
    waits between attempts.
    """

    def submit(self, prepared: PreparedNotice, *, listener: Listener | None = None) -> Receipt:
        """Send a prepared notice and return its receipt, or raise a SubmissionError."""


@runtime_checkable
class RenewingClient(Protocol):
    """A client that also checks now and then for renewed keys, as ``KantaClient`` does."""

    def renew_when_due(self) -> None:
        """Check for renewed keys if it is time to."""


@runtime_checkable
class ConfiguredClient(Protocol):
    """A client that has settings, as ``KantaClient`` does."""

    settings: Settings


def policy_of(kanta: Client) -> OutboxPolicy:
    """Return the policy of a client's settings, or the default one."""
    return kanta.settings.outbox if isinstance(kanta, ConfiguredClient) else OutboxPolicy()


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What one drain did (purun tulos), in messages and ``seconds``.

    ``delivered``, ``parked`` and ``quarantined`` are messages; ``postponed`` counts attempts
    after which a message waits for its next one, ``lost_leases`` results that came after
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
class Timing:
    """The times of a drain (ajoitus), in seconds.

    ``lease_s``: how long a worker that died keeps others from its message. ``poll_s``: how
    often an idle worker looks for messages. ``patience_s``: how long a drain until empty waits
    for the next message to come due, and for a database that cannot be reached.
    """

    lease_s: float = 60.0
    poll_s: float = 1.0
    patience_s: float = 30.0


class Drain:
    """One drain: its worker threads, their leases and what they share."""

    def __init__(  # noqa: PLR0913 - the parts of the outbox it works with, each by its name
        self,
        *,
        kanta: Client,
        database: Database,
        leases: Leases,
        results: Results,
        seals: Seals,
        sources: Sources,
        breaker: Breaker,
        listeners: Listeners,
        stop: threading.Event,
        timing: Timing,
        policy: OutboxPolicy,
        until_empty: bool,
    ) -> None:
        self._kanta = kanta
        self._submit_options = _submit_options(kanta, stop)
        self._database = database
        self._leases = leases
        self._results = results
        self._seals = seals
        self._sources = sources
        self._breaker = breaker
        self._breakers = OrganisationBreakers(sources.clock)
        self._listeners = listeners
        self._stop = stop
        self._timing = timing
        self._policy = policy
        self._refusals = Refusals(policy.alike_refusals)
        self._until_empty = until_empty
        self._lock = threading.Lock()
        self._message_done = threading.Condition(self._lock)
        self._held: dict[str, int] = {}
        self._counts: Counter[str] = Counter()
        self._error: BaseException | None = None
        self._ended = threading.Event()

    def run(self, workers: int) -> DrainReport:
        """Work until all is done or the drain is stopped; raise the error that ended a worker."""
        began = self._sources.monotonic()
        name = self._sources.uuid()[:8]
        self._while_busy(self._leases.sweep)
        threads = [
            self._thread(f"{name}.{n}", self._work, f"{name}.{n}") for n in range(1, workers + 1)
        ]
        heartbeat = self._thread(name, self._renew_leases)
        for thread in (heartbeat, *threads):
            thread.start()
        try:
            _join(threads)
        except BaseException:  # an interrupt: submissions under way are finished first
            self._stop.set()
            _join(threads)
            raise
        finally:
            self._ended.set()
            heartbeat.join()
        if self._error is not None:
            raise self._error
        return DrainReport(
            delivered=self._counts["delivered"],
            parked=self._counts["parked"],
            quarantined=self._counts["quarantined"],
            postponed=self._counts["pending"],
            lost_leases=self._counts["lost"],
            seconds=self._sources.monotonic() - began,
        )

    def _thread(self, name: str, work: Callable[..., None], *arguments: str) -> threading.Thread:
        """Return a thread whose error ends the drain and is raised to its caller."""

        def guarded() -> None:
            try:
                work(*arguments)
            except OutboxError as error:
                self._fail(error)
            except Exception as error:  # noqa: BLE001 - raised to the caller as its class
                kind = type(error).__name__
                self._fail(OutboxError(message("outbox.worker_failed", kind=kind)))
            except BaseException as error:  # noqa: BLE001 - the program's own, raised as it is
                self._fail(error)

        return threading.Thread(target=guarded, name=f"outbox-{name}")

    def _fail(self, error: BaseException) -> None:
        """End the drain with an error."""
        with self._lock:
            self._error = self._error or error

    @property
    def _stopping(self) -> bool:
        return self._stop.is_set() or self._error is not None

    def _work(self, worker: str) -> None:
        """Process one message after another until nothing is left or the drain is stopped."""
        leased: Leased | None = None
        while leased is not None or not self._stopping:
            if leased is not None:
                leased = self._process(leased, worker)
            elif (pause := self._breaker.wait()) > 0:
                if self._until_empty and pause > self._timing.patience_s:
                    return
                self._pause(pause)
            else:
                leased = self._lease(worker)
                if leased is None and not self._wait_for_messages():
                    return

    def _lease(self, worker: str) -> Leased | None:
        leased = self._while_busy(lambda: self._leases.take(worker))
        if leased is not None:
            self._hold(leased)
        return leased

    def _process(self, leased: Leased, worker: str) -> Leased | None:
        """Submit a message and record the result; return the next message, leased.

        Recording and leasing share a transaction: half the waiting for the disk.
        """
        try:
            decision = self._submit(leased)
            if decision.service_works:
                self._breaker.succeeded()
            elif decision.service_works is False:
                self._breaker.failed(decision.retry_at)
            alike = self._refusals.record(leased.organisation, leased.number, decision)
            goes_on = decision.service_works is True and not self._stopping and not alike
            recorded, following = self._while_busy(
                lambda: self._record_and_lease(leased, decision, worker if goes_on else None)
            )
            if alike:
                self._park_queue(leased, decision, alike)
            if following is not None:
                self._hold(following)
        finally:
            self._release(leased)
        with self._lock:
            self._counts[decision.state if recorded.held else "lost"] += 1
        if self._listeners:
            event = event_of(leased, decision, recorded, self._sources.clock())
            if event is not None:
                self._listeners.notify(event)
        return following

    def _record_and_lease(
        self, leased: Leased, decision: Decision, worker: str | None
    ) -> tuple[Recorded, Leased | None]:
        with self._database.write() as connection:
            recorded = self._results.record_in(connection, leased, decision)
            following = self._leases.take_in(connection, worker) if worker is not None else None
            return recorded, following

    def _park_queue(self, leased: Leased, decision: Decision, refused: tuple[int, ...]) -> None:
        """Park the organisation's queue: every notice of it would be refused alike."""

        def park() -> tuple[int, tuple[str, ...]]:
            with self._database.write() as connection:
                ids = notice_ids_of(connection, refused)
                organisation = leased.organisation
                parked = self._results.park_queue(
                    connection, organisation, refused, decision.outcome
                )
                return parked, ids

        messages, ids = self._while_busy(park)
        with self._lock:
            self._counts["parked"] += messages
            self._counts["quarantined"] -= len(refused)
        if self._listeners:
            retry_at = self._sources.clock() + timedelta(seconds=PARKED_S)
            organisation, outcome = leased.organisation, decision.outcome
            self._listeners.notify(QueueParked(ids, organisation, outcome, messages, retry_at))

    def _hold(self, leased: Leased) -> None:
        with self._lock:
            self._held[leased.token] = leased.number

    def _release(self, leased: Leased) -> None:
        with self._lock:
            del self._held[leased.token]
            self._message_done.notify_all()

    def _submit(self, leased: Leased) -> Decision:
        try:
            leased.require_genuine()
            prepared = unpacked(leased.stored, self._seals)
            require_signed(prepared)
        except OutboxDamaged as damage:
            return Decision("quarantined", type(damage).__name__)
        postponement = self._breakers.postponement(prepared.organisation)
        if postponement is not None:
            return postponement
        decision = self._breakers.record(prepared.organisation, self._send(leased, prepared))
        references = prepared.references if any(prepared.references) else ()
        return replace(decision, references=references)

    def _send(self, leased: Leased, prepared: PreparedNotice) -> Decision:
        log = SubmissionLog()
        try:
            receipt = self._kanta.submit(prepared, listener=log, **self._submit_options)
            return delivered(receipt, log)
        except BaseException as fault:  # noqa: BLE001 - any end of a submission is recorded
            if not isinstance(fault, Exception):  # the program's own: it ends the drain too
                self._fail(fault)
            given = Circumstances(
                now=self._sources.clock(),
                fraction=self._sources.randomness.random(),
                tries=leased.tries,
                resends=leased.resends,
                unproven_resends=self._policy.unproven_resends,
            )
            return undelivered(fault, log, given)

    def _wait_for_messages(self) -> bool:
        """Wait for the next message; return False when this worker has nothing left to do."""
        self._while_busy(self._leases.sweep)
        due_s = self._while_busy(self._leases.next_due_s)
        with self._lock:
            busy = bool(self._held)
        if self._until_empty and not busy:
            if due_s is None:
                return self._while_busy(self._leases.sending)
            if due_s > self._timing.patience_s:
                return False
        poll_s = self._timing.poll_s * (0.5 + self._sources.randomness.random())
        if busy:
            self._wait_for_others(poll_s)
            return True
        # A message that is due already but was not leased is being leased by another worker.
        self._pause(min(poll_s, due_s) if due_s else poll_s)
        return True

    def _wait_for_others(self, seconds: float) -> None:
        """Wait until a message of this drain is done: a later one of its client may be leased."""
        until = self._sources.monotonic() + seconds
        with self._lock:
            while self._held and not self._stopping:
                left = until - self._sources.monotonic()
                if left <= 0 or self._message_done.wait(min(left, _STOP_LOOK_S)):
                    return

    def _pause(self, seconds: float) -> None:
        if isinstance(self._kanta, RenewingClient):
            self._kanta.renew_when_due()
        self._stop.wait(min(seconds, _PAUSE_MAX_S))

    def _renew_leases(self) -> None:
        """Renew the leases of this drain while its submissions run."""
        while not self._ended.wait(self._timing.lease_s / 3):
            with self._lock:
                tokens = list(self._held)
            try:
                if tokens:
                    self._leases.renew(tokens)
                self._leases.sweep()
            except OutboxError as error:
                if not _passes(error):
                    raise
                # The next renewal comes before the lease ends, or another worker takes over.

    def _while_busy(self, work: Callable[[], _T]) -> _T:
        """Do work on the database, again while it is locked by others or cannot be reached.

        A drain that runs until it is stopped waits for as long as that takes, one until empty
        for its ``patience_s`` at least.
        """
        failures, waited_s = 0, 0.0
        while True:
            try:
                return work()
            except OutboxError as error:
                failures += 1
                for_ever = not self._until_empty and not self._stopping
                enough = failures >= _BUSY_TRIES and waited_s >= self._patience_s
                if not _passes(error) or (enough and not for_ever):
                    raise
            fraction = self._sources.randomness.random()
            pause = backoff(failures, base_s=0.05, longest_s=6.4, fraction=fraction)
            self._ended.wait(pause)
            waited_s += pause

    @property
    def _patience_s(self) -> float:
        return 0.0 if self._stopping else self._timing.patience_s


def _submit_options(kanta: Client, stop: threading.Event) -> dict[str, Any]:
    takes = inspect.signature(kanta.submit).parameters
    return {"stop": stop} if "stop" in takes else {}


def _join(threads: Sequence[threading.Thread]) -> None:
    """Wait for threads in such a way that an exception raised in this one comes through."""
    for thread in threads:
        while thread.is_alive():
            thread.join(_STOP_LOOK_S)


def _passes(error: OutboxError) -> bool:
    """Return whether the same work may succeed a little later."""
    return isinstance(error, OutboxBusy) or is_unreachable(error)
