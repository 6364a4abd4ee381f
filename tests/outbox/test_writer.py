"""The writer of a drain: leases in batches, records in groups, costs nothing while idle."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import replace

import pytest
from outbox_parts import TIMING, until
from sqlalchemy import event

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import OutboxError, Unavailable
from sha_disclosure.events import NoticeDelivered
from sha_disclosure.outbox import Outbox, OutboxKey, Timing

KEYS = {"plain": [], "sealed": [OutboxKey(bytes(32))]}


@pytest.fixture(params=KEYS)
def keys(request):
    return KEYS[request.param]


class Does:
    """A client that does something before its nth notice is sent."""

    def __init__(self, kanta, nth, what):
        self.kanta, self.left, self.what = kanta, nth, what

    def submit(self, prepared, *, listener=None):
        self.left -= 1
        if self.left == 0:
            self.what()
        return self.kanta.submit(prepared, listener=listener)


def counted(outbox):
    """Return the statements of an outbox's database from now on, as they come."""
    seen = []
    event.listen(
        outbox._database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: seen.append(statement),
    )
    return seen


def test_many_idle_workers_cost_no_more_than_one(place, kanta):
    timing = Timing(lease_s=60, poll_s=0.1)
    with Outbox(place) as outbox:
        outbox.drain(kanta, timing=timing)  # the first one searches all that waits
        seen, stop = counted(outbox), threading.Event()
        threading.Timer(0.5, stop.set).start()
        outbox.drain(kanta, workers=32, until_empty=False, stop=stop, timing=timing)
        # A look each 0.05 to 0.15 s, with one statement beside a server's time; and the first take
        # and sweep.
        clock = str(outbox._database._clock)
        asked = [each for each in seen if each != clock]
        assert len(asked) <= 0.5 / 0.05 + 12


def test_what_was_leased_ahead_of_a_stop_is_as_if_it_had_not_been(place, keys, kanta, prepare):
    stop = threading.Event()
    with Outbox(place, keys=keys) as outbox:
        for _ in range(12):
            outbox.add(prepare())
        report = outbox.drain(Does(kanta, 4, stop.set), workers=1, stop=stop, timing=TIMING)
        assert report.delivered == 4
        counts = outbox.status().counts
        assert (counts["pending"], counts["sending"]) == (8, 0)
        for entry in outbox.list("pending"):
            assert not entry.possibly_stored
            assert outbox.evidence(entry.notice_ids[0])["attempts"] == []
        assert outbox.drain(kanta, timing=TIMING).delivered == 8
        assert not any(entry.possibly_duplicated for entry in outbox.list())


def test_what_was_leased_ahead_of_an_outage_is_not_sent(file, kanta, prepare):
    class Down:
        """Works, and then no more."""

        calls = 0

        def submit(self, prepared, *, listener=None):
            self.calls += 1
            if self.calls > 4:
                raise Unavailable("down")
            return kanta.submit(prepared, listener=listener)

    down = Down()
    with Outbox(file) as outbox:
        for _ in range(20):
            outbox.add(prepare())
        report = outbox.drain(down, workers=1, timing=replace(TIMING, patience_s=0.0))
        assert (report.delivered, report.postponed, down.calls) == (4, 5, 9)
        assert len([e for e in outbox.list() if e.tries]) == 5


def test_what_is_being_leased_when_an_outage_begins_is_not_sent(file, kanta, prepare):
    breaker = Breaker(threshold=1, pause_s=60)
    leasing = threading.Event()

    class Down:
        """Works once; the second submission fails while the writer leases more."""

        def __init__(self):
            self.calls = itertools.count(1)
            self.made = []

        def submit(self, prepared, *, listener=None):
            call = next(self.calls)
            self.made.append(call)
            if call == 1:
                until(lambda: self.made[1:])
                return kanta.submit(prepared, listener=listener)
            assert leasing.wait(60)
            if call > 2:
                time.sleep(0.2)  # so that both workers would have begun one
            raise Unavailable("down")

    def hold(_connection, _cursor, statement, *_):
        if down.made[1:] and statement.startswith("UPDATE") and "attempts" in statement:
            leasing.set()
            until(lambda: breaker.state == "open")
            time.sleep(0.1)  # the failed one is being returned

    down = Down()
    with Outbox(file) as outbox:
        for _ in range(20):
            outbox.add(prepare())
        event.listen(outbox._database.engine, "before_cursor_execute", hold)
        outbox.drain(down, workers=2, breaker=breaker, timing=replace(TIMING, patience_s=0.0))
        assert len(down.made) <= 3  # one that worked, one that failed, one already begun
        assert outbox.status().counts["pending"] == 19


def test_an_end_that_cannot_be_recorded_takes_no_other_with_it(file, kanta, prepare):
    both = threading.Barrier(2)

    class Odd:
        """Returns something for one notice that is no receipt."""

        def __init__(self, odd):
            self.odd = odd

        def submit(self, prepared, *, listener=None):
            receipt = kanta.submit(prepared, listener=listener)
            both.wait(60)
            return replace(receipt, response_id=7) if prepared == self.odd else receipt

    with Outbox(file) as outbox:
        odd, good = prepare(), prepare()
        outbox.add(odd)
        outbox.add(good)
        with pytest.raises(OutboxError, match="AttributeError"):
            outbox.drain(Odd(odd), workers=2, timing=TIMING)
        assert outbox.show(good.notice_ids[0]).state == "delivered"
        assert outbox.show(odd.notice_ids[0]).state == "sending"  # until its lease ends


def test_a_slow_listener_holds_up_its_worker_only(file, kanta, prepare):
    heard, goes_on = [], threading.Event()

    def slow(each):
        if isinstance(each, NoticeDelivered):
            heard.append(each)
            assert goes_on.wait(60)

    with Outbox(file, listeners=[slow]) as outbox:
        for _ in range(6):
            outbox.add(prepare())
        drain = threading.Thread(
            target=outbox.drain, args=(kanta,), kwargs={"workers": 2, "timing": TIMING}
        )
        drain.start()
        try:
            until(lambda: len(heard) == 2)
            # Both workers are held up: what they sent is recorded all the same.
            assert outbox.status().counts["delivered"] >= 2
        finally:
            goes_on.set()
            drain.join()
        assert len(heard) == 6
