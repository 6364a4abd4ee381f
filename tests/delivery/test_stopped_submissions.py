"""A stop ends a wait for the next attempt at once; only an exchange under way is finished."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from sha_disclosure import AsyncKantaClient, KantaClient, Settings, SubmissionError
from sha_disclosure.errors import NotSent, Unauthorized, Unavailable
from sha_disclosure.events import AttemptStarted, SubmissionFailed
from sha_disclosure.sources import Sources

SOON_S = 20.0
"""Within half of every wait that a stop ends here."""


def patient(settings: Settings) -> Settings:
    retry = {"attempts": 6, "deadline_s": 200, "base_s": 40, "longest_s": 90}
    retry["retry_after_longest_s"] = 60
    return settings.model_copy(update={"retry": settings.retry.model_copy(update=retry)})


@pytest.fixture(params=["sync", "async"])
def stopped(request):
    """Return a function: submit, stop after so many seconds; the error or receipt, the seconds."""

    def threads(settings, notice, after_s, **options):
        with KantaClient(settings, **options) as kanta:
            stop = threading.Event()
            timer = threading.Timer(after_s, stop.set)
            timer.start()
            began = time.monotonic()
            try:
                return kanta.submit(kanta.prepare(notice), stop=stop), time.monotonic() - began
            except SubmissionError as error:
                return error, time.monotonic() - began
            finally:
                timer.cancel()

    async def tasks(settings, notice, after_s, **options):
        async with AsyncKantaClient(settings, **options) as kanta:
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(after_s, stop.set)
            began = time.monotonic()
            try:
                receipt = await kanta.submit(kanta.prepare(notice), stop=stop)
            except SubmissionError as error:
                return error, time.monotonic() - began
            return receipt, time.monotonic() - began

    def run(*arguments, **options):
        if request.param == "sync":
            return threads(*arguments, **options)
        return asyncio.run(tasks(*arguments, **options))

    return run


class Slow:
    """Randomness by which every wait is as long as it may be."""

    def __init__(self) -> None:
        self._count = 0

    def getrandbits(self, k: int, /) -> int:
        self._count += 1
        return self._count % 2**k

    def random(self) -> float:
        return 0.999


def test_a_stop_ends_the_wait_the_service_asked_for_and_gives_its_time_back(
    sandbox, notice, stopped
):
    sandbox.inject("status", status=503, retry_after=45)
    heard, asked_at = [], datetime.now(UTC)
    error, took = stopped(patient(sandbox.settings()), notice, 0.1, listeners=[heard.append])
    assert took < SOON_S
    assert type(error) is Unavailable
    assert error.attempts == 1
    assert error.retry_at is not None
    assert timedelta(seconds=40) < error.retry_at - asked_at < timedelta(seconds=50)
    assert "stopped before its next attempt" in str(error)
    assert "pysäytettiin" in error.text("fi")
    (failed,) = [each for each in heard if isinstance(each, SubmissionFailed)]
    assert failed.retry_at == error.retry_at
    assert not failed.possibly_stored


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 503}, Unavailable),
        ({"status": 401}, Unauthorized),
        ({"status": 500}, Unavailable),
    ],
)
def test_a_stop_ends_a_wait_of_the_backoff_and_names_when_it_would_have_ended(
    sandbox, notice, stopped, fault, kind
):
    sandbox.inject("status", **fault)
    began = datetime.now(UTC)
    sources = Sources(randomness=Slow())
    error, took = stopped(patient(sandbox.settings()), notice, 0.1, sources=sources)
    assert took < SOON_S
    assert type(error) is kind
    assert error.attempts == 1
    assert error.retry_at is not None
    assert error.retry_at - began > timedelta(seconds=30)


def test_a_stop_while_nothing_answers_is_not_sent_yet(sandbox, notice, stopped):
    settings = patient(sandbox.settings()).model_copy(update={"base_url": "https://127.0.0.1:9/x"})
    error, took = stopped(settings, notice, 0.1, sources=Sources(randomness=Slow()))
    assert took < SOON_S
    assert type(error) is NotSent
    assert error.retry_at is not None
    assert not error.possibly_stored


def test_a_lost_answer_before_the_stop_stays_marked(sandbox, notice, stopped):
    sandbox.inject("reset_after")
    sources = Sources(randomness=Slow())
    error, took = stopped(patient(sandbox.settings()), notice, 0.1, sources=sources)
    assert took < SOON_S
    assert error.possibly_stored


def test_an_exchange_under_way_is_finished(sandbox, notice, stopped):
    sandbox.inject("delay", seconds=0.3)
    receipt, _ = stopped(sandbox.settings(), notice, 0.1)
    assert receipt.attempts == 1


def test_no_wait_begins_after_a_stop_during_the_exchange(sandbox, notice, stopped):
    sandbox.inject("delay", seconds=0.4)
    sandbox.inject("status", status=503, retry_after=50)
    settings = patient(sandbox.settings())
    late = settings.timeouts.model_copy(update={"read_s": 0.2})
    error, took = stopped(settings.model_copy(update={"timeouts": late}), notice, 0.1)
    assert took < SOON_S
    assert error.attempts == 1


def test_a_stop_costs_no_retry_and_none_that_never_comes_changes_nothing(sandbox, notice):
    sandbox.inject("status", status=503, retry_after=0, times=2)
    heard, quick = [], sandbox.settings().retry.model_copy(update={"base_s": 0.01})
    settings = sandbox.settings().model_copy(update={"retry": quick})
    with KantaClient(settings, listeners=[heard.append]) as kanta:
        prepared = kanta.prepare(notice)
        assert kanta.submit(prepared, stop=threading.Event()).attempts == 3
        sandbox.inject("status", status=503)
        stop = threading.Event()
        stop.set()
        with pytest.raises(Unavailable):
            kanta.submit(prepared, stop=stop)
        assert kanta.submit(prepared).attempts == 1
    assert len([each for each in heard if isinstance(each, AttemptStarted)]) == 5


def test_a_sleep_of_the_hosts_own_is_its_own_affair(sandbox, notice):
    stop, slept = threading.Event(), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        stop.set()

    sandbox.inject("status", status=503, retry_after=30)
    with KantaClient(patient(sandbox.settings()), sources=Sources(sleep=sleep)) as kanta:
        with pytest.raises(Unavailable) as caught:
            kanta.submit(kanta.prepare(notice), stop=stop)
        assert caught.value.attempts == 1
    assert len(slept) == 1
