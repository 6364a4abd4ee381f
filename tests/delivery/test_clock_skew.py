"""How far the service's clock is off is measured, told, and corrected if so wished."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sha_disclosure import Unauthorized
from sha_disclosure.delivery.skew import clock_skew
from sha_disclosure.events import ClockSkewed
from sha_disclosure.settings import Retry
from sha_disclosure.sources import Sources

NOW = datetime(2026, 11, 22, 10, 0, 0, 250_000, tzinfo=UTC)


def measured(date: str | None, took_s: float = 0.0, **headers: str) -> timedelta | None:
    given_headers = headers if date is None else {"date": date, **headers}
    return clock_skew(given_headers, received_at=NOW, took_s=took_s)


@given(st.floats(-(10**7), 10**7), st.floats(0, 120), st.floats(0, 1))
def test_the_skew_is_found_to_the_second_and_the_time_of_the_exchange(skew, took, when):
    answered_at = NOW - timedelta(seconds=took * when) + timedelta(seconds=skew)
    found = measured(format_datetime(answered_at, usegmt=True), took).total_seconds()
    assert abs(found - skew) <= 1 + took + 0.001
    assert abs(found) <= abs(skew) + 0.001
    assert found == 0 or (found > 0) == (skew > 0)


@pytest.mark.parametrize("date", [None, "", "today", "Fri, 99 Foo 2026 99:99:99 GMT"])
def test_without_a_date_nothing_is_known(date):
    assert measured(date) is None


def test_a_cached_answer_tells_nothing():
    assert measured("Sun, 22 Nov 2026 09:00:00 GMT", age="3600") is None


def test_a_clock_that_agrees_is_known_to(kanta, notice):
    assert kanta.client.clock_skew is None
    kanta.submit(kanta.prepare(notice))
    assert kanta.client.clock_skew == timedelta(0)


def test_a_clock_far_off_is_told_once_and_again_when_it_changes(shell, sandbox, notice):
    heard = []
    kanta = shell.connect(sandbox.settings(), listeners=[heard.append])
    for seconds in (20, 3600, 3600, -3600, 0, 3600):
        sandbox.inject("wrong_date", seconds=seconds)
        kanta.submit(kanta.prepare(notice))
        assert abs(kanta.client.clock_skew.total_seconds() - seconds) < 2
    told = [e.skew_s for e in heard if isinstance(e, ClockSkewed)]
    assert [round(s / 3600) for s in told] == [1, -1, 1]


def of_a_host(off: timedelta, slept: list) -> Sources:
    return Sources(clock=lambda: datetime.now(UTC) + off, sleep=slept.append)


@pytest.mark.parametrize("off", [timedelta(hours=-2), timedelta(hours=2)])
def test_a_token_is_corrected_by_the_service_clock_after_one_refusal(
    shell, sandbox, notice, slept, off
):
    prepared = shell.connect(sandbox.settings()).prepare(notice)
    settings = sandbox.settings().model_copy(update={"correct_clock_skew": True})
    kanta = shell.connect(settings, sources=of_a_host(off, slept))
    assert kanta.submit(prepared).attempts == 2
    assert kanta.submit(prepared).attempts == 1
    assert abs(kanta.client.clock_skew + off) < timedelta(seconds=3)


def test_without_correction_the_refusal_says_how_far_the_clock_is_off(
    shell, sandbox, notice, slept
):
    prepared = shell.connect(sandbox.settings()).prepare(notice)
    kanta = shell.connect(sandbox.settings(), sources=of_a_host(timedelta(hours=-2), slept))
    with pytest.raises(Unauthorized, match=r"clock is 7\d\d\d s behind the service's") as caught:
        kanta.submit(prepared)
    assert caught.value.attempts == 2


def test_a_host_clock_that_is_set_costs_one_attempt_when_corrected(shell, sandbox, notice, slept):
    off = [timedelta(0)]
    sources = Sources(clock=lambda: datetime.now(UTC) + off[0], sleep=slept.append)
    changes = {"correct_clock_skew": True, "retry": Retry(attempts=2)}
    kanta = shell.connect(sandbox.settings().model_copy(update=changes), sources=sources)
    prepared = kanta.prepare(notice)
    attempts = []
    for hours in (0, 1, 1, -1, -1, 0):
        off[0] = timedelta(hours=hours)
        attempts.append(kanta.submit(prepared).attempts)
    assert attempts == [1, 2, 1, 2, 1, 2]
