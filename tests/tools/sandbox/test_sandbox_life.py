"""Starting, stopping, starting again; what the sandbox writes, shows and keeps to itself."""

import gc
import logging
import socket
import stat
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import wire_messages as m
from cryptography import x509
from sandbox_caller import Caller, plain_http
from sockets import free_port

from sha_disclosure.editions import load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Pki, Sandbox


@pytest.fixture
def pages(shared):
    with plain_http(shared.admin_url) as http:
        yield http


def test_a_sandbox_without_folder_leaves_nothing_behind():
    with Sandbox() as sandbox:
        folder = sandbox.folder
        assert (folder / "ca.crt").exists()
    assert not folder.exists()


def test_a_folder_keeps_notices_and_keys(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        caller = Caller(sandbox)
        content = m.bundle()
        identifier = "6f1d7f6e-9c4e-4a0a-8f3e-6a1a3ed0b9b1"
        assert caller.post(content, X_Request_Id=identifier).status_code == 200
        authority = sandbox.pki.root.sha256
        caller.close()
    with Sandbox(tmp_path) as sandbox:
        caller = Caller(sandbox)
        assert sandbox.pki.root.sha256 == authority
        assert [r.notice_id for r in sandbox.received()] == [content["entry"][0]["resource"]["id"]]
        assert caller.post(content).status_code == 200
        assert [r.deliveries for r in sandbox.received()] == [2]
        assert caller.post(X_Request_Id=identifier).status_code == 400
        caller.close()


def test_one_notice_is_returned_by_its_id(caller, shared):
    ids = []
    for _ in range(2):
        content = m.bundle()
        ids.append(content["entry"][0]["resource"]["id"])
        assert caller.post(content).status_code == 200
    for each in ids:
        assert [r.notice_id for r in shared.received(each)] == [each]
    assert shared.received("1.2.3") == []


def test_a_folder_whose_certificates_have_expired_gets_new_ones(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        old = sandbox.pki.root.sha256
    later = datetime.now(UTC) + timedelta(days=800)
    assert Pki(tmp_path, now=lambda: later).root.sha256 != old


def test_another_kind_of_key_makes_new_certificates(tmp_path):
    old = Pki(tmp_path).root.sha256
    assert Pki(tmp_path).root.sha256 == old
    assert Pki(tmp_path, key_kind="P-384").root.sha256 != old


def test_a_start_that_fails_says_why_however_long_its_thread_takes_to_end(monkeypatch):
    run = Sandbox._run

    def slowly(sandbox, started):
        run(sandbox, started)
        time.sleep(0.2)

    monkeypatch.setattr(Sandbox, "_run", slowly)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigurationError, match="taken"):
            Sandbox(port=other.getsockname()[1]).start()


def test_a_port_that_is_taken_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for ports in ({"port": port}, {"admin_port": port}):
            with pytest.raises(ConfigurationError, match=f"port {port} .*taken"):
                Sandbox(**ports).start()


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ConfigurationError, match="folder"):
        Sandbox(file).start()


def test_a_port_can_be_chosen():
    port = free_port()
    with Sandbox(port=port) as sandbox:
        assert sandbox.base_url == f"https://127.0.0.1:{port}/fhir"


def test_a_sandbox_starts_once():
    with Sandbox() as sandbox, pytest.raises(ConfigurationError, match="already"):
        sandbox.start()


def test_a_sandbox_can_be_stopped_twice():
    sandbox = Sandbox().start()
    sandbox.stop()
    sandbox.stop()


def test_stopping_closes_what_is_open_and_what_is_half_open():
    sandbox = Sandbox().start()
    caller = Caller(sandbox)
    assert caller.post().status_code == 200
    port = int(sandbox.base_url.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(b"\x16\x03\x01")
        sandbox.stop()
        gc.collect()
    caller.close()


def test_the_settings_file_is_one_the_client_can_load(shared):
    settings = shared.settings()
    assert isinstance(settings, Settings)
    assert settings.environment == "sandbox"
    assert settings.base_url == shared.base_url
    assert Path(str(settings.tls.certificate)).read_bytes() == shared.pki.client.certificate_pem
    written = tomllib.loads(shared.settings_file.read_text("utf-8"))
    assert list(written) == [
        "environment", "base_url", "edition", "system", "subscriber", "tls", "signing",
    ]  # fmt: skip
    assert written["tls"] == {"certificate": "tls.crt", "key": "tls.key", "ca": "ca.crt"}


def test_an_edition_of_ones_own_rules_and_travels_with_the_settings(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text(
        'name = "ours-1"\nbased_on = "kanta-1.0.0"\n[header.request_id]\n'
        'value = { name = "X-Our-Id", value = "{request_id}" }\n'
        'status = "confirmed"\nsource = "a \\"quoted\\" page"\n'
    )
    edition = load_edition(file)
    with Sandbox(tmp_path / "box", edition=edition) as sandbox:
        caller = Caller(sandbox)
        assert caller.post().status_code == 400
        answer = caller.post(X_Our_Id="6f1d7f6e-9c4e-4a0a-8f3e-6a1a3ed0b9b1")
        assert answer.status_code == 200
        caller.close()
        loaded = load_edition(sandbox.settings().edition)
    assert (loaded.name, loaded.wire) == (edition.name, edition.wire)


def test_private_keys_are_the_owners_alone(shared):
    for name in ("tls", "signing", "server"):
        assert stat.S_IMODE((shared.folder / f"{name}.key").stat().st_mode) == 0o600


def test_chains_are_leaf_first_without_the_root(shared):
    for name in ("tls", "signing", "server"):
        chain = x509.load_pem_x509_certificates((shared.folder / f"{name}.crt").read_bytes())
        assert len(chain) == 2
        chain[0].verify_directly_issued_by(chain[1])
        chain[1].verify_directly_issued_by(shared.pki.root.certificate)


@pytest.mark.parametrize("kind", ["P-384", "RSA-2048"])
def test_a_sandbox_of_other_keys_works(kind):
    with Sandbox(key_kind=kind) as sandbox:
        caller = Caller(sandbox)
        assert caller.post().status_code == 200
        caller.close()


def test_the_clock_is_a_parameter():
    moment = datetime.now(UTC) + timedelta(hours=2)
    with Sandbox(sources=Sources(clock=lambda: moment)) as sandbox:
        caller = Caller(sandbox)
        assert caller.post().status_code == 401
        caller.close()
        assert [f.check_name() for f in sandbox.refusals()[0].findings] == ["token: times"]


def test_the_pages_show_notices_and_every_check(caller, shared, pages):
    caller.post()
    caller.post(Accept="*/*")
    received = shared.received()[-1]
    page = pages.get("/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert received.notice_id in page.text
    assert "Laaja tiedonsaantioikeus" in page.text
    assert "Accept is not as the edition" in page.text
    detail = pages.get(f"/notices/{received.notice_id}").text
    assert all(check.check_name() in detail for check in received.checks)
    assert "ES256" in detail
    finnish = pages.get(f"/notices/{received.notice_id}", headers={"Accept-Language": "fi"}).text
    assert all(check.check_name("fi") in finnish for check in received.checks)
    assert 'lang="fi"' in finnish
    assert pages.get("/notices/1.2.3").status_code == 404


def test_the_admin_calls_answer_in_json(caller, shared, pages):
    caller.post()
    assert pages.get("/admin/notices").json()[-1]["notice_id"] == shared.received()[-1].notice_id
    assert pages.get("/admin/counts").json()["notices"] == len(shared.received())
    assert isinstance(pages.get("/admin/refusals").json(), list)


def test_the_admin_port_listens_to_its_own_name_only(pages):
    assert pages.get("/", headers={"Host": "attacker.example"}).status_code == 403


def test_nothing_of_a_message_leaks(caller, shared, pages, caplog):
    caplog.set_level(logging.DEBUG)
    secrets = [*m.SECRETS, "PLANTED", "<script>"]
    content = m.changed(m.bundle(), ("entry", 0, "resource", "PLANTED<script>"), {"PLANTED": "x"})
    for step in ("period", "recorded", "id", "agent", "entity", "contained", "purposeOfEvent"):
        changed = m.changed(content, ("entry", 0, "resource", step), "PLANTED <script>")
        answer = caller.post(changed)
        assert answer.status_code == 400
        assert not any(secret in answer.text for secret in secrets)
    bearer = m.token({**caller.claims(), "PLANTED": "PLANTED"}, shared.pki.signing)
    assert caller.post(bearer=bearer).content == b""
    caller.post(X_Other="PLANTED")
    caller.http.get(shared.base_url + "/PLANTED")
    caller.post()
    shown = [pages.get(p).text for p in ("/", "/admin/notices", "/admin/refusals")]
    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("http")]
    shown += [*logged, repr(shared.received()), repr(shared.refusals())]
    assert [secret for secret in secrets if any(secret in text for text in shown)] == []
