"""The only writer of a drain: it leases in batches and records ends in groups.

While its commit waits for the disk, the workers continue with what is already leased.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import OutboxError
from sha_disclosure.events import Event, Listeners, QueueParked
from sha_disclosure.outbox.clients import Client, RenewingClient
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.decision import PARKED_S, Decision
from sha_disclosure.outbox.dispatch import Dispatch, Ended
from sha_disclosure.outbox.drain_state import DrainState, passes
from sha_disclosure.outbox.inventory import notice_ids_of
from sha_disclosure.outbox.leases import Leased, Leases
from sha_disclosure.outbox.notifications import event_of
from sha_disclosure.outbox.results import Recorded, Results
from sha_disclosure.outbox.sweeping import Soonest, Sweeping

_PAUSE_MAX_S = 3600.0
# Messages are leased ahead to keep the workers busy for this long; others may take the rest.
_AHEAD_S = 0.1
_AHEAD_MAX = 32  # or the number of workers, if larger
_WEIGHT = 0.2  # of the latest delivery in the moving average


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of an outbox that a drain writes to."""

    database: Database
    leases: Leases
    results: Results
    sweeping: Sweeping


@dataclass(frozen=True, slots=True)
class _Parked:
    """The number of an organisation's parked messages, and the refused notices."""

    messages: int
    notice_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    """What one transaction recorded, the queues it parked, and the messages it leased."""

    recorded: Sequence[Recorded]
    parked: dict[str, _Parked]
    taken: Sequence[Leased]


class Writer:
    """The writer of one drain with a number of workers."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a drain
        self,
        kanta: Client,
        store: Store,
        state: DrainState,
        dispatch: Dispatch,
        breaker: Breaker,
        listeners: Listeners,
        workers: int,
    ) -> None:
        self._kanta = kanta
        self._store = store
        self._state = state
        self._dispatch = dispatch
        self._breaker = breaker
        self._listeners = listeners
        self._workers = workers
        self._sources = state.sources
        self._timing = state.timing
        self.name = self._sources.uuid()[:8]
        self._swept_at = -_PAUSE_MAX_S
        self._some_free = True
        self._in_vain = False
        self._pause_s = 0.0
        self._mean_s: float | None = None

    def run(self) -> None:
        """Write until everything is done or the drain is stopped; then end the workers."""
        try:
            goes_on = True
            while goes_on:
                try:
                    goes_on = self._turn()
                except BaseException as error:  # noqa: BLE001 - raised to the drain's caller
                    self._state.fail(error)
        finally:
            self._dispatch.close(self._workers)

    def _turn(self) -> bool:
        """Record ends, lease messages, or wait; return whether there is more to do."""
        dispatch, state = self._dispatch, self._state
        ended = dispatch.collect(self._wait_s()) if dispatch.held else []
        if state.stopping and (withdrawn := dispatch.withdraw()):
            ended.append(Ended(withdrawn=withdrawn))
        elif dispatch.held and not ended and not state.stopping:
            self._look()
        self._keep_leases()
        halt = dispatch.halt  # before the breaker is asked
        many = self._room(ended) if ended or self._some_free else 0
        if ended or many:
            self._write(ended, many, halt)
        if dispatch.held:
            return True
        return not state.stopping and self._wait()

    def _room(self, ended: Sequence[Ended]) -> int:
        """Return how many messages to lease, with those that ended given back."""
        self._pause_s = 0.0
        if self._state.stopping:
            return 0
        ahead = 0 if self._mean_s is None else round(self._workers * _AHEAD_S / self._mean_s)
        most = max(_AHEAD_MAX, self._workers)
        held = len(self._dispatch.held) - sum(each.leases for each in ended)
        room = self._workers + min(most, ahead) - held
        if room <= 0:
            return 0
        self._pause_s = self._breaker.wait()
        if self._pause_s > 0:
            return 0
        return room if self._breaker.state == "closed" else 1

    def _write(self, ended: Sequence[Ended], many: int, halt: object) -> None:
        """Record ends and lease ``many`` messages together; hand them out and report."""
        try:
            written = self._state.while_busy(lambda: self._transaction(ended, many))
        except Exception as error:
            if len(ended) > 1 and not passes(error):
                self._write_singly(ended)  # one of them cannot be recorded: the others can
            raise
        finally:
            self._dispatch.settle(ended)
        self._state.beat()
        self._report(ended, written)
        self._dispatch.hand_out(written.taken, halt)
        # The end of one message may free another of its client.
        self._some_free = bool(ended) or len(written.taken) == many
        self._in_vain = many > 0 and not written.taken

    def _write_singly(self, ended: Sequence[Ended]) -> None:
        for each in ended:
            with suppress(Exception):
                self._write([each], 0, self._dispatch.halt)

    def _transaction(self, ended: Sequence[Ended], many: int) -> _Written:
        store, parked = self._store, {}
        withdrawn = [leased for each in ended for leased in each.withdrawn]
        with store.database.write() as connection:
            recorded = store.results.record(connection, _ends(ended))
            store.leases.give_back(connection, withdrawn)
            for each in ended:
                if each.leased is not None and each.decision is not None and each.alike:
                    parked[each.leased.token] = _Parked(
                        store.results.park_queue(
                            connection, each.leased.organisation, each.alike, each.decision.outcome
                        ),
                        notice_ids_of(connection, each.alike),
                    )
            taken = store.leases.take(connection, self.name, many) if many else []
        return _Written(recorded, parked, taken)

    def _report(self, ended: Sequence[Ended], written: _Written) -> None:
        """Count what was recorded, and notify the listeners."""
        events: list[Event] = []
        counts: Counter[str] = Counter()
        for (leased, decision), recorded in zip(_ends(ended), written.recorded, strict=True):
            counts[decision.state if recorded.held else "lost"] += 1
            parked = written.parked.get(leased.token)
            if parked is not None:
                refused = len(parked.notice_ids)
                counts.update(parked=parked.messages, quarantined=-refused)
            if self._listeners:
                events += self._events(leased, decision, recorded, parked)
        self._state.count(counts)
        self._dispatch.notify(events)
        for each in ended:
            if each.leased is not None:
                mean_s = each.seconds if self._mean_s is None else self._mean_s
                self._mean_s = mean_s + _WEIGHT * (each.seconds - mean_s)

    def _events(
        self, leased: Leased, decision: Decision, recorded: Recorded, parked: _Parked | None
    ) -> list[Event]:
        now = self._sources.clock()
        if parked is None or not recorded.held:
            own = event_of(leased, decision, recorded, now)
            return [] if own is None else [own]
        retry_at = now + timedelta(seconds=PARKED_S)
        return [
            QueueParked(
                parked.notice_ids, leased.organisation, decision.outcome, parked.messages, retry_at
            )
        ]

    def _keep_leases(self) -> None:
        """Renew the leases of this drain in time, and sweep those that nobody renews."""
        now = self._sources.monotonic()
        if now - self._swept_at < self._timing.lease_s / 3:
            return
        self._swept_at = now
        try:
            if tokens := self._dispatch.held:
                self._store.leases.renew(tokens)
            self._store.sweeping.sweep()
            self._state.beat()
        except OutboxError as error:
            if not passes(error):
                raise
            # The next renewal comes before the lease expires, or another drain takes over.

    def _wait_s(self) -> float:
        """Return how long to wait for the end of a message that is being sent."""
        left_s = self._swept_at + self._timing.lease_s / 3 - self._sources.monotonic()
        busy = len(self._dispatch.held) >= self._workers and not self._dispatch.waiting
        return max(0.0, left_s if busy else min(left_s, self._poll_s()))

    def _wait(self) -> bool:
        """Wait while no message is being sent; return False if there is nothing left to do."""
        state, patience_s = self._state, self._timing.patience_s
        if self._pause_s > 0:
            if state.until_empty and self._pause_s > patience_s:
                return False
            self._rest(self._pause_s)
            return True
        soonest = self._look()
        due_s = soonest.due_s
        if soonest.lapsed or (due_s == 0 and not self._in_vain):
            return True
        if state.until_empty:
            if due_s is None and not soonest.sending:
                return False
            if due_s is not None and due_s > patience_s:
                return False
        # A message that is due but was not leased is being leased by another drain.
        self._rest(min(self._poll_s(), due_s) if due_s else self._poll_s())
        return True

    def _look(self) -> Soonest:
        """Check what comes next; sweep what has expired."""
        soonest = self._state.while_busy(self._store.sweeping.soonest)
        if soonest.lapsed:
            self._state.while_busy(self._store.sweeping.sweep)
        self._state.beat()
        self._some_free = soonest.lapsed or soonest.due_s == 0
        return soonest

    def _poll_s(self) -> float:
        return self._timing.poll_s * (0.5 + self._sources.randomness.random())

    def _rest(self, seconds: float) -> None:
        if isinstance(self._kanta, RenewingClient):
            self._kanta.renew_when_due()
        self._in_vain = False
        self._state.stop.wait(min(seconds, _PAUSE_MAX_S))


def _ends(ended: Sequence[Ended]) -> list[tuple[Leased, Decision]]:
    """Return the messages whose end is known, with the decisions."""
    return [
        (each.leased, each.decision)
        for each in ended
        if each.leased is not None and each.decision is not None
    ]
