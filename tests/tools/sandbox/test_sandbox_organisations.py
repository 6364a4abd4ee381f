"""The sandbox knows whose certificate is whose."""

import wire_messages as messages
from sandbox_caller import Caller

from sha_disclosure.tools.sandbox import Sandbox

OTHER = "1.2.246.10.10000009.10.0"


def findings(sandbox):
    return {(f.check_name(), f.message) for f in sandbox.refusals()[-1].findings}


def test_a_registered_certificate_speaks_for_nobody_else(tmp_path):
    """Neither for an organisation that nobody registered."""
    with Sandbox(tmp_path) as sandbox:
        sandbox.add_organisation(OTHER, "Toinen")
        own = sandbox.pki.kept(tmp_path / "organisations" / OTHER, "signing", "", "signing")
        caller = Caller(sandbox)
        assert caller.post().status_code == 200
        signed = messages.sign(messages.bundle(), own)
        assert caller.post(signed=signed).status_code == 400
        why = "the certificate is another organisation's: it may not sign for this requester"
        assert ("content signature: signer", why) in findings(sandbox)
        bearer = messages.token(caller.claims(), own)
        assert caller.post(bearer=bearer).status_code == 401
        made = why.replace("sign for", "create tokens for")
        assert findings(sandbox) == {("token: signer", made)}
        caller.close()


def test_received_tells_requester_and_certificates(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        caller = Caller(sandbox)
        assert caller.post().status_code == 200
        caller.close()
        (received,) = sandbox.received()
        signing = sandbox.pki.signing.sha256
        assert (received.signing_sha256, received.token_sha256) == (signing, signing)
        assert received.requester in caller.claims()["iss"]


def test_an_organisation_keeps_its_certificate_with_the_folder(tmp_path):
    prints = []
    for _ in range(2):
        with Sandbox(tmp_path) as sandbox:
            sandbox.add_organisation(OTHER, "Toinen", controllers=["1.2.3"])
            (table,) = sandbox.settings().organisation
            prints.append(table.signing.certificate.read_bytes())
            assert [str(each) for each in table.controllers] == ["1.2.3"]
    assert prints[0] == prints[1]
