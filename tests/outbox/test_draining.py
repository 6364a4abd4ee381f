"""What becomes of a message after each end of its submission."""

from __future__ import annotations

import json
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
from outbox_parts import (
    LONG_LEASES,
    SECRET,
    TIMING,
    Ahead,
    Holds,
    fast,
    hurried,
    on_a_server_too,
    until,
)
from processes import Child, commands

from sha_disclosure import KantaClient
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import (
    ConfigurationError,
    KeyUnavailable,
    OutboxError,
    Rejected,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.events import (
    AttemptEnded,
    LeaseLost,
    NoticeDelivered,
    NoticeParked,
    NoticeQuarantined,
    QueueParked,
)
from sha_disclosure.operation_outcome import OperationOutcome
from sha_disclosure.outbox import Outbox, Timing
from sha_disclosure.outbox.leases import Leases
from sha_disclosure.settings import OutboxPolicy
from sha_disclosure.sources import Sources


def state(outbox, prepared):
    (entry,) = [e for e in outbox.list() if prepared.notice_ids[0] in e.notice_ids]
    return entry.state, entry.reason


class Fails:
    """A client that raises, then works."""

    def __init__(self, kanta, *faults):
        self.kanta, self.faults, self.calls = kanta, list(faults), 0

    def submit(self, prepared, *, listener=None):
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return self.kanta.submit(prepared, listener=listener)


def test_a_refused_notice_is_quarantined_and_the_rest_goes_on(place, kanta, sandbox, prepare):
    heard = []
    with Outbox(place, listeners=[heard.append]) as outbox:
        sandbox.inject("status", status=422)
        first, second = prepare(7), prepare(7)
        outbox.add(first)
        outbox.add(second)
        report = outbox.drain(kanta, workers=1, timing=TIMING)
        assert (report.delivered, report.quarantined) == (1, 1)
        assert state(outbox, first) == ("quarantined", "Rejected")
        assert state(outbox, second) == ("delivered", None)
        assert NoticeQuarantined(first.notice_ids, "Rejected") in heard
        assert outbox.evidence(first.notice_ids[0])["attempts"][0]["http_status"] == 422
        assert outbox.retry(first.notice_ids[0]) == 1
        assert outbox.drain(kanta, timing=TIMING).delivered == 1
        assert SECRET not in repr(heard)


def test_a_gateway_that_dislikes_the_certificate_quarantines_nothing(
    place, kanta, sandbox, prepare
):
    """Every notice of the queue would meet the same page: they wait for the set-up instead."""
    with Outbox(place) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        sandbox.inject("html", status=400)
        report = outbox.drain(kanta, workers=1, timing=TIMING)
        assert (report.delivered, report.parked, report.quarantined) == (0, 1, 0)
        assert state(outbox, prepared) == ("parked", "Misdirected")
        assert not outbox.evidence(prepared.notice_ids[0])["possibly_duplicated"]
        assert outbox.retry(prepared.notice_ids[0]) == 1
        assert outbox.drain(kanta, timing=TIMING).delivered == 1


def test_what_fails_for_the_moment_is_tried_again_by_itself(place, kanta, sandbox, prepare):
    with Outbox(place, sources=hurried()) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        sandbox.inject("status", status=503)
        sandbox.inject("reset_before")
        report = outbox.drain(kanta, workers=1, timing=LONG_LEASES)
        assert (report.delivered, report.postponed) == (1, 2)
        evidence = outbox.evidence(prepared.notice_ids[0])
        told = [a["outcome"] for a in evidence["attempts"]]
        assert told == ["Unavailable", "OutcomeUnknown", "Receipt"]
        assert [a["possibly_stored"] for a in evidence["attempts"]] == [False, True, True]
        assert evidence["possibly_duplicated"]
        assert len({a["request_id"] for a in evidence["attempts"]}) == 3


def test_a_notice_that_goes_at_once_is_not_marked(file, kanta, sandbox, prepare):
    heard = []
    with Outbox(file, listeners=[heard.append], sources=hurried()) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        sandbox.inject("status", status=503)
        outbox.drain(kanta, timing=LONG_LEASES)
        assert not outbox.evidence(prepared.notice_ids[0])["possibly_duplicated"]
        (delivered,) = [e for e in heard if isinstance(e, NoticeDelivered)]
        assert not delivered.possibly_duplicated


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Unauthorized("no"), ("parked", "Unauthorized")),
        (Unavailable("no", retry_at=datetime(2100, 1, 1, tzinfo=UTC)), ("parked", "Unavailable")),
        (ConfigurationError("no"), ("parked", "ConfigurationError")),
        (RuntimeError(SECRET), ("parked", "RuntimeError")),
        (KeyUnavailable("no"), ("pending", "KeyUnavailable")),
    ],
)
def test_what_needs_a_mended_setup_waits_and_blocks_its_client(
    file, kanta, prepare, fault, expected
):
    heard = []
    with Outbox(file, listeners=[heard.append]) as outbox:
        first, second, other = prepare(1), prepare(1), prepare(2)
        for each in (first, second, other):
            outbox.add(each)
        timing = Timing(lease_s=2, poll_s=0.02, patience_s=0.1)
        outbox.drain(Fails(kanta, fault), workers=1, timing=timing)
        assert state(outbox, first) == expected
        assert state(outbox, second) == ("pending", None)
        assert state(outbox, other) == ("delivered", None)
        if expected[0] == "parked":
            (told,) = [e for e in heard if isinstance(e, NoticeParked)]
            assert told.notice_ids == first.notice_ids
        outbox.retry(state=expected[0])
        assert outbox.drain(kanta, timing=TIMING).delivered == 2
        assert SECRET not in repr(heard) + repr(outbox.evidence(first.notice_ids[0]))


def test_order_per_client_is_kept_with_many_workers(file, kanta, sandbox, prepare):
    with Outbox(file, sources=hurried()) as outbox:
        prepared = [prepare(number % 3) for number in range(18)]
        for each in prepared:
            outbox.add(each)
        sandbox.inject("status", status=503, times=2)
        outbox.drain(kanta, workers=6, timing=LONG_LEASES)
        order = [r.notice_id for r in sandbox.received()]
        for client in range(3):
            mine = [p.notice_ids[0] for p in prepared[client::3]]
            assert [n for n in order if n in mine] == mine


def test_when_the_service_is_down_it_is_asked_seldom(file, kanta, prepare):
    down = Fails(kanta, *[Unavailable("down") for _ in range(1000)])
    with Outbox(file) as outbox:
        for _ in range(10):
            outbox.add(prepare())
        breaker = Breaker(threshold=3, pause_s=60)
        report = outbox.drain(down, workers=2, breaker=breaker, timing=TIMING)
        assert down.calls <= 4
        assert report.seconds < 30
        assert outbox.status().counts["pending"] == 10


def test_a_stopped_drain_finishes_what_is_under_way(file, kanta, sandbox, prepare):
    stop = threading.Event()
    both = threading.Barrier(2, action=stop.set)

    class Slow:
        def submit(self, prepared, *, listener=None):
            both.wait(60)
            return kanta.submit(prepared, listener=listener)

    with Outbox(file) as outbox:
        for _ in range(6):
            outbox.add(prepare())
        sandbox.inject("delay", seconds=0.1, times=2)
        report = outbox.drain(Slow(), workers=2, stop=stop, timing=TIMING)
        assert report.delivered == 2
        assert outbox.status().counts["sending"] == 0


def test_a_long_submission_keeps_its_lease(file, kanta, prepare):
    clock = Ahead(pace=0)

    class Long:
        """Takes three times as long as a lease; its time goes on when a lease was renewed."""

        def submit(self, prepared, *, listener=None):
            for _ in range(6):
                ends = due()
                clock.by += timedelta(seconds=0.15)
                until(lambda ends=ends: due() > ends)
            return kanta.submit(prepared, listener=listener)

    def due():
        return datetime.fromisoformat(str(outbox.list()[0].due_at))

    with Outbox(file, sources=Sources(clock=clock)) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        timing = Timing(lease_s=0.3, poll_s=0.02, patience_s=3)
        report = outbox.drain(Long(), workers=3, timing=timing)
        assert (report.delivered, report.lost_leases) == (1, 0)
        assert len(outbox.evidence(prepared.notice_ids[0])["attempts"]) == 1


def test_a_lease_that_ran_out_is_taken_over_and_the_late_end_overwrites_nothing(
    file, kanta, sandbox, prepare
):
    heard = []
    with Outbox(file, listeners=[heard.append]) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        client, reports = Holds(kanta), []
        timing = Timing(lease_s=30, poll_s=0.02, patience_s=0.1)
        slow = threading.Thread(
            target=lambda: reports.append(outbox.drain(client, workers=1, timing=timing))
        )
        slow.start()
        assert client.began.wait(60)
        with outbox._database.write() as connection:  # as if it had run out
            connection.exec_driver_sql("UPDATE sha_outbox_message SET due_at = 0")
        try:
            assert outbox.drain(kanta, workers=1, timing=timing).delivered == 1
        finally:
            client.goes_on.set()
            slow.join(60)
        assert (reports[0].delivered, reports[0].lost_leases) == (0, 1)
        evidence = outbox.evidence(prepared.notice_ids[0])
        assert [a["lease_lost"] for a in evidence["attempts"]] == [True, False]
        assert evidence["possibly_duplicated"]
        assert LeaseLost(prepared.notice_ids) in heard


def test_sigterm_ends_a_draining_process_properly(file, kanta, sandbox, prepare, tmp_path):
    with Outbox(file) as outbox:
        for _ in range(3):
            outbox.add(prepare())
        command = ["outbox", "drain", "--forever", "--json", "--outbox", str(file)]
        printed = tmp_path / "out"
        process = Child(commands, printed, *command, "--settings", str(sandbox.settings_file))
        until(lambda: outbox.status().counts["delivered"] == 3)
        assert process.kill(signal.SIGTERM)
        assert process.ended()[1] == 0
        assert '"delivered": 3' in printed.read_text("utf-8")


def test_a_failing_database_ends_the_drain_with_its_error(file, kanta, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())

        class Breaks:
            def submit(self, prepared, *, listener=None):
                with outbox._database.write() as connection:
                    connection.exec_driver_sql("ALTER TABLE sha_outbox_attempt RENAME TO gone")
                return kanta.submit(prepared, listener=listener)

        with pytest.raises(OutboxError, match="lacks a table") as caught:
            outbox.drain(Breaks(), workers=2, timing=TIMING)
        assert caught.value.__context__ is None


def test_a_clock_set_back_an_hour_delays_nothing_for_long(file, kanta, prepare):
    ahead = Sources(clock=lambda: datetime.now(UTC) + timedelta(hours=1, minutes=5))
    with Outbox(file, sources=ahead) as outbox:
        for _ in range(4):
            outbox.add(prepare())
    process_killed = Outbox(file, sources=ahead)
    with process_killed._database.write() as connection:
        leases = Leases(process_killed._database, ahead, 0.3, process_killed._seals)
        assert leases.take(connection, "dead")
    process_killed.close()
    with Outbox(file) as outbox:
        report = outbox.drain(kanta, timing=Timing(lease_s=0.3, poll_s=0.05, patience_s=5))
        assert report.delivered == 4


class Answers:
    """A client whose answers are scripted by notice; ``calls`` are the notices sent."""

    def __init__(self, kanta, answer):
        self.kanta, self.answer, self.calls = kanta, answer, []

    def submit(self, prepared, *, listener=None):
        self.calls.append(prepared.notice_ids[0])
        fault = self.answer(prepared)
        if fault is None:
            return self.kanta.submit(prepared, listener=listener)
        status = 422 if isinstance(fault, Rejected) else 201
        listener(AttemptEnded(prepared.notice_ids, "r", 1, type(fault).__name__, status, 0.1))
        raise fault


def test_three_different_notices_refused_alike_park_the_organisations_queue(place, kanta, prepare):
    """A wrong set-up that answers like the service must not quarantine a whole queue."""
    heard, clock, refuses = [], Ahead(), [True]
    client = Answers(kanta, lambda _: Rejected("no") if refuses[0] else None)
    with Outbox(place, listeners=[heard.append], sources=Sources(clock=clock)) as outbox:
        sent = [prepare() for _ in range(12)]
        for each in sent:
            outbox.add(each)
        report = outbox.drain(client, workers=1, timing=TIMING)
        assert len(client.calls) == 3
        assert (report.quarantined, report.parked) == (0, 12)
        assert outbox.status().counts["parked"] == 12
        (parked,) = [e for e in heard if isinstance(e, QueueParked)]
        assert (parked.messages, parked.outcome) == (12, "Rejected")
        assert parked.notice_ids == tuple(e.notice_ids[0] for e in sent[:3])
        if "://" in place:
            outbox.retry(state="parked")  # the server's clock cannot be set ahead
        clock.by = timedelta(hours=1, minutes=2)
        refuses[0] = False
        assert outbox.drain(client, workers=1, timing=TIMING).delivered == 12
        if "://" not in place:  # by themselves, the refused ones last
            assert set(client.calls[-3:]) == set(parked.notice_ids)


def test_refusals_that_differ_or_alternate_with_receipts_are_the_notices_own(file, kanta, prepare):
    refusals = iter(["a", None, "a", "b", None, "a", "a", None])
    issue = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"%s"}]}'

    def answer(_):
        kind = next(refusals)
        if kind is None:
            return None
        outcome = OperationOutcome.read(
            json.loads(issue % {"a": "invalid", "b": "duplicate"}[kind])
        )
        return Rejected("no", outcome=outcome)

    with Outbox(file) as outbox:
        for _ in range(8):
            outbox.add(prepare())
        report = outbox.drain(Answers(kanta, answer), workers=1, timing=TIMING)
        assert (report.delivered, report.quarantined, report.parked) == (3, 5, 0)


def test_notices_at_fault_themselves_do_not_hold_up_the_rest_for_ever(file, kanta, prepare):
    """Three bad notices in a row park the queue once; an hour later the good ones pass them."""
    clock = Ahead()
    with Outbox(file, sources=Sources(clock=clock)) as outbox:
        sent = [prepare() for _ in range(6)]
        bad = {each.notice_ids[0] for each in sent[:3]}
        for each in sent:
            outbox.add(each)
        client = Answers(kanta, lambda p: Rejected("no") if p.notice_ids[0] in bad else None)
        stop, seen = threading.Event(), []
        drain = threading.Thread(
            target=lambda: seen.append(
                outbox.drain(client, workers=1, until_empty=False, stop=stop, timing=TIMING)
            )
        )
        drain.start()
        try:
            for state_reached, count in (("parked", 6), ("delivered", 3), ("quarantined", 3)):
                until(lambda of=state_reached, n=count: outbox.status().counts[of] >= n)
                clock.by += timedelta(hours=1, minutes=2)
        finally:
            stop.set()
            drain.join()


@pytest.mark.parametrize("resends", [0, 2])
def test_an_answer_that_proves_nothing_is_resent_a_bounded_number_of_times(
    file, kanta, prepare, resends
):
    heard, clock = [], Ahead()
    client = Answers(kanta, lambda _: UnexpectedAnswer("201 without a body"))
    policy = OutboxPolicy(unproven_resends=resends)
    with Outbox(file, sources=Sources(clock=clock), listeners=[heard.append]) as outbox:
        prepared, later = prepare(5), prepare(5)
        outbox.add(prepared)
        for hour in range(8):
            clock.by = timedelta(hours=1, minutes=2) * hour
            outbox.drain(client, workers=1, timing=TIMING, policy=policy)
        assert len(client.calls) == 1 + resends
        (entry,) = outbox.list()
        assert (entry.state, entry.reason, entry.due_at) == ("parked", "UnexpectedAnswer", None)
        assert entry.possibly_stored
        assert entry.possibly_duplicated is (resends > 0)
        assert outbox.status().possibly_stored == 1
        last = [e for e in heard if isinstance(e, NoticeParked)][-1]
        assert last.retry_at is None
        outbox.add(later)  # is not held back for ever
        assert outbox.drain(kanta, timing=TIMING).delivered == 1
        assert outbox.retry(prepared.notice_ids[0]) == 1
        assert outbox.drain(kanta, timing=TIMING).delivered == 1
        assert outbox.show(prepared.notice_ids[0]).possibly_duplicated


@on_a_server_too
def test_a_refusal_after_a_lost_answer_is_shown_as_possibly_stored(place, sandbox, prepare):
    """The service holds it: a new notice in its place would be a second one."""
    with KantaClient(fast(sandbox.settings(), attempts=3)) as kanta, Outbox(place) as outbox:
        prepared = prepare()
        sandbox.inject("reset_after")
        sandbox.inject("status", status=409, body="outcome")
        outbox.add(prepared)
        outbox.drain(kanta, workers=1, timing=TIMING)
        (entry,) = outbox.list()
        assert (entry.state, entry.possibly_stored) == ("quarantined", True)
        assert outbox.status().to_dict()["possibly_stored"] == 1
        evidence = outbox.evidence(prepared.notice_ids[0])
        assert evidence["possibly_stored"]
        assert evidence["attempts"][0]["possibly_stored"]


def test_a_plain_refusal_is_not_possibly_stored(file, kanta, sandbox, prepare):
    with Outbox(file) as outbox:
        sandbox.inject("status", status=422)
        outbox.add(prepare())
        outbox.drain(kanta, workers=1, timing=TIMING)
        (entry,) = outbox.list()
        assert (entry.state, entry.possibly_stored) == ("quarantined", False)
        assert outbox.status().possibly_stored == 0
