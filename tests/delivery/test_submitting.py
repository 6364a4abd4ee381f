"""A prepared notice goes out over real mutual TLS and comes back as a receipt."""

import contextlib
import hashlib
import json
import os
import random
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from places import NOTICES

from sha_disclosure import (
    CertificateExpired,
    ConfigurationError,
    DisclosureNotice,
    InvalidNotice,
    KantaClient,
    NotSent,
    Settings,
)
from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import load_edition
from sha_disclosure.fhir.bundle import to_bytes
from sha_disclosure.settings import Retry
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Pki, Sandbox


def read(name: str) -> DisclosureNotice:
    return DisclosureNotice.model_validate_json((NOTICES / name).read_bytes())


@pytest.mark.parametrize("name", sorted(path.name for path in NOTICES.glob("*.json")))
def test_a_notice_of_every_kind_is_stored_as_it_was_signed(kanta, sandbox, name):
    notice = read(name).model_copy(update={"id": None})
    prepared = kanta.prepare(notice)
    receipt = kanta.submit(prepared)
    assert receipt.status.startswith("201")
    stored = sandbox.received()[-1]
    assert stored.notice_id == receipt.notice_id == prepared.notice_ids[0]
    assert stored.body == prepared.body
    assert hashlib.sha256(stored.body).hexdigest() == prepared.digest
    assert all(check.passed for check in stored.checks)
    assert len(stored.checks) > 20


def test_the_receipt_says_where_the_notice_is_and_how_often_it_was_tried(kanta, notice):
    receipt = kanta.submit(kanta.prepare(notice))
    (record,) = receipt.to_dicts()
    assert set(record) == {
        "reference", "notice_id", "request_id", "status", "location", "attempts"
    }  # fmt: skip
    assert record["attempts"] == 1
    assert record["location"].startswith("AuditEvent/")
    assert receipt.response_id
    assert receipt.response_id != receipt.request_id
    assert not receipt.possibly_duplicated


def test_several_notices_about_one_client_are_stored_together(kanta, sandbox):
    first = read("permission-in-kanta.json")
    second = read("permission-to-organisation.json")
    prepared = kanta.prepare([first, second])
    receipt = kanta.submit(prepared)
    assert [n.notice_id for n in receipt.notices] == list(prepared.notice_ids)
    assert len({n.location for n in receipt.notices}) == 2
    assert len(receipt.to_dicts()) == 2


def test_notices_about_two_clients_do_not_go_in_one_message(kanta):
    with pytest.raises(InvalidNotice) as caught:
        kanta.prepare([read("permission-in-kanta.json"), read("broad-right.json")])
    assert [(p.rule, p.path) for p in caught.value.problems] == [("N12", "[1].client")]


def test_problems_of_several_notices_say_which_notice(kanta, notice):
    wrong = notice.model_copy(update={"disclosed_at": notice.recorded_at})
    late = wrong.model_copy(update={"recorded_at": read("disclosed-to-client.json").disclosed_at})
    with pytest.raises(InvalidNotice) as caught:
        kanta.prepare([notice, late])
    assert [(p.rule, p.path) for p in caught.value.problems] == [("N04", "[1].recorded_at")]


def test_preparing_nothing_is_refused(kanta):
    with pytest.raises(ConfigurationError, match="at least one notice"):
        kanta.prepare([])


def test_the_resources_can_be_looked_at_as_typed_fhir_objects(kanta, notice):
    event, provenance = kanta.prepare(notice).resources()
    assert event.__class__.__module__ == "fhir.resources.R4B.auditevent"
    assert provenance.__class__.__module__ == "fhir.resources.R4B.provenance"
    assert provenance.target[0].reference == f"urn:oid:{event.id}"


def test_the_same_clock_and_chance_build_the_same_message(sandbox, notice):
    def once() -> bytes:
        sources = Sources(
            clock=lambda: datetime(2026, 11, 22, 10, tzinfo=UTC), randomness=random.Random(7)
        )
        setup = Setup(sandbox.settings(), load_edition(), sources)
        return to_bytes(build([notice], setup).bundle)

    assert once() == once()


def test_one_connection_and_one_handshake_serve_many_notices(shell, sandbox, notice):
    before = sandbox.handshakes
    kanta = shell.connect(sandbox.settings())
    for _ in range(20):
        kanta.submit(kanta.prepare(notice))
    assert sandbox.handshakes - before == 1


def test_many_threads_may_share_one_client(sandbox, notice):
    with KantaClient(sandbox.settings()) as kanta, ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda _: kanta.submit(kanta.prepare(notice)), range(40)))
    assert len({r.notice_id for r in receipts}) == 40
    assert len({r.request_id for r in receipts}) == 40


def test_a_certificate_that_expires_while_the_client_runs_stops_signing(shell, sandbox, notice):
    moment = datetime.now(UTC)
    times = [moment]
    kanta = shell.connect(sandbox.settings(), sources=Sources(clock=lambda: times[0]))
    times[0] = moment + timedelta(days=5000)
    with pytest.raises(CertificateExpired):
        kanta.prepare(notice)


def test_an_untrusted_service_gets_nothing(shell, sandbox, notice, tmp_path):
    other = Pki(tmp_path)
    settings = sandbox.settings()
    elsewhere = settings.model_copy(
        update={"tls": settings.tls.model_copy(update={"ca": other.folder / "ca.crt"})}
    )
    kanta = shell.connect(elsewhere)
    stored = len(sandbox.received())
    with pytest.raises(NotSent, match="not trusted"):
        kanta.submit(kanta.prepare(notice))
    assert len(sandbox.received()) == stored


@pytest.fixture
def alerting(sandbox):
    """A TLS service that refuses client certificates with an alert, as OpenSSL servers do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sandbox.folder / "server.crt", sandbox.folder / "server.key")
    context.load_verify_locations(sandbox.folder / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)

        def refuse() -> None:
            for _ in range(2):
                plain, _peer = listener.accept()
                plain.settimeout(60)
                raw = socket.socket(fileno=os.dup(plain.fileno()))
                raw.settimeout(60)
                with plain, contextlib.suppress(ssl.SSLError):
                    context.wrap_socket(plain, server_side=True)
                # The alert is out. Closing with the request unread would reset the connection.
                with raw, contextlib.suppress(OSError):
                    while raw.recv(65536):
                        pass

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/fhir"
        thread.join(5)


def test_a_client_certificate_the_service_refuses_means_not_sent(
    shell, sandbox, notice, tmp_path, alerting
):
    pki = Pki(sandbox.folder)
    certificate, key = pki.issue("client", "client", issuer=pki.rogue()).write(tmp_path, "tls")
    settings = sandbox.settings()
    tls = settings.tls.model_copy(update={"certificate": certificate, "key": key})
    changed = {"tls": tls, "base_url": alerting, "retry": Retry(attempts=2)}
    kanta = shell.connect(settings.model_copy(update=changed))
    with pytest.raises(NotSent, match="TLS: tlsv1 alert unknown ca") as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 2


def test_a_certificate_that_is_not_for_clients_is_refused_before_any_connection(
    shell, sandbox, tmp_path
):
    certificate, key = Pki(sandbox.folder).issue("client", "server").write(tmp_path, "tls")
    settings = sandbox.settings()
    tls = settings.tls.model_copy(update={"certificate": certificate, "key": key})
    with pytest.raises(ConfigurationError):
        shell.connect(settings.model_copy(update={"tls": tls}))


def test_a_real_identity_code_never_leaves_a_test_environment(shell, sandbox, notice):
    digits, alphabet = "010594123", "0123456789ABCDEFHJKLMNPRSTUVWXY"
    real = f"010594-123{alphabet[int(digits) % 31]}"
    for environment in ("sandbox", "at"):
        settings = sandbox.settings().model_copy(update={"environment": environment})
        kanta = shell.connect(settings)
        data = json.loads((NOTICES / "broad-right.json").read_text("utf-8"))
        data["client"]["personal_id"] = real
        with pytest.raises(InvalidNotice) as caught:
            kanta.prepare(DisclosureNotice.model_validate(data))
        assert [p.rule for p in caught.value.problems] == ["N13"]
        assert real not in str(caught.value)


def test_production_refuses_values_that_are_only_assumed(tmp_path):
    Pki(tmp_path, organisation="Esimerkin hyvinvointialue")
    with Sandbox(tmp_path) as sandbox:
        settings = sandbox.settings().model_copy(update={"environment": "production"})
        with pytest.raises(ConfigurationError, match="only assumed"):
            KantaClient(settings)
        KantaClient(settings.model_copy(update={"accept_assumed": True})).close()


def test_production_refuses_the_keys_of_the_sandbox(sandbox):
    update = {"environment": "production", "accept_assumed": True}
    with pytest.raises(ConfigurationError, match="sandbox's own PKI"):
        KantaClient(sandbox.settings().model_copy(update=update))


def test_the_proxy_variables_of_the_environment_are_ignored(sandbox, notice, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with KantaClient(sandbox.settings()) as kanta:
        assert kanta.submit(kanta.prepare(notice)).attempts == 1
    told = sandbox.settings().model_dump() | {"proxy": "environment"}
    client = KantaClient(Settings(**told), sources=Sources(sleep=lambda _: None))
    with client as kanta, pytest.raises(NotSent):
        kanta.submit(kanta.prepare(notice))


def test_an_edition_of_ones_own_changes_what_is_sent(shell, sandbox, notice, tmp_path):
    own = tmp_path / "ours.toml"
    own.write_text(
        'name = "ours-1"\nbased_on = "kanta-1.0.0"\n'
        "[header.request_id]\n"
        'value = { name = "X-Own-Request-Id", value = "{request_id}" }\n'
        'status = "confirmed"\nsource = "a test"\n',
        "utf-8",
    )
    settings = sandbox.settings().model_copy(update={"edition": str(own)})
    kanta = shell.connect(settings)
    refused = len(sandbox.refusals())
    with pytest.raises(Exception, match="refused"):
        kanta.submit(kanta.prepare(notice))  # the sandbox keeps to the shipped edition
    assert len(sandbox.refusals()) == refused + 1
