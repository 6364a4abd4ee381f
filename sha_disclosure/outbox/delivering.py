"""Delivering one leased message: submit it, decide what becomes of it, record that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import OutboxDamaged, Rejected
from sha_disclosure.events import Event, Listeners, QueueParked
from sha_disclosure.outbox.breakers import OrganisationBreakers
from sha_disclosure.outbox.clients import Client, ConfirmingClient, submit_options
from sha_disclosure.outbox.course import Course
from sha_disclosure.outbox.database import Database
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
from sha_disclosure.settings import OutboxPolicy


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of an outbox that a delivery writes to."""

    database: Database
    leases: Leases
    results: Results
    seals: Seals


@dataclass(frozen=True, slots=True)
class _Parked:
    """How many messages of an organisation were parked, and the notices that were refused."""

    messages: int
    notice_ids: tuple[str, ...]


class Delivering:
    """Delivers the messages of one drain."""

    def __init__(
        self,
        kanta: Client,
        store: Store,
        course: Course,
        breaker: Breaker,
        listeners: Listeners,
        policy: OutboxPolicy,
    ) -> None:
        self._kanta = kanta
        self._options = submit_options(kanta, course.stop)
        self._store = store
        self._course = course
        self._sources = course.sources
        self._breaker = breaker
        self._breakers = OrganisationBreakers(course.sources.clock)
        self._listeners = listeners
        self._policy = policy
        self._refusals = Refusals(policy.alike_refusals)

    def deliver(self, leased: Leased, worker: str) -> Leased | None:
        """Submit a message and record the result; return the next message, leased.

        Recording and leasing share a transaction: half the waiting for the disk.
        """
        course = self._course
        try:
            decision = self._decide(leased)
            if decision.service_works:
                self._breaker.succeeded()
            elif decision.service_works is False:
                self._breaker.failed(decision.retry_at)
            alike = self._refusals.record(leased.organisation, leased.number, decision)
            goes_on = decision.service_works is True and not course.stopping and not alike
            recorded, parked, following = course.while_busy(
                lambda: self._record(leased, decision, alike, worker if goes_on else None)
            )
            course.hold(following)
        finally:
            course.release(leased)
        course.count(**{decision.state if recorded.held else "lost": 1})
        if parked is not None:
            course.count(parked=parked.messages, quarantined=-len(alike))
        if self._listeners:
            for event in self._events(leased, decision, recorded, parked):
                self._listeners.notify(event)
        return following

    def _record(
        self, leased: Leased, decision: Decision, alike: tuple[int, ...], worker: str | None
    ) -> tuple[Recorded, _Parked | None, Leased | None]:
        """Record a decision; park the organisation's queue if it is refused ``alike``."""
        store, parked = self._store, None
        with store.database.write() as connection:
            recorded = store.results.record_in(connection, leased, decision)
            if alike:
                messages = store.results.park_queue(
                    connection, leased.organisation, alike, decision.outcome
                )
                parked = _Parked(messages, notice_ids_of(connection, alike))
            following = store.leases.take_in(connection, worker) if worker is not None else None
            return recorded, parked, following

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

    def _decide(self, leased: Leased) -> Decision:
        try:
            leased.require_genuine()
            prepared = unpacked(leased.stored, self._store.seals)
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
            receipt = self._kanta.submit(prepared, listener=log, **self._options)
            return delivered(receipt, log)
        except BaseException as fault:  # noqa: BLE001 - any end of a submission is recorded
            if not isinstance(fault, Exception):  # the program's own: it ends the drain too
                self._course.fail(fault)
            given = Circumstances(
                now=self._sources.clock(),
                fraction=self._sources.randomness.random(),
                tries=leased.tries,
                resends=leased.resends,
                unproven_resends=self._policy.unproven_resends,
                confirmed=self._confirmed(leased, fault),
            )
            return undelivered(fault, log, given)

    def _confirmed(self, leased: Leased, fault: BaseException) -> bool:
        """Return whether a refusal is the service's word, as far as anybody can say.

        Where ``base_url`` leads to another place of a FHIR server, that refuses each notice by
        its name, in the service's form.
        """
        return (
            not isinstance(fault, Rejected)
            or not isinstance(self._kanta, ConfirmingClient)
            or self._refusals.accepted(leased.organisation)
            or self._kanta.confirms(fault)
        )
