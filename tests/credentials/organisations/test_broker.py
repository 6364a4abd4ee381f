"""A broker (välittäjä) signs for its customers where the edition says it may."""

import pytest
from three_organisations import FIRST, SECOND

from sha_disclosure import KantaClient
from sha_disclosure.credentials import load_credentials
from sha_disclosure.editions import load_edition
from sha_disclosure.tools.sandbox import Sandbox


@pytest.fixture
def allowed(tmp_path):
    file = tmp_path / "edition.toml"
    file.write_text(
        'name = "ours"\nbased_on = "kanta-1.0.0"\n[content_signature.broker]\nvalue = "allowed"\n'
    )
    return load_edition(file)


def test_the_broker_s_certificate_signs_and_each_customer_is_the_requester(allowed, notice_of):
    with Sandbox() as sandbox:
        for requester in (FIRST, SECOND):
            sandbox.add_organisation(requester, "Asiakas", own=())
        with KantaClient(sandbox.settings(), edition=allowed) as kanta:
            for requester in (FIRST, SECOND):
                kanta.submit(kanta.prepare(notice_of(requester)))
        broker = sandbox.pki.signing.sha256
        told = [(r.requester, r.signing_sha256, r.token_sha256) for r in sandbox.received()]
        assert told == [(FIRST, broker, broker), (SECOND, broker, broker)]


def test_customers_of_one_broker_share_its_keys_loaded_once(allowed, monkeypatch):
    loads = []

    def counted(*arguments, **options):
        loads.append(arguments)
        return load_credentials(*arguments, **options)

    monkeypatch.setattr("sha_disclosure.credentials.store.load_credentials", counted)
    with Sandbox() as sandbox:
        for requester in (FIRST, SECOND):
            sandbox.add_organisation(requester, "Asiakas", own=())
        with KantaClient(sandbox.settings(), edition=allowed) as kanta:
            first, second = (kanta._connection(each).credentials for each in (FIRST, SECOND))
            assert first is second
    assert len(loads) == 1
