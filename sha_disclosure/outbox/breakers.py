"""One circuit breaker for each organisation: the trouble of one delays its own messages only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.outbox.decision import Decision
from sha_disclosure.process import ProcessLock

# The organisation's keys or its standing with the service, not the service itself.
_OWN_FAULTS = frozenset({"SigningError", "KeyUnavailable", "CertificateExpired", "Unauthorized"})


class OrganisationBreakers:
    """The breakers of one drain, by organisation. May be used by many threads.

    With one organisation only, the drain's own breaker does their work.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = ProcessLock()
        self._breakers: dict[str, Breaker] = {}
        self._outcomes: dict[str, str] = {}

    def postponement(self, organisation: str) -> Decision | None:
        """Return the decision to put a message off without trying it, if that is due."""
        breaker = self._breaker(organisation)
        wait = breaker.wait() if self._several else 0.0
        if wait <= 0:
            return None
        return Decision("pending", self._outcomes[organisation], delay_s=wait)

    def record(self, organisation: str, decision: Decision) -> Decision:
        """Count the end of a submission; return the decision as the drain is to take it."""
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
