"""What one client has learnt of its service, shared by all its submissions and threads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sha_disclosure.delivery.quota import RetryQuota
from sha_disclosure.delivery.skew import clock_skew, worth_telling
from sha_disclosure.events import Announcer, ClockSkewed


class Experience:
    """The retries left, the service's clock, and who is told of events."""

    def __init__(self, quota: RetryQuota, announce: Announcer) -> None:
        self.quota = quota
        self.announce = announce
        self.clock_skew: timedelta | None = None
        self._told: timedelta | None = None

    def answered(self, headers: Mapping[str, str], *, received_at: datetime, took_s: float) -> None:
        """Measure the service's clock by an answer's headers; tell when it is far off."""
        skew = clock_skew(headers, received_at=received_at, took_s=took_s)
        if skew is None:
            return
        self.clock_skew = skew
        if worth_telling(self._told, skew):
            self._told = skew
            if self.announce:
                self.announce(ClockSkewed(skew.total_seconds()))
        elif self._told is not None and not worth_telling(None, skew):
            self._told = None
