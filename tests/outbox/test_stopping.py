"""A stop ends every wait at once; the host's own exceptions pass a drain unchanged."""

from __future__ import annotations

import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from outbox_parts import TIMING, fast

from sha_disclosure import KantaClient
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import Unavailable
from sha_disclosure.outbox import Outbox, Timing

SOON_S = 3.0


@pytest.fixture
def patient(sandbox):
    settings = fast(
        sandbox.settings(),
        attempts=6, deadline_s=120, base_s=40, longest_s=60, retry_after_longest_s=60,
    )  # fmt: skip
    with KantaClient(settings) as client:
        yield client


def stopped_after(seconds, outbox, kanta, **options):
    """Return the report of a drain that is stopped after a while, and how long the stop took."""
    stop, set_at = threading.Event(), []

    def end():
        set_at.append(time.monotonic())
        stop.set()

    threading.Timer(seconds, end).start()
    report = outbox.drain(kanta, stop=stop, until_empty=False, **options)
    return report, time.monotonic() - set_at[0]


def test_a_stop_ends_the_wait_that_the_service_asked_for_and_keeps_its_time(
    place, patient, sandbox, prepare
):
    with Outbox(place) as outbox:
        outbox.add(prepare())
        sandbox.inject("status", status=503, retry_after="30")
        asked_at = datetime.now(UTC)
        report, took = stopped_after(0.7, outbox, patient, timing=TIMING)
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
    file, patient, sandbox, prepare
):
    with Outbox(file) as outbox:
        for _ in range(4):
            outbox.add(prepare())
        sandbox.inject("status", status=503, times=4)
        report, took = stopped_after(0.7, outbox, patient, workers=4, timing=TIMING)
        assert took < SOON_S
        assert outbox.status().counts["sending"] == 0
        assert report.postponed + report.delivered == 4


def test_a_stop_ends_the_wait_of_the_breaker(file, kanta, prepare):
    class Down:
        def submit(self, prepared, *, listener=None):
            raise Unavailable("down")

    with Outbox(file) as outbox:
        for _ in range(5):
            outbox.add(prepare())
        breaker = Breaker(threshold=1, pause_s=600)
        _, took = stopped_after(0.5, outbox, Down(), breaker=breaker, timing=TIMING)
        assert took < SOON_S


def test_a_stop_ends_the_wait_for_messages_of_others(file, kanta, sandbox, prepare):
    """The second message of a client waits for the first, which is under way."""
    with Outbox(file) as outbox:
        outbox.add(prepare(1))
        outbox.add(prepare(1))
        sandbox.inject("delay", seconds=1.0)
        timing = Timing(lease_s=60, poll_s=60, patience_s=60)
        report, took = stopped_after(0.3, outbox, kanta, workers=3, timing=timing)
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
    file, patient, sandbox, prepare
):
    class SoftTimeLimitExceeded(Exception):  # noqa: N818 - named as in Celery
        pass

    def over(*_):
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, over)
    try:
        with Outbox(file) as outbox:
            for _ in range(3):
                outbox.add(prepare())
            sandbox.inject("status", status=503, times=3)
            began = time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, 0.7)
            with pytest.raises(SoftTimeLimitExceeded):
                outbox.drain(patient, workers=3, until_empty=False, timing=TIMING)
            assert time.monotonic() - began < SOON_S
            assert outbox.status().counts["sending"] == 0
            assert not [t for t in threading.enumerate() if t.name.startswith("outbox-")]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="signals of POSIX")
# What a handler raises within a callback of a weak reference Python prints and drops.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_at_any_moment_of_adding_leaves_no_lock_held(file, prepare):
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
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            assert struck > 20
            done = []
            thread = threading.Thread(target=lambda: done.extend(map(outbox.add, prepared)))
            thread.start()
            thread.join(20)
            assert len(done) == 8
            assert not outbox._adding._capacity._lock.own.locked()
            assert not outbox._database._lent._use.lock.locked()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
