"""A broken renewal changes nothing but an event, and mending it later works."""

from datetime import UTC, datetime, timedelta

import pytest
from proofs import sample
from renewing import FAULTS

from sha_disclosure.events import CertificateRenewed, RenewalRefused
from sha_disclosure.sources import Sources


def told(heard, kind):
    return [event for event in heard if isinstance(event, kind)]


@pytest.mark.parametrize(
    "fault",
    sample((pytest.param((how, name)) for how in FAULTS for name in ("tls", "signing")), every=5),
)
def test_the_old_identity_goes_on_until_the_fault_is_mended(
    fault, kanta, files, sandbox, notice, heard
):
    how, name = fault
    before = sandbox.pki.client.sha256, sandbox.pki.signing.sha256
    kanta.submit(kanta.prepare(notice))
    handshakes = sandbox.handshakes
    files.break_(how, name)
    assert kanta.renew() is False
    assert kanta.renew() is False
    (refused,) = told(heard, RenewalRefused)
    uses = ("tls",) if name == "tls" else ("signing", "token")
    assert refused.uses == uses
    assert refused.outcome in {"ConfigurationError", "KeyUnavailable", "CertificateExpired"}
    assert f"{name}." in refused.reason
    prepared = kanta.prepare(notice)
    assert prepared.certificate == before[1]
    assert kanta.submit(prepared).attempts == 1
    assert sandbox.handshakes == handshakes
    assert sandbox.certificates_seen == {before[0]}
    mended = files.renew(name)
    assert kanta.renew() is True
    renewed = [(event.use, event.thumbprint) for event in told(heard, CertificateRenewed)]
    assert renewed == [(name, mended)]
    prepared = kanta.prepare(notice)
    assert prepared.certificate == (mended if name == "signing" else before[1])
    assert kanta.submit(prepared).attempts == 1
    assert sandbox.certificates_seen == {before[0], *([mended] if name == "tls" else [])}
    assert sandbox.received()[-1].token_sha256 == prepared.certificate


def test_a_fault_is_told_anew_when_the_files_change_again(kanta, files, heard):
    files.break_("the key is empty", "tls")
    kanta.renew()
    files.break_("the certificate is garbage", "tls")
    kanta.renew()
    reasons = [event.reason for event in told(heard, RenewalRefused)]
    assert len(set(reasons)) == 2


def test_files_put_back_as_they_were_need_no_renewal(kanta, files, sandbox, heard):
    kept = (sandbox.folder / "tls.crt").read_bytes()
    files.break_("the certificate is garbage", "tls")
    assert kanta.renew() is False
    (sandbox.folder / "tls.crt").write_bytes(kept)
    assert kanta.renew() is True
    assert [type(event) for event in heard] == [RenewalRefused]


def test_a_certificate_that_was_not_valid_yet_is_taken_when_its_time_comes(
    shell, files, sandbox, heard
):
    """With no further change of the files, and told of once."""
    moment = [datetime.now(UTC)]
    sources = Sources(clock=lambda: moment[0])
    kanta = shell.connect(sandbox.settings(), sources=sources, listeners=[heard.append])
    mended = files.renew("signing", begins=moment[0] + timedelta(hours=1))
    assert kanta.renew() is False
    moment[0] += timedelta(hours=2)
    assert kanta.renew() is True
    assert [type(event) for event in heard] == [RenewalRefused, CertificateRenewed]
    assert heard[1].thumbprint == mended


def test_an_event_shows_no_key_and_no_holder(kanta, files, sandbox, heard):
    for how in FAULTS:
        files.break_(how, "signing")
        kanta.renew()
    text = repr(heard)
    assert len(told(heard, RenewalRefused)) == len(FAULTS)
    assert "Renewed" not in text.replace("CertificateRenewed", "")
    lines = sandbox.pki.signing.key_pem.decode().splitlines()[1:-1]
    assert not [line for line in lines if line in text]


def test_an_unforeseen_fault_is_told_by_its_class(kanta, files, heard, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("sha_disclosure.credentials.store.load_credentials", broken)
    files.renew("tls")
    assert kanta.renew() is False
    assert heard == [RenewalRefused(("tls",), "ZeroDivisionError", "ZeroDivisionError")]
