"""One circuit breaker per organisation, so that the faults of one delay only its own messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.outbox.decision import Decision
from sha_disclosure.process import ProcessLock

# Concern the organisation's keys or its standing with the service, not the service itself.
_OWN_FAULTS = frozenset({"SigningError", "KeyUnavailable", "CertificateExpired", "Unauthorized"})


class OrganisationBreakers:
    """The breakers of one drain, by organisation. Thread-safe.

    With a single organisation, the drain's own breaker is used instead.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = ProcessLock()
        self._breakers: dict[str, Breaker] = {}
        self._outcomes: dict[str, str] = {}

    def postponement(self, organisation: str) -> Decision | None:
        """Return the decision to postpone a message without trying it, or None."""
        breaker = self._breaker(organisation)
        wait = breaker.wait() if self._several else 0.0
        if wait <= 0:
            return None
        return Decision("pending", self._outcomes[organisation], delay_s=wait)

    def record(self, organisation: str, decision: Decision) -> Decision:
        """Count the end of a submission; return the decision that applies to the drain."""
        breaker = self._breaker(organisation)
        if decision.outcome not in _OWN_FAULTS:
            if decision.service_works:
                breaker.succeeded()
            return decision
        self._outcomes[organisation] = decision.outcome
        breaker.failed()
        return replace(decision, service_works=None) if self._several else decision

    @property
    def _several(self) -> bool:
        return len(self._breakers) > 1

    def _breaker(self, organisation: str) -> Breaker:
        breaker = self._breakers.get(organisation)
        if breaker is None:
            with self._lock.own:
                breaker = self._breakers.setdefault(organisation, Breaker(clock=self._clock))
        return breaker
