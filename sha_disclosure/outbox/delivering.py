"""Delivers one leased message: submits it, and decides its next state."""

from __future__ import annotations

from dataclasses import replace

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import OutboxDamaged, Rejected
from sha_disclosure.outbox.breakers import OrganisationBreakers
from sha_disclosure.outbox.clients import Client, ConfirmingClient, submit_options
from sha_disclosure.outbox.decision import (
    Circumstances,
    Decision,
    SubmissionLog,
    delivered,
    undelivered,
)
from sha_disclosure.outbox.dispatch import Ended
from sha_disclosure.outbox.drain_state import DrainState
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.outbox.payload import unpacked
from sha_disclosure.outbox.refusals import Refusals
from sha_disclosure.outbox.seals import Seals
from sha_disclosure.outbox.signature import Signatures
from sha_disclosure.settings import OutboxPolicy


class Delivering:
    """Delivers the messages of one drain."""

    def __init__(
        self,
        kanta: Client,
        seals: Seals,
        signatures: Signatures,
        state: DrainState,
        breaker: Breaker,
        policy: OutboxPolicy,
    ) -> None:
        self._kanta = kanta
        self._options = submit_options(kanta, state.stop)
        self._seals = seals
        self._signatures = signatures
        self._state = state
        self._sources = state.sources
        self._breaker = breaker
        self._breakers = OrganisationBreakers(state.sources.clock)
        self._policy = policy
        self._refusals = Refusals(policy.alike_refusals)

    def deliver(self, leased: Leased) -> Ended:
        """Submit a message and decide its next state."""
        began = self._sources.monotonic()
        decision = self._decide(leased)
        if decision.service_works:
            self._breaker.succeeded()
        elif decision.service_works is False:
            self._breaker.failed(decision.retry_at)
        alike = self._refusals.record(leased.organisation, leased.number, decision)
        return Ended(leased, decision, alike, seconds=self._sources.monotonic() - began)

    def _decide(self, leased: Leased) -> Decision:
        try:
            leased.require_genuine()
            prepared = unpacked(leased.stored, self._seals)
            self._signatures.require(prepared, leased.stored.payload_digest or "")
        except OutboxDamaged as damage:
            return Decision("quarantined", type(damage).__name__)
        postponement = self._breakers.postponement(prepared.organisation)
        if postponement is not None:
            return postponement
        decision = self._breakers.record(prepared.organisation, self._send(leased, prepared))
        if any(prepared.references):
            return replace(decision, references=prepared.references)
        return decision

    def _send(self, leased: Leased, prepared: PreparedNotice) -> Decision:
        log = SubmissionLog()
        try:
            receipt = self._kanta.submit(prepared, listener=log, **self._options)
            return delivered(receipt, log)
        except BaseException as fault:  # noqa: BLE001 - any end of a submission is recorded
            if not isinstance(fault, Exception):  # the program's own: it ends the drain too
                self._state.fail(fault)
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
        """Return whether a refusal is the service's decision, as far as can be determined.

        If ``base_url`` points to another path of a FHIR server, that refuses each notice by
        its name, in the service's form.
        """
        return (
            not isinstance(fault, Rejected)
            or not isinstance(self._kanta, ConfirmingClient)
            or self._refusals.accepted(leased.organisation)
            or self._kanta.confirms(fault)
        )
