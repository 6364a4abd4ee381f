"""How far the service's clock is off is measured, told, and corrected if so wished."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proofs import sample
from raw_service import RawService, answer

from sha_disclosure import Unauthorized, Unavailable
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


ODD_DATES = (
    "", "today", "Fri, 99 Foo 2026 99:99:99 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
    "Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 01 Jan 0001 00:00:00 +1400",
    "Sat, 01 Jan 0001 00:00:00 GMT", "Thu, 22 Nov 2029 10:00:00 GMT",
    "Sun, 22 Nov 2026 10:00:00 +99999999", "\u00b2", "9" * 4000,
)  # fmt: skip


@pytest.mark.parametrize("date", [None, *ODD_DATES])
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


@pytest.mark.parametrize("off", [timedelta(minutes=-14), timedelta(minutes=14)])
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
    for minutes in (0, 10, 10, -10, -10, 0):
        off[0] = timedelta(minutes=minutes)
        attempts.append(kanta.submit(prepared).attempts)
    assert attempts == [1, 2, 1, 2, 1, 2]


@pytest.mark.parametrize("date", sample(ODD_DATES, every=5))
@pytest.mark.parametrize("status", ["200 OK", "503 Busy"])
def test_no_date_of_an_answer_breaks_its_verdict(shell, sandbox, notice, date, status):
    stored = b'{"response":{"status":"201"}}'
    body = b'{"resourceType":"Bundle","type":"transaction-response","entry":[%b,%b]}'
    value = date.encode("latin-1").decode("latin-1")
    reply = answer(status, body % (stored, stored), f"Date: {value}", f"Retry-After: {value}")
    with RawService(lambda c: c.sendall(reply), folder=sandbox.folder) as service:
        changes = {"base_url": service.url, "retry": Retry(attempts=1)}
        kanta = shell.connect(sandbox.settings().model_copy(update=changes))
        prepared = kanta.prepare(notice)
        if status == "200 OK":
            assert kanta.submit(prepared).attempts == 1
        else:
            with pytest.raises(Unavailable):
                kanta.submit(prepared)
        assert kanta.client.clock_skew is None


def test_no_token_is_made_for_another_day_whatever_the_service_says(shell, sandbox, notice):
    far = timedelta(days=360).total_seconds()
    kanta = shell.connect(sandbox.settings().model_copy(update={"correct_clock_skew": True}))
    sandbox.inject("wrong_date", seconds=far)
    kanta.submit(kanta.prepare(notice))
    assert abs(kanta.client.clock_skew.total_seconds() - far) < 2
    assert kanta.submit(kanta.prepare(notice)).attempts == 1


def test_telemetry_that_fails_costs_no_receipt(kanta, notice, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sha_disclosure.delivery.shared_state.clock_skew", broken)
    assert kanta.submit(kanta.prepare(notice)).attempts == 1
