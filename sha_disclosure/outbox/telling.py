"""From what was written down to events with ids only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sha_disclosure.events import (
    Announcer,
    LeaseLost,
    NoticeDelivered,
    NoticeParked,
    NoticeQuarantined,
)
from sha_disclosure.outbox.database import milliseconds
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.outbox.results import Written
from sha_disclosure.outbox.verdict import Verdict


class Telling:
    """Tells listeners what became of each message a drain worked on."""

    def __init__(self, announce: Announcer, clock: Callable[[], datetime]) -> None:
        self._announce = announce
        self._clock = clock

    def __call__(self, leased: Leased, verdict: Verdict, written: Written) -> None:
        """Tell of one message."""
        if not self._announce:
            return
        ids, now = leased.notice_ids, self._clock()
        if not written.held:
            self._announce(LeaseLost(ids))
        elif verdict.receipt is not None:
            waited = max(0.0, (milliseconds(now) - leased.added_at) / 1000)
            request_id = verdict.receipt.request_id
            self._announce(NoticeDelivered(ids, request_id, waited, written.possibly_duplicated))
        elif verdict.state == "quarantined":
            self._announce(NoticeQuarantined(ids, verdict.outcome))
        elif verdict.state == "parked":
            retry_at = now + timedelta(seconds=verdict.delay_s)
            self._announce(NoticeParked(ids, verdict.outcome, retry_at))
