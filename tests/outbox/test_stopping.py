"""A stop ends every wait at once; the host's own exceptions pass a drain unchanged."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from outbox_parts import TIMING, Holds, fast, until

from sha_disclosure import KantaClient
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import Unavailable
from sha_disclosure.events import RetryScheduled
from sha_disclosure.outbox import Outbox, Timing
from sha_disclosure.sources import Sources

SOON_S = 15.0  # what is waited for takes longer


class Counts:
    """Counts the attempts that wait for the next one; a listener."""

    def __init__(self):
        self.waiting = 0

    def __call__(self, event):
        self.waiting += isinstance(event, RetryScheduled)


class NeverSoon(random.SystemRandom):
    """Chance by which no wait is short."""

    def random(self):
        return 0.9


@pytest.fixture
def counts():
    return Counts()


@pytest.fixture
def patient(sandbox, edition, counts):
    settings = fast(
        sandbox.settings(),
        attempts=6, deadline_s=120, base_s=40, longest_s=60, retry_after_longest_s=60,
    )  # fmt: skip
    sources = Sources(randomness=NeverSoon())
    with KantaClient(settings, edition=edition, listeners=[counts], sources=sources) as client:
        yield client


def stopped_when(seen, outbox, kanta, **options):
    """Return the report of a drain that is stopped when it waits, and how long the stop took."""
    stop, set_at = threading.Event(), []

    def end():
        until(seen)
        set_at.append(time.monotonic())
        stop.set()

    ending = threading.Thread(target=end)
    ending.start()
    report = outbox.drain(kanta, stop=stop, until_empty=False, **options)
    took = time.monotonic() - set_at[0]
    ending.join()
    return report, took


def test_a_stop_ends_the_wait_that_the_service_asked_for_and_keeps_its_time(
    place, patient, counts, sandbox, prepare
):
    with Outbox(place) as outbox:
        outbox.add(prepare())
        sandbox.inject("status", status=503, retry_after="30")
        asked_at = datetime.now(UTC)
        report, took = stopped_when(lambda: counts.waiting, outbox, patient, timing=TIMING)
        assert took < SOON_S
        assert report.postponed == 1
        (entry,) = outbox.list()
        assert (entry.state, entry.reason) == ("pending", "Unavailable")
        due = datetime.fromisoformat(str(entry.due_at))
        assert timedelta(seconds=25) < due - asked_at < timedelta(seconds=40)
        assert len(outbox.evidence(entry.notice_ids[0])["attempts"][0]["requests"]) == 1
        outbox.retry(state="pending")
        assert outbox.drain(patient, timing=TIMING).delivered == 1


def test_a_stop_ends_the_waits_between_the_attempts_of_every_worker(
    file, patient, counts, sandbox, prepare
):
    with Outbox(file) as outbox:
        for _ in range(4):
            outbox.add(prepare())
        sandbox.inject("status", status=503, times=4)
        report, took = stopped_when(
            lambda: counts.waiting == 4, outbox, patient, workers=4, timing=TIMING
        )
        assert took < SOON_S
        assert outbox.status().counts["sending"] == 0
        assert report.postponed == 4


def test_a_stop_ends_the_wait_of_the_breaker(file, kanta, prepare):
    class Down:
        def submit(self, prepared, *, listener=None):
            raise Unavailable("down")

    with Outbox(file) as outbox:
        for _ in range(5):
            outbox.add(prepare())
        breaker = Breaker(threshold=1, pause_s=600)
        opened = lambda: breaker.state == "open"  # noqa: E731
        _, took = stopped_when(opened, outbox, Down(), breaker=breaker, timing=TIMING)
        assert took < SOON_S


def test_a_stop_ends_the_wait_for_messages_of_others(file, kanta, prepare):
    """The second message of a client waits for the first, which is under way."""
    with Outbox(file) as outbox:
        outbox.add(prepare(1))
        outbox.add(prepare(1))
        client = Holds(kanta)
        timing = Timing(lease_s=60, poll_s=60, patience_s=60)
        threading.Timer(0.2, client.goes_on.set).start()
        report, took = stopped_when(client.began.is_set, outbox, client, workers=3, timing=timing)
        assert took < SOON_S
        assert report.delivered == 1  # what was under way is finished


class TimeIsUp(BaseException):
    """As the time limits of task queues raise it in whatever runs."""


@pytest.mark.parametrize("fault", [TimeIsUp, KeyboardInterrupt, SystemExit])
def test_what_is_no_error_of_a_submission_ends_the_drain_unchanged(place, kanta, prepare, fault):
    class Interrupted:
        calls = 0

        def submit(self, prepared, *, listener=None):
            self.calls += 1
            if self.calls == 2:
                raise fault
            return kanta.submit(prepared, listener=listener)

    with Outbox(place) as outbox:
        for _ in range(4):
            outbox.add(prepare())
        with pytest.raises(fault):
            outbox.drain(Interrupted(), workers=1, timing=TIMING)
        counts = outbox.status().counts
        assert (counts["delivered"], counts["pending"], counts["sending"]) == (1, 3, 0)
        (marked,) = [e for e in outbox.list() if e.reason]
        assert (marked.reason, marked.possibly_stored) == (fault.__name__, True)
        outbox.retry(state="pending")
        assert outbox.drain(kanta, timing=TIMING).delivered == 3


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="signals of POSIX")
def test_a_soft_time_limit_ends_the_drain_with_the_hosts_own_exception(
    file, patient, counts, sandbox, prepare
):
    class SoftTimeLimitExceeded(Exception):  # noqa: N818 - named as in Celery
        pass

    def over(*_):
        raise SoftTimeLimitExceeded

    def strike():
        until(lambda: counts.waiting == 3)
        os.kill(os.getpid(), signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, over)
    striking = threading.Thread(target=strike)
    try:
        with Outbox(file) as outbox:
            for _ in range(3):
                outbox.add(prepare())
            sandbox.inject("status", status=503, times=3)
            began = time.monotonic()
            striking.start()
            with pytest.raises(SoftTimeLimitExceeded):
                outbox.drain(patient, workers=3, until_empty=False, timing=TIMING)
            assert time.monotonic() - began < SOON_S
            assert outbox.status().counts["sending"] == 0
            assert not [t for t in threading.enumerate() if t.name.startswith("outbox-")]
    finally:
        striking.join()
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="signals of POSIX")
def test_a_signal_at_any_moment_of_adding_leaves_no_lock_held(file, prepare, monkeypatch):
    # What a handler raises within a callback of a weak reference Python prints and drops; the
    # connections that it takes from SQLAlchemy's hands are closed when they are collected.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)

    class TimeIsUp(Exception):  # noqa: N818 - as such exceptions are named elsewhere
        pass

    def over(*_):
        raise TimeIsUp

    struck, prepared = 0, [prepare() for _ in range(8)]
    before = signal.signal(signal.SIGALRM, over)
    try:
        with Outbox(file) as outbox:
            for turn in range(40):
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.0005 + turn % 17 * 0.0003)
                    for _ in range(20):
                        outbox.add(prepared[turn % 8])
                except TimeIsUp:
                    struck += 1
                except AssertionError as error:  # SQLAlchemy's commit may raise it in its place
                    if not isinstance(error.__context__, TimeIsUp):
                        raise
                    struck += 1
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            assert struck > 20
            done = []
            thread = threading.Thread(
                target=lambda: done.extend(map(outbox.add, prepared)), daemon=True
            )
            thread.start()
            thread.join(20)
            assert len(done) == 8
            assert not outbox._adding._capacity._lock.own.locked()
            assert not outbox._database._lent._use.lock.locked()
        gc.collect()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
