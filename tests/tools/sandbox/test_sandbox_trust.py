"""Signing certificates have a trust file of their own, apart from that of TLS clients."""

import pytest
from sandbox_caller import Caller

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.sandbox import Pki, Sandbox


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
