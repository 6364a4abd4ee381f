"""A renewal in the middle of many submissions: all accepted, none retried, two certificates."""

import asyncio
import sys
import threading
from collections import Counter

import pytest
from proofs import lengths
from shells import Shell

from sha_disclosure import KantaClient, Outbox
from sha_disclosure.events import AttemptEnded, CertificateRenewed, RetryScheduled
from sha_disclosure.sources import Sources


def submitted(shell: Shell, notice, count: int, midway) -> list:
    """Submit many notices, eight at a time; call ``midway`` once a third of them began."""
    lock, begun = threading.Lock(), [0]

    def begin() -> None:
        with lock:
            begun[0] += 1
            if begun[0] == count // 3:
                threading.Thread(target=midway).start()

    if shell.kind == "sync":

        def one(_):
            begin()
            return shell.client.submit(shell.client.prepare(notice))

    else:
        limit = asyncio.Semaphore(8)

        async def one(_):
            async with limit:
                begin()
                return await shell.client.submit(shell.client.prepare(notice))

    return shell.together(one, range(count))


@pytest.mark.parametrize("count", lengths(20, 200))
@pytest.mark.parametrize("asked", [False, True], ids=["by itself", "asked to"])
def test_all_are_accepted_at_the_first_attempt_and_two_certificates_are_seen(
    asked, shell, files, sandbox, notice, count
):
    heard: list = []
    settings = sandbox.settings().model_copy(update={"renewal_s": 3600.0 if asked else 0.02})
    shell.connect(settings, sources=Sources(), listeners=[heard.append])
    old, new = (sandbox.pki.client.sha256, sandbox.pki.signing.sha256), []

    def renewal() -> None:
        new.extend([files.renew("tls"), files.renew("signing")])
        if asked and shell.kind == "sync":
            shell.client.renew()
        elif asked:
            asyncio.run_coroutine_threadsafe(shell.client.renew(), shell._loop).result()

    receipts = submitted(shell, notice, count, renewal)
    assert [receipt.attempts for receipt in receipts] == [1] * count
    ended = Counter(event.outcome for event in heard if isinstance(event, AttemptEnded))
    assert ended == {"Stored": count}
    assert not [event for event in heard if isinstance(event, RetryScheduled)]
    assert sandbox.certificates_seen == {old[0], new[0]}
    assert sandbox.connections == sandbox.handshakes
    received = sandbox.received()
    assert {r.notice_id for r in received} == {receipt.notice_id for receipt in receipts}
    assert {r.signing_sha256 for r in received} == {old[1], new[1]}
    assert {r.deliveries for r in received} == {1}
    renewed = {event.thumbprint for event in heard if isinstance(event, CertificateRenewed)}
    assert renewed == set(new)
    sys.stdout.write(
        f"{shell.kind}: {count} submissions, {len(receipts)} accepted, 0 retries, "
        f"{sandbox.handshakes} handshakes, 2 client certificates\n"
    )


@pytest.mark.parametrize("count", lengths(20, 200))
def test_many_renewals_one_after_the_other_hinder_nothing(shell, files, sandbox, notice, count):
    heard: list = []
    settings = sandbox.settings().model_copy(update={"renewal_s": 0.005})
    shell.connect(settings, sources=Sources(), listeners=[heard.append])
    done = threading.Event()

    def renewing() -> None:
        while not done.wait(0.01):
            files.renew("tls")

    renewer = threading.Thread(target=renewing)
    renewer.start()
    receipts = submitted(shell, notice, count, lambda: None)
    done.set()
    renewer.join()
    assert [receipt.attempts for receipt in receipts] == [1] * count
    assert len(sandbox.certificates_seen) > 2
    assert sandbox.connections == sandbox.handshakes
    assert not [event for event in heard if isinstance(event, RetryScheduled)]


def test_a_drain_goes_on_through_a_renewal(files, sandbox, notice, tmp_path):
    settings = sandbox.settings().model_copy(update={"renewal_s": 0.02})
    old = sandbox.pki.client.sha256
    with KantaClient(settings) as kanta, Outbox(tmp_path / "outbox.sqlite") as outbox:
        for _ in range(12):
            outbox.add(kanta.prepare(notice))
        kanta.submit(kanta.prepare(notice))
        threading.Timer(0.05, files.renew, ["tls"]).start()
        report = outbox.drain(kanta, workers=2)
        assert (report.delivered, report.postponed, report.parked) == (12, 0, 0)
        files.renew("tls")
        assert kanta.renew()
        outbox.add(kanta.prepare(notice))
        assert outbox.drain(kanta).delivered == 1
    assert old in sandbox.certificates_seen
    assert len(sandbox.certificates_seen) >= 2
