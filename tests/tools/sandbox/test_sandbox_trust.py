"""Signing certificates have a trust file of their own, apart from that of TLS clients."""

import pytest
import wire_messages as messages
from sandbox_caller import Caller

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.sandbox import Pki, Sandbox
from tests.authority import edition_with


@pytest.fixture(scope="module")
def signers(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("signers"))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory, signers):
    folder = tmp_path_factory.mktemp("apart")
    (folder / "signing-ca.crt").write_bytes((signers.folder / "ca.crt").read_bytes())
    with Sandbox(folder) as running:
        yield running


@pytest.mark.parametrize(("issuer", "status"), [("signing-ca.crt", 200), ("ca.crt", 401)])
def test_only_the_trust_file_of_signing_certificates_counts_for_signatures(
    sandbox, signers, issuer, status
):
    caller = Caller(sandbox)
    if issuer == "signing-ca.crt":
        caller.pki = signers
    try:
        assert caller.post().status_code == status
    finally:
        caller.close()


def test_a_trust_file_that_cannot_be_read_stops_the_sandbox(tmp_path):
    (tmp_path / "signing-ca.crt").write_text("nothing")
    with pytest.raises(ConfigurationError, match=r"signing-ca\.crt"):
        Sandbox(tmp_path).start()


@pytest.mark.parametrize(
    ("strictness", "holder", "status"),
    [
        ("warn", "1.2.246.10.99887766.10.0", 200),
        ("refuse", "1.2.246.10.99887766.10.0", 400),
        ("refuse", messages.REQUESTER, 200),
        ("refuse", None, 200),
        ("off", "1.2.246.10.99887766.10.0", 200),
    ],
)
def test_a_certificate_of_another_organisation_is_warned_of_or_refused_as_the_edition_says(
    tmp_path, strictness, holder, status
):
    edition = edition_with(trust={"subject_serial_number": strictness})
    with Sandbox(tmp_path, edition=edition) as running:
        caller = Caller(running)
        own = running.pki.issue("Signer", "signing", holder=holder)
        answer = caller.post(signed=messages.sign(messages.bundle(), own))
        caller.close()
        assert answer.status_code == status
        if status == 400:
            assert "serialNumber names an organisation other" in answer.text
            return
        (check,) = [c for c in running.received()[0].checks if c.check == "who"]
        assert check.passed
        warned = strictness == "warn"
        assert ("serialNumber" in check.text()) is warned


def test_a_tls_certificate_signs_no_message(sandbox, signers):
    caller = Caller(sandbox)
    caller.pki = signers
    answer = caller.post(signed=messages.sign(messages.bundle(), signers.client))
    caller.close()
    assert answer.status_code == 400
    assert "is for another use (extended key usage clientAuth)" in answer.text
