"""Each notice carries its own organisation's signature and token: the sandbox proves it."""

from collections import Counter

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from proofs import lengths
from three_organisations import FIRST, REGISTER, SECOND, THIRD

from sha_disclosure import Rejected, Unauthorized
from sha_disclosure.tools.sandbox import Sandbox

SENDERS = {FIRST: FIRST, SECOND: SECOND, REGISTER: THIRD}
"""Who sends for which controller."""


def thumbprint(sandbox: Sandbox, requester: str, use: str) -> str:
    file = sandbox.folder / "organisations" / requester / f"{use}.crt"
    return x509.load_pem_x509_certificates(file.read_bytes())[0].fingerprint(SHA256()).hex()


def expected(sandbox: Sandbox, requester: str) -> tuple[str, str, str]:
    token = "token" if requester == SECOND else "signing"
    signing = thumbprint(sandbox, requester, "signing")
    return requester, signing, thumbprint(sandbox, requester, token)


def seen(sandbox: Sandbox, notice_id: str) -> tuple[str, str, str]:
    (received,) = (r for r in sandbox.received() if r.notice_id == notice_id)
    return received.requester, received.signing_sha256, received.token_sha256


def test_in_turn_each_notice_is_signed_and_sent_by_its_own_organisation(kanta, sandbox, notice_of):
    for controller, requester in [*SENDERS.items()] * 2:
        prepared = kanta.prepare(notice_of(controller))
        assert prepared.organisation == requester
        kanta.submit(prepared)
        assert seen(sandbox, *prepared.notice_ids) == expected(sandbox, requester)


@pytest.mark.parametrize("each", lengths(2, 10))
def test_at_once_each_notice_is_signed_and_sent_by_its_own_organisation(
    shell, sandbox, notice_of, each
):
    kanta = shell.connect(sandbox.settings())
    notices = [notice_of(controller) for controller in [*SENDERS] * each]
    receipts = shell.together(lambda one: kanta.client.submit(kanta.prepare(one)), notices)
    counts = Counter(seen(sandbox, receipt.notice_id) for receipt in receipts)
    assert counts == {expected(sandbox, requester): each for requester in SENDERS.values()}


def test_ids_and_subscriber_are_the_organisation_s(kanta, sandbox, notice_of):
    prepared = kanta.prepare(notice_of(REGISTER))
    assert all(each.startswith(f"{THIRD}.95.") for each in prepared.notice_ids)
    bundle = prepared.bundle()
    assert bundle["entry"][1]["resource"]["id"].startswith(f"{THIRD}.95.")
    assert bundle["signature"]["who"]["identifier"]["value"] == f"urn:oid:{THIRD}"
    host = kanta.client.settings.subscriber
    settings = kanta.client._setup.organisations[prepared.organisation]
    assert (settings.subscriber, str(settings.requester.id)) == (host, THIRD)


def test_organisations_with_one_tls_client_share_an_endpoint_and_others_have_their_own(
    kanta, sandbox, notice_of
):
    for controller in SENDERS:
        kanta.submit(kanta.prepare(notice_of(controller)))
    endpoints = [
        kanta.client._connection(requester).endpoint for requester in (FIRST, SECOND, THIRD)
    ]
    assert endpoints[0] is endpoints[1]
    assert endpoints[2] is not endpoints[0]
    assert thumbprint(sandbox, THIRD, "tls") in sandbox.certificates_seen
    assert sandbox.pki.client.sha256 in sandbox.certificates_seen


@pytest.mark.parametrize("use", ["signing", "token"])
def test_another_organisation_s_certificate_is_refused_with_a_finding(
    shell, sandbox, notice_of, use
):
    settings = sandbox.settings()
    _, second, third = settings.organisation
    wrong = second.model_copy(update={use: third.signing})
    kanta = shell.connect(settings.model_copy(update={"organisation": (wrong,)}))
    prepared = kanta.prepare(notice_of(SECOND))
    with pytest.raises(Rejected if use == "signing" else Unauthorized):
        kanta.submit(prepared)
    told = {finding.check_name(): finding.message for finding in sandbox.refusals()[-1].findings}
    check = "content signature: signer" if use == "signing" else "token: signer"
    assert "another organisation's" in told[check]
