"""Several organisations in one outbox: the trouble of one holds up its own messages only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.outbox.verdict import Verdict

# Its keys or its standing with the service, not the service itself.
_OWN = frozenset({"SigningError", "KeyUnavailable", "CertificateExpired", "Unauthorized"})


class Apart:
    """A breaker for each organisation of a drain; with one organisation the drain's own does.

    May be used by many threads.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._breakers: dict[str, Breaker] = {}
        self._outcomes: dict[str, str] = {}

    def postponed(self, organisation: str) -> Verdict | None:
        """Return the verdict on a message that is not tried now, since others just failed."""
        breaker = self._breaker(organisation)
        wait = breaker.wait() if self._several() else 0.0
        if wait <= 0:
            return None
        return Verdict("pending", self._outcomes[organisation], delay_s=wait)

    def judged(self, organisation: str, verdict: Verdict) -> Verdict:
        """Take the end of a submission; return it with what it says of the service."""
        breaker = self._breaker(organisation)
        if verdict.outcome not in _OWN:
            if verdict.service_works:
                breaker.succeeded()
            return verdict
        self._outcomes[organisation] = verdict.outcome
        breaker.failed()
        return replace(verdict, service_works=None) if self._several() else verdict

    def _several(self) -> bool:
        return len(self._breakers) > 1

    def _breaker(self, organisation: str) -> Breaker:
        with self._lock:
            return self._breakers.setdefault(organisation, Breaker(clock=self._clock))
