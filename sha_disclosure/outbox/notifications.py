"""From a recorded result to the event that listeners receive, with ids only."""

from __future__ import annotations

from datetime import datetime, timedelta

from sha_disclosure.events import (
    Event,
    LeaseLost,
    NoticeDelivered,
    NoticeParked,
    NoticeQuarantined,
)
from sha_disclosure.outbox.database import milliseconds
from sha_disclosure.outbox.decision import Decision
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.outbox.results import Recorded


def event_of(leased: Leased, decision: Decision, recorded: Recorded, now: datetime) -> Event | None:
    """Return the event for a leased message's result; None if it waits for its next attempt."""
    ids, references = leased.notice_ids, decision.references
    if not recorded.held:
        return LeaseLost(ids)
    if decision.receipt is not None:
        waited_s = max(0.0, (milliseconds(now) - leased.added_at) / 1000)
        return NoticeDelivered(
            ids,
            decision.receipt.request_id,
            waited_s,
            recorded.possibly_duplicated,
            references,
            tuple(notice.location or "" for notice in decision.receipt.notices),
        )
    if decision.state == "quarantined":
        return NoticeQuarantined(ids, decision.outcome, references)
    if decision.state == "parked":
        delay_s = decision.delay_s
        retry_at = None if delay_s is None else now + timedelta(seconds=delay_s)
        return NoticeParked(ids, decision.outcome, retry_at, references)
    return None
