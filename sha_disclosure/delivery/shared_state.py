"""The state that all submissions of one client share, across threads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sha_disclosure.delivery.quota import RetryQuota
from sha_disclosure.delivery.skew import clock_skew, notable
from sha_disclosure.events import ClockSkewed, Listeners
from sha_disclosure.jose.token import TokenFacts
from sha_disclosure.process import raised_by_signal_handler


class SharedState:
    """The retries left, the service's clock, the listeners of events, and what tokens say.

    ``token_facts`` are those of each organisation, by the requester's OID.
    """

    def __init__(
        self, quota: RetryQuota, listeners: Listeners, token_facts: Mapping[str, TokenFacts]
    ) -> None:
        self.quota = quota
        self.listeners = listeners
        self.token_facts = token_facts
        self.clock_skew: timedelta | None = None
        self._reported: timedelta | None = None

    def answered(self, headers: Mapping[str, str], *, received_at: datetime, took_s: float) -> None:
        """Measure the service's clock by an answer's headers; report a large skew.

        Raises nothing of its own: the meaning of an answer does not depend on its Date.
        """
        try:
            skew = clock_skew(headers, received_at=received_at, took_s=took_s)
        except Exception as error:
            if raised_by_signal_handler(error):
                raise
            self.listeners.errors.add(type(error).__name__)
            return
        if skew is None:
            return
        self.clock_skew = skew
        if notable(self._reported, skew):
            self._reported = skew
            if self.listeners:
                self.listeners.notify(ClockSkewed(skew.total_seconds()))
        elif self._reported is not None and not notable(None, skew):
            self._reported = None
