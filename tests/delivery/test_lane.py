"""An answer belongs to its request: what nobody asked for is never taken for one (RFC 9112 9.2)."""

import asyncio
import gc
import multiprocessing
import random
import signal
import socket
import threading

import pytest
from proofs import lengths
from raw_service import OUTCOME, RawService, answer
from sockets import sockets_to

from sha_disclosure import AsyncKantaClient, KantaClient, Rejected
from sha_disclosure.events import AttemptStarted
from sha_disclosure.settings import Retry, Timeouts

FHIR = "Content-Type: application/fhir+json"
STORED = answer(
    "200 OK",
    b'{"resourceType":"Bundle","type":"transaction-response","entry":'
    b'[{"response":{"status":"201"}},{"response":{"status":"201"}}]}',
    FHIR,
)
REFUSED = answer("400 Bad Request", OUTCOME, FHIR)


def settings_of(sandbox, url, **changes):
    made = {"base_url": url, "retry": Retry(attempts=1), **changes}
    return sandbox.settings().model_copy(update=made)


def one_too_many(first, extra, then):
    """Answer the first request with ``extra`` behind, and the others with ``then``."""
    asked = iter(range(1000))

    def behave(connection):
        connection.sendall(then if next(asked) else first + extra)

    return behave


LEFTOVERS = pytest.mark.parametrize(
    "extra",
    [
        pytest.param(STORED, id="a whole answer"),
        pytest.param(STORED[:40], id="the beginning of one"),
        pytest.param(b"\r\n", id="an empty line"),
        pytest.param(answer("408 Request Timeout", b"", "Connection: close"), id="408"),
    ],
)


@LEFTOVERS
def test_a_leftover_is_no_receipt_for_the_next_notice(shell, sandbox, notice, extra):
    with RawService(one_too_many(STORED, extra, REFUSED), folder=sandbox.folder) as service:
        kanta = shell.connect(settings_of(sandbox, service.url))
        assert kanta.submit(kanta.prepare(notice)).attempts == 1
        is_refused(kanta, notice)
        assert len(service.requests) == 2


@LEFTOVERS
def test_what_comes_while_nobody_asks_is_no_receipt_either(shell, sandbox, notice, extra):
    idle, come = threading.Event(), threading.Event()
    asked = iter(range(1000))

    def behave(connection):
        if next(asked):
            connection.sendall(REFUSED)
            return
        connection.sendall(STORED)
        idle.wait(30)
        connection.sendall(extra)
        come.set()

    with RawService(behave, folder=sandbox.folder) as service:
        kanta = shell.connect(settings_of(sandbox, service.url))
        assert kanta.submit(kanta.prepare(notice)).attempts == 1
        idle.set()
        assert come.wait(30)
        is_refused(kanta, notice)
        assert len(service.requests) == 2


def is_refused(kanta, notice):
    with pytest.raises(Rejected) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 1


def test_a_leftover_refusal_refuses_no_other_notice(shell, sandbox, notice):
    with RawService(one_too_many(STORED, REFUSED, STORED), folder=sandbox.folder) as service:
        kanta = shell.connect(settings_of(sandbox, service.url))
        for _ in range(2):
            prepared = kanta.prepare(notice)
            assert kanta.submit(prepared).notice_id == prepared.notice_ids[0]
        assert len(service.requests) == 2


def test_a_connection_the_service_closed_meanwhile_costs_no_attempt(shell, sandbox, notice):
    closed = threading.Event()

    def behave(connection):
        connection.sendall(STORED)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with RawService(behave, folder=sandbox.folder) as service:
        kanta = shell.connect(settings_of(sandbox, service.url))
        for _ in range(3):
            receipt = kanta.submit(kanta.prepare(notice))
            assert (receipt.attempts, receipt.possibly_duplicated) == (1, False)
            assert closed.wait(30)
            closed.clear()


def test_session_tickets_close_no_connection(shell, sandbox, notice):
    """TLS 1.3 sends two tickets after the handshake, which is one for all notices."""
    before = sandbox.handshakes
    kanta = shell.connect(sandbox.settings())
    for _ in range(5):
        assert kanta.submit(kanta.prepare(notice)).attempts == 1
    assert sandbox.handshakes == before + 1


def test_a_client_of_asyncio_serves_one_event_loop_after_another(sandbox, notice):
    kanta = AsyncKantaClient(settings_of(sandbox, sandbox.settings().base_url))
    for _ in range(3):
        receipt = asyncio.run(kanta.submit(kanta.prepare(notice)))
        assert (receipt.attempts, receipt.possibly_duplicated) == (1, False)
    asyncio.run(kanta.aclose())
    assert sockets_to(kanta.settings.base_url) == []


# --- fork ----------------------------------------------------------------------------------------


def submitted(kind, kanta, prepared, told):
    try:
        ended = kanta.submit(prepared)
        receipt = ended if kind == "sync" else asyncio.run(ended)
        told.put((prepared.notice_ids[0], receipt.attempts, receipt.possibly_duplicated))
    except BaseException as error:  # noqa: BLE001 - told to the parent
        told.put((prepared.notice_ids[0], type(error).__name__, str(error)))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs fork")
@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_that_forked_uses_none_of_its_parents_connections(kind, sandbox, notice):
    settings = sandbox.settings().model_copy(update={"retry": Retry(attempts=1)})
    kanta = KantaClient(settings) if kind == "sync" else AsyncKantaClient(settings)
    fork = multiprocessing.get_context("fork")
    told = fork.Queue()
    submitted(kind, kanta, kanta.prepare(notice), told)
    assert told.get(timeout=20)[1:] == (1, False)
    handshakes = sandbox.handshakes
    prepared = [kanta.prepare(notice) for _ in range(3)]
    sandbox.inject("delay", seconds=0.1, times=3)
    children = [
        fork.Process(target=submitted, args=(kind, kanta, each, told)) for each in prepared[1:]
    ]
    for child in children:
        child.start()
    submitted(kind, kanta, prepared[0], told)
    ends = [told.get(timeout=30) for _ in prepared]
    for child in children:
        child.join(20)
    assert {end[1:] for end in ends} == {(1, False)}
    held = {received.notice_id for received in sandbox.received()}
    assert {end[0] for end in ends} <= held
    assert sandbox.handshakes == handshakes + 2
    if isinstance(kanta, KantaClient):
        kanta.close()
    else:
        asyncio.run(kanta.aclose())
    assert sockets_to(settings.base_url) == []


# --- interruption --------------------------------------------------------------------------------


class SoftTimeLimit(Exception):  # noqa: N818 - as such exceptions are named elsewhere
    """Raised by a host's own signal handler."""


@pytest.fixture
def raised():
    """What a signal handler of the host's raises."""
    if not hasattr(signal, "SIGALRM"):
        pytest.skip("needs the timer signal of POSIX")
    kinds: list[type[BaseException]] = [SoftTimeLimit]

    def ring(*_: object) -> None:
        raise kinds[0]

    before = signal.signal(signal.SIGALRM, ring)
    yield kinds
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "kind", [SoftTimeLimit, TimeoutError, OSError, ConnectionError, KeyboardInterrupt]
)
def test_an_exception_of_the_hosts_passes_unchanged(sandbox, notice, raised, kind):
    raised[:] = [kind]
    heard, main = [], threading.get_ident()

    def behave(connection: socket.socket) -> None:
        if len(service.requests) > 1:
            connection.sendall(STORED)
            return
        signal.pthread_kill(main, signal.SIGALRM)
        service.over.wait(30)

    with RawService(behave, folder=sandbox.folder) as service:
        settings = settings_of(sandbox, service.url)
        with KantaClient(settings, listeners=[heard.append]) as kanta:
            prepared = kanta.prepare(notice)
            with pytest.raises(kind) as caught:
                kanta.submit(prepared)
            assert type(caught.value) is kind
            assert heard[-1].possibly_stored
            assert heard[-1].outcome == kind.__name__
            assert sockets_to(service.url) == []
            assert kanta.submit(prepared).attempts == 1


def test_an_exception_of_the_hosts_passes_through_a_listener(sandbox, notice, raised):
    assert raised == [SoftTimeLimit]

    def interrupted(event: object) -> None:
        if isinstance(event, AttemptStarted):
            signal.raise_signal(signal.SIGALRM)

    with KantaClient(sandbox.settings(), listeners=[interrupted]) as kanta:
        prepared = kanta.prepare(notice)
        with pytest.raises(SoftTimeLimit):
            kanta.submit(prepared)


@pytest.mark.parametrize("rounds", lengths(40, 2_000))
@pytest.mark.usefixtures("raised")
@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_signals_at_any_instruction_leave_nothing_in_use(sandbox, notice, rounds):
    interrupted = 0
    with KantaClient(sandbox.settings()) as kanta:
        prepared = kanta.prepare(notice)
        kanta.submit(prepared)
        for number in range(rounds):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0001 + number * 7 % 97 * 0.0001)
                kanta.submit(prepared)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except SoftTimeLimit:
                interrupted += 1
            if number % 20 == 0:  # looking through the process's sockets takes long
                assert len(sockets_to(kanta.settings.base_url)) <= 1
        assert kanta.submit(prepared).attempts == 1
    gc.collect()  # an instruction between a socket and its name leaves it to the collector
    assert interrupted > rounds / 20
    assert sockets_to(kanta.settings.base_url) == []


@pytest.mark.parametrize("rounds", lengths(30, 20_000))
async def test_cancellations_at_any_moment_leave_no_place_in_use(sandbox, notice, rounds):
    settings = settings_of(
        sandbox, sandbox.settings().base_url, connections=4, timeouts=Timeouts(connect_s=5)
    )
    chance = random.Random(4)
    cancelled = 0
    async with AsyncKantaClient(settings) as kanta:
        prepared = kanta.prepare(notice)
        for _ in range(rounds // 6):
            tasks = [asyncio.ensure_future(kanta.submit(prepared)) for _ in range(6)]
            await asyncio.sleep(chance.random() * 0.02)
            for task in tasks:
                if chance.random() < 0.6:
                    task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            cancelled += sum(isinstance(end, asyncio.CancelledError) for end in ends)
            assert all(isinstance(end, asyncio.CancelledError) or end.attempts == 1 for end in ends)
        assert len(sockets_to(settings.base_url)) <= 4
        receipts = await asyncio.gather(*(kanta.submit(prepared) for _ in range(8)))
        assert {receipt.attempts for receipt in receipts} == {1}
    assert cancelled > rounds / 20
    assert sockets_to(settings.base_url) == []
