"""A notice in the outbox reaches the service, in order, once, and its evidence is kept."""

from __future__ import annotations

from outbox_parts import TIMING, on_a_server_too, received

from sha_disclosure.outbox import Outbox


@on_a_server_too
def test_what_is_added_is_delivered_byte_for_byte(place, kanta, sandbox, prepare):
    with Outbox(place) as outbox:
        prepared = [prepare() for _ in range(7)]
        for each in prepared:
            assert outbox.add(each).new
        assert outbox.status().counts["pending"] == 7
        report = outbox.drain(kanta, timing=TIMING)
        assert (report.delivered, report.parked, report.quarantined) == (7, 0, 0)
        for each in prepared:
            (held,) = received(sandbox, each.notice_ids)
            assert (held.body, held.deliveries) == (each.body, 1)
        assert outbox.status().counts["delivered"] == 7
