"""One organisation's renewal is its own: the others neither wait for it nor change with it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from sha_disclosure import CertificateExpired, DisclosureNotice, KantaClient
from sha_disclosure.events import CertificateRenewed, RenewalRefused
from sha_disclosure.outbox import Outbox, Timing

FIRST, SECOND = "1.2.246.10.10000001.10.0", "1.2.246.10.10000002.10.0"


@pytest.fixture
def organisations(sandbox):
    for requester in (FIRST, SECOND):
        sandbox.add_organisation(requester, "Vuokralainen")
    return sandbox


@pytest.fixture
def notice_of(notice):
    def made(controller: str) -> DisclosureNotice:
        data = notice.model_dump(mode="json", exclude_none=True)
        data["controller"]["oid"] = controller
        return DisclosureNotice.model_validate(data)

    return made


def renewed_signing(sandbox, requester) -> str:
    made = sandbox.pki.issue("Renewed", "signing")
    made.write(sandbox.folder / "organisations" / requester, "signing")
    for use in ("signing", "token"):
        sandbox.allow(requester, use, made.sha256)
    return made.sha256


def test_only_the_organisation_whose_files_changed_gets_new_keys(
    shell, organisations, notice_of, heard
):
    kanta = shell.connect(organisations.settings(), listeners=[heard.append])
    first, second = (kanta.client._connection(each).credentials for each in (FIRST, SECOND))
    new = renewed_signing(organisations, SECOND)
    assert kanta.renew()
    assert kanta.client._connection(FIRST).credentials is first
    assert kanta.client._connection(SECOND).credentials.tls is second.tls
    assert [event.thumbprint for event in heard] == [new]
    for controller in (FIRST, SECOND):
        kanta.submit(kanta.prepare(notice_of(controller)))
    assert organisations.received()[-1].signing_sha256 == new


def test_a_broken_renewal_of_one_does_not_hold_up_another(shell, organisations, notice_of, heard):
    kanta = shell.connect(organisations.settings(), listeners=[heard.append])
    (organisations.folder / "organisations" / FIRST / "signing.crt").write_bytes(b"garbage")
    new = renewed_signing(organisations, SECOND)
    assert kanta.renew() is False
    assert [type(event) for event in heard] == [RenewalRefused, CertificateRenewed]
    assert heard[1].thumbprint == new
    for controller in (FIRST, SECOND):
        assert kanta.submit(kanta.prepare(notice_of(controller))).attempts == 1


def test_the_shared_tls_client_is_renewed_for_all_and_still_shared(
    shell, organisations, files, notice_of, heard
):
    kanta = shell.connect(organisations.settings(), listeners=[heard.append])
    new = files.renew("tls")
    assert kanta.renew()
    assert [(event.use, event.thumbprint) for event in heard] == [("tls", new)]
    assert kanta.client._connection(FIRST).endpoint is kanta.client._connection(SECOND).endpoint
    for controller in (FIRST, SECOND):
        kanta.submit(kanta.prepare(notice_of(controller)))
    assert organisations.certificates_seen == {new}
    assert organisations.handshakes == 1


LAST_WEEK = datetime.now(UTC) - timedelta(days=7)


def expired(sandbox, requester) -> None:
    ends = LAST_WEEK + timedelta(days=1)
    made = sandbox.pki.issue("Expired", "signing", begins=LAST_WEEK, ends=ends)
    made.write(sandbox.folder / "organisations" / requester, "signing")


def test_a_certificate_that_expired_before_the_start_holds_up_its_own_organisation_only(
    shell, organisations, notice_of, heard
):
    expired(organisations, FIRST)
    kanta = shell.connect(organisations.settings(), listeners=[heard.append])
    assert kanta.submit(kanta.prepare(notice_of(SECOND))).attempts == 1
    with pytest.raises(CertificateExpired, match=r"signing\.crt"):
        kanta.prepare(notice_of(FIRST))
    assert kanta.renew() is False
    (refused,) = (event for event in heard if isinstance(event, RenewalRefused))
    assert (refused.uses, refused.outcome) == (("tls", "signing", "token"), "CertificateExpired")
    new = renewed_signing(organisations, FIRST)
    assert kanta.renew()
    prepared = kanta.prepare(notice_of(FIRST))
    assert (kanta.submit(prepared).attempts, prepared.certificate) == (1, new)
    assert kanta.client._connection(FIRST).endpoint is kanta.client._connection(SECOND).endpoint


def test_with_no_certificate_left_no_client_is_made(shell, organisations):
    for requester in (FIRST, SECOND):
        expired(organisations, requester)
    with pytest.raises(CertificateExpired):
        shell.connect(organisations.settings())


def test_a_drain_with_nothing_to_do_looks_too(sandbox, files, heard, tmp_path):
    settings = sandbox.settings().model_copy(update={"renewal_s": 0.02})
    stop = threading.Event()
    with (
        KantaClient(settings, listeners=[heard.append]) as kanta,
        Outbox(tmp_path / "outbox.sqlite") as outbox,
    ):
        timing = Timing(poll_s=0.02)
        options = {"until_empty": False, "stop": stop, "timing": timing, "workers": 1}
        drain = threading.Thread(target=outbox.drain, args=(kanta,), kwargs=options)
        drain.start()
        new = files.renew("tls")
        for _ in range(500):
            if any(isinstance(event, CertificateRenewed) for event in heard):
                break
            stop.wait(0.02)
        stop.set()
        drain.join()
        renewed = [event for event in heard if isinstance(event, CertificateRenewed)]
        assert [event.thumbprint for event in renewed] == [new]
