"""Looking, loading and swapping: how often, how many times, and what waits for it."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from renewing import slow_loading
from sockets import sockets_to

from sha_disclosure import AsyncKantaClient, KantaClient, Settings
from sha_disclosure.credentials import load_credentials
from sha_disclosure.events import CertificateRenewed
from sha_disclosure.sources import Sources


def test_a_client_in_use_looks_once_the_time_has_passed(shell, files, sandbox, notice):
    moment = [0.0]
    kanta = shell.connect(sandbox.settings(), sources=Sources(monotonic=lambda: moment[0]))
    renewed = files.renew("signing")
    moment[0] = 59.0
    receipt, prepared = kanta.submit(kanta.prepare(notice)), kanta.prepare(notice)
    moment[0] = 61.0
    kanta.submit(prepared)
    assert kanta.prepare(notice).certificate == renewed
    first, second = sandbox.received()
    assert first.notice_id == receipt.notice_id
    assert first.token_sha256 == prepared.certificate
    assert second.token_sha256 == renewed


def test_a_host_that_only_prepares_gets_the_new_key_too(shell, files, sandbox, notice):
    settings = sandbox.settings().model_copy(update={"renewal_s": 0.01})
    kanta = shell.connect(settings)
    renewed = files.renew("signing")
    ends = time.monotonic() + 10
    while kanta.prepare(notice).certificate != renewed:
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_what_was_prepared_before_goes_as_it_is(kanta, files, sandbox, notice):
    prepared = kanta.prepare(notice)
    files.renew("signing")
    assert kanta.renew()
    kanta.submit(prepared)
    (received,) = sandbox.received()
    assert received.body == prepared.body
    assert received.signing_sha256 == prepared.certificate
    assert received.token_sha256 != prepared.certificate


def test_a_new_signing_key_leaves_the_connections_alone(kanta, files, sandbox, notice):
    kanta.submit(kanta.prepare(notice))
    endpoint = kanta.client._connection().endpoint
    files.renew("signing")
    assert kanta.renew()
    kanta.submit(kanta.prepare(notice))
    assert kanta.client._connection().endpoint is endpoint
    assert sandbox.handshakes == 1


def test_idle_connections_of_the_old_certificate_are_closed_at_once(kanta, files, notice):
    kanta.submit(kanta.prepare(notice))
    (old,) = sockets_to(kanta.client.settings.base_url)
    files.renew("tls")
    assert kanta.renew()
    assert old.fileno() == -1


def test_nothing_changed_means_nothing_is_loaded(kanta, notice, heard, monkeypatch):
    identity = kanta.client._connection().credentials
    monkeypatch.setattr("sha_disclosure.credentials.store.load_credentials", None)
    assert kanta.renew()
    assert kanta.client._connection().credentials is identity
    assert heard == []


def test_an_exchange_under_way_ends_on_its_connection_which_is_closed_then(files, sandbox, notice):
    with KantaClient(sandbox.settings()) as kanta:
        prepared = kanta.prepare(notice)
        sandbox.inject("delay", seconds=0.8)
        with ThreadPoolExecutor(1) as thread:
            under_way = thread.submit(kanta.submit, prepared)
            while not sandbox.handshakes:
                time.sleep(0.005)
            time.sleep(0.05)
            files.renew("tls")
            assert kanta.renew()
            (old,) = sockets_to(kanta.settings.base_url)
            assert under_way.result().attempts == 1
        assert old.fileno() == -1


async def test_a_task_under_way_ends_on_its_connection_which_is_closed_then(files, sandbox, notice):
    async with AsyncKantaClient(sandbox.settings()) as kanta:
        prepared = kanta.prepare(notice)
        sandbox.inject("delay", seconds=0.8)
        under_way = asyncio.ensure_future(kanta.submit(prepared))
        await asyncio.sleep(0.15)
        files.renew("tls")
        assert await kanta.renew()
        (old,) = sockets_to(kanta.settings.base_url)
        assert (await under_way).attempts == 1
        assert old.fileno() == -1


def test_one_thread_loads_and_the_others_go_on_meanwhile(files, sandbox, notice, monkeypatch):
    settings = sandbox.settings().model_copy(update={"renewal_s": 0.001})
    entered, go_on = threading.Event(), threading.Event()
    with KantaClient(settings) as kanta, ThreadPoolExecutor(8) as threads:
        prepared = [kanta.prepare(notice) for _ in range(20)]
        with slow_loading(monkeypatch, entered, go_on) as loads:
            files.renew("tls")
            loading = threads.submit(kanta.submit, prepared.pop())
            assert entered.wait(10)
            for receipt in threads.map(kanta.submit, prepared):
                assert receipt.attempts == 1
            assert not loading.done()
            assert len(loads) == 1
        assert loading.result(10).attempts == 1
        assert len(loads) == 1


async def test_the_event_loop_goes_on_while_a_key_is_loaded(files, sandbox, notice, monkeypatch):
    entered, go_on, moment = threading.Event(), threading.Event(), [0.0]
    sources = Sources(monotonic=lambda: moment[0])
    async with AsyncKantaClient(sandbox.settings(), sources=sources) as kanta:
        prepared = [kanta.prepare(notice) for _ in range(10)]
        with slow_loading(monkeypatch, entered, go_on) as loads:
            files.renew("tls")
            moment[0] = 61.0
            loading = asyncio.ensure_future(kanta.submit(prepared.pop()))
            await asyncio.to_thread(entered.wait, 10)
            receipts = await asyncio.gather(*(kanta.submit(each) for each in prepared))
            assert [receipt.attempts for receipt in receipts] == [1] * 9
            kanta.prepare(notice)
            assert not loading.done()
        assert (await loading).attempts == 1
        assert len(loads) == 1


@pytest.mark.parametrize("name", ["tls", "signing"])
def test_a_signer_of_the_caller_s_stays_and_the_files_around_it_are_renewed(
    name, shell, files, notice, heard, edition
):
    settings = Settings.load(files.folder / "sha-disclosure.toml")
    own = load_credentials(settings, edition, datetime.now(UTC)).content
    kanta = shell.connect(settings, content_signer=own, listeners=[heard.append])
    files.renew(name)
    assert kanta.renew()
    assert kanta.client._connection().credentials.content is own
    kanta.submit(kanta.prepare(notice))
    uses = [event.use for event in heard if isinstance(event, CertificateRenewed)]
    assert uses == (["tls"] if name == "tls" else [])


def test_when_no_new_line_can_be_opened_the_old_one_goes_on(kanta, files, notice, heard):
    def broken(*_):
        raise OSError("planted")

    old, kanta.client._open = kanta.client._connection(), broken
    files.renew("tls")
    assert kanta.renew() is False
    assert kanta.client._connection() is old
    assert [type(event).__name__ for event in heard] == ["RenewalRefused"]
    del kanta.client._open
    assert kanta.renew()
    assert kanta.client._connection() is not old
    assert kanta.submit(kanta.prepare(notice)).attempts == 1
