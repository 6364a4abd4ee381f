"""The circuit breaker of a drain: when a service is down it is asked seldom, by one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.events import BreakerClosed, BreakerOpened


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heard() -> list:
    return []


@pytest.fixture
def breaker(clock, heard) -> Breaker:
    return Breaker(3, 10.0, 60.0, clock, listeners=[heard.append])


def opened(breaker: Breaker) -> Breaker:
    for _ in range(3):
        breaker.failed()
    return breaker


def test_it_opens_after_so_many_failures_in_a_row(breaker, heard):
    for _ in range(2):
        breaker.failed()
        assert (breaker.state, breaker.wait()) == ("closed", 0.0)
    breaker.failed()
    assert (breaker.state, breaker.wait()) == ("open", 10.0)
    assert heard == [BreakerOpened(3, 10.0)]


def test_a_success_between_failures_starts_the_count_anew(breaker):
    breaker.failed()
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    breaker.failed()
    assert breaker.state == "closed"


def test_after_the_pause_one_may_try_and_the_others_wait(breaker, clock):
    opened(breaker)
    clock.pass_(9)
    assert breaker.wait() == 1.0
    clock.pass_(1)
    assert breaker.wait() == 0.0
    assert breaker.state == "half-open"
    assert breaker.wait() == 10.0


def test_the_try_that_succeeds_closes_it(breaker, clock, heard):
    opened(breaker)
    clock.pass_(10)
    breaker.wait()
    breaker.succeeded()
    assert (breaker.state, breaker.wait()) == ("closed", 0.0)
    assert heard[1:] == [BreakerClosed()]


def test_each_try_that_fails_doubles_the_pause_up_to_the_longest(breaker, clock, heard):
    opened(breaker)
    pauses = []
    for _ in range(5):
        clock.pass_(breaker.wait())
        assert breaker.wait() == 0.0
        breaker.failed()
        pauses.append(breaker.wait())
    assert pauses == [20.0, 40.0, 60.0, 60.0, 60.0]
    assert [e.pause_s for e in heard] == [10.0, *pauses]


def test_a_try_nobody_reports_of_is_given_to_another_later(breaker, clock):
    opened(breaker)
    clock.pass_(10)
    assert breaker.wait() == 0.0
    clock.pass_(10)
    assert breaker.wait() == 0.0
    assert breaker.wait() == 10.0


def test_a_moment_the_service_names_is_kept_up_to_the_longest_pause(breaker, clock):
    for asked in (30, 10**8):
        breaker.failed(clock.now + timedelta(seconds=asked))
    breaker.failed(clock.now + timedelta(seconds=30))
    assert breaker.wait() == 30.0
    breaker.failed(clock.now + timedelta(seconds=10**8))
    assert breaker.wait() == 60.0


def test_failures_that_were_under_way_when_it_opened_lengthen_nothing(breaker, clock):
    opened(breaker)
    clock.pass_(5)
    breaker.failed()
    assert breaker.wait() == 5.0


def test_a_clock_that_is_set_back_lengthens_no_pause(breaker, clock):
    opened(breaker)
    clock.pass_(-3600)
    assert breaker.wait() == 10.0
    clock.pass_(10)
    assert breaker.wait() == 0.0


def test_a_clock_that_is_set_forward_lets_one_try(breaker, clock):
    opened(breaker)
    clock.pass_(3600)
    assert breaker.wait() == 0.0
    assert breaker.wait() > 0


def test_of_many_threads_one_tries(breaker, clock):
    opened(breaker)
    clock.pass_(10)
    gate = threading.Barrier(8)

    def ask(_: int) -> float:
        gate.wait(5)
        return breaker.wait()

    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(ask, range(8)))
    assert waits.count(0.0) == 1


@given(st.lists(st.tuples(st.sampled_from("sfaw"), st.floats(-100, 1000)), max_size=60))
def test_whatever_happens_no_wait_is_longer_than_the_longest_and_a_try_comes(steps):
    clock = Clock()
    breaker = Breaker(2, 5.0, 50.0, clock)
    for step, seconds in steps:
        if step == "s":
            breaker.succeeded()
        elif step == "f":
            breaker.failed()
        elif step == "a":
            breaker.failed(clock.now + timedelta(seconds=seconds))
        clock.pass_(seconds)
        assert 0 <= breaker.wait() <= 50
    clock.pass_(50)
    assert breaker.wait() == 0.0
