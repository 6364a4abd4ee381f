"""A submission that is broken off from outside leaves nothing behind and hinders no later one."""

import asyncio
import contextlib
import signal
import socket
import threading

import pytest
from proofs import lengths
from raw_service import RawService
from sockets import sockets_to

from sha_disclosure import AsyncKantaClient, KantaClient
from sha_disclosure.events import AttemptEnded, AttemptStarted, SubmissionFailed
from sha_disclosure.sources import Sources


def open_connections(client) -> int:
    return len(sockets_to(client.settings.base_url))


@pytest.mark.parametrize("rounds", lengths(1, 5))
@pytest.mark.parametrize("after", [0.0, 0.001, 0.003, 0.01, 0.03])
async def test_a_cancelled_submission_leaves_no_connection_behind(sandbox, notice, after, rounds):
    async with AsyncKantaClient(sandbox.settings()) as kanta:
        prepared = kanta.prepare(notice)
        for _ in range(rounds):
            sandbox.inject("delay", seconds=0.05)
            task = asyncio.ensure_future(kanta.submit(prepared))
            await asyncio.sleep(after)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert open_connections(kanta) == 0
            sandbox.clear_faults()
        assert (await kanta.submit(prepared)).attempts == 1


@pytest.mark.parametrize("finer", lengths(1, 20))
async def test_a_submission_cancelled_at_any_of_its_steps_leaves_no_connection_behind(
    sandbox, notice, finer
):
    """The n-th time the event loop turns, n from 0 until the submission ends first."""
    async with AsyncKantaClient(sandbox.settings()) as kanta:
        prepared, steps = kanta.prepare(notice), 0
        while True:
            task = asyncio.ensure_future(kanta.submit(prepared))
            for _ in range(steps):
                await asyncio.sleep(0)
            if not task.cancel():
                break
            with contextlib.suppress(asyncio.CancelledError):
                await task
            assert open_connections(kanta) == 0, steps
            steps += 1 + steps // finer
        assert task.result().attempts == 1
        assert steps > 10


async def test_a_submission_cancelled_in_its_wait_stops_at_once(sandbox, notice):
    heard, answered = [], asyncio.Event()

    def listen(event):
        heard.append(event)
        if isinstance(event, AttemptEnded):
            answered.set()

    async with AsyncKantaClient(sandbox.settings(), listeners=[listen]) as kanta:
        sandbox.inject("status", status=503, retry_after=30)
        prepared = kanta.prepare(notice)
        task = asyncio.ensure_future(kanta.submit(prepared))
        await answered.wait()
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await kanta.submit(prepared)).attempts == 1
    failed = next(e for e in heard if isinstance(e, SubmissionFailed))
    assert (failed.outcome, failed.possibly_stored) == ("CancelledError", False)


async def test_listeners_hear_that_a_cancelled_notice_may_be_stored(sandbox, notice):
    heard, arrived = [], threading.Event()

    def behave(_):
        arrived.set()
        service.over.wait(30)

    with RawService(behave, folder=sandbox.folder) as service:
        settings = sandbox.settings().model_copy(update={"base_url": service.url})
        async with AsyncKantaClient(settings, listeners=[heard.append]) as kanta:
            task = asyncio.ensure_future(kanta.submit(kanta.prepare(notice)))
            assert await asyncio.to_thread(arrived.wait, 30)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert [type(e) for e in heard] == [AttemptStarted, AttemptEnded, SubmissionFailed]
    assert heard[1].outcome == "CancelledError"
    assert heard[2].possibly_stored


async def test_many_submissions_at_once_some_cancelled_all_others_stored(sandbox, notice):
    async with AsyncKantaClient(sandbox.settings()) as kanta:
        tasks = [asyncio.ensure_future(kanta.submit(kanta.prepare(notice))) for _ in range(30)]
        await asyncio.sleep(0.02)
        for task in tasks[::3]:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert open_connections(kanta) <= 20
    assert open_connections(kanta) == 0
    for number, end in enumerate(ends):
        assert getattr(end, "attempts", 0) == 1 or (
            number % 3 == 0 and isinstance(end, asyncio.CancelledError)
        )


@pytest.fixture
def interrupt():
    """Return a function: the main thread is interrupted, as by Ctrl-C, in so many seconds."""
    if not hasattr(signal, "SIGALRM"):
        pytest.skip("needs the timer signal of POSIX")

    def ring(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_an_interrupt_while_the_answer_drips_leaves_no_connection_behind(
    sandbox, notice, interrupt
):
    with KantaClient(sandbox.settings()) as kanta:
        prepared = kanta.prepare(notice)
        sandbox.inject("slow_drip", seconds=0.1)
        interrupt(0.25)
        with pytest.raises(KeyboardInterrupt):
            kanta.submit(prepared)
        assert open_connections(kanta) == 0
        assert kanta.submit(prepared).attempts == 1


def test_the_client_of_a_dead_service_leaves_no_connection_behind(shell, sandbox, notice):
    with RawService(lambda c: c.shutdown(socket.SHUT_RDWR), folder=sandbox.folder) as service:
        kanta = shell.connect(sandbox.settings().model_copy(update={"base_url": service.url}))
        with pytest.raises(Exception, match="attempts: 6"):
            kanta.submit(kanta.prepare(notice))
        assert open_connections(kanta.client) == 0


FAULTS = ("status", "reset_before", "reset_after", "half_body", "delay")


@pytest.mark.parametrize("each", lengths(2, 10))
def test_many_threads_share_one_client_through_faults(sandbox, notice, each):
    """Each of 8 threads submits so many notices while every third request meets a fault."""
    heard, receipts, errors = [], [], []
    settings = sandbox.settings()
    retry = settings.retry.model_copy(update={"attempts": 20})
    quiet = Sources(sleep=lambda _: None)
    count = 8 * each
    faults = [FAULTS[number % len(FAULTS)] for number in range(3 * each)]
    for fault in faults:
        sandbox.inject(fault, seconds=0.01)
    before = len(sandbox.received())
    with KantaClient(
        settings.model_copy(update={"retry": retry}), sources=quiet, listeners=[heard.append]
    ) as kanta:

        def work() -> None:
            for _ in range(each):
                try:
                    prepared = kanta.prepare(notice)
                    receipts.append((prepared, kanta.submit(prepared)))
                except Exception as error:  # noqa: BLE001 - asserted below
                    errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert open_connections(kanta) <= 8
    assert open_connections(kanta) == 0
    assert errors == []
    assert len({receipt.request_id for _, receipt in receipts}) == count
    stored = {r.notice_id: r.body for r in sandbox.received()[before:]}
    assert all(stored[p.notice_ids[0]] == p.body for p, _ in receipts)
    tries = [e for e in heard if isinstance(e, AttemptStarted)]
    assert len({e.request_id for e in tries}) == len(tries) == sum(r.attempts for _, r in receipts)
    assert len(tries) >= count + len(faults) - faults.count("delay")  # a delay is no failure
