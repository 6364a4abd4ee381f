from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from command_parts import EXAMPLES
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

FILE = EXAMPLES / "broad-right.json"


@pytest.fixture
def signed(command, sandbox, tmp_path):
    result = command("sign", "--settings", sandbox.settings_file, FILE)
    assert result.exit_code == 0, result.output
    path = tmp_path / "bundle.json"
    path.write_bytes(result.stdout_bytes)
    return path


def test_build_prints_the_unsigned_bundle_of_one_notice(command, process):
    bundle = json.loads(command("build", FILE).stdout)
    assert (bundle["resourceType"], len(bundle["entry"])) == ("Bundle", 2)
    assert "signature" not in bundle
    result = process("build", "--pretty", FILE)
    assert result.stdout.startswith('{\n  "resourceType"')
    assert json.loads(result.stdout)["entry"][0]["resource"]["resourceType"] == "AuditEvent"


def test_several_notices_about_one_client_make_one_bundle(command, write, good):
    bundle = json.loads(
        command("build", write("two.jsonl", good, good), write("n.json", good)).stdout
    )
    assert len(bundle["entry"]) == 6


def test_notices_about_different_clients_cannot_share_a_bundle(command, sandbox):
    files = [FILE, EXAMPLES / "consent-outside-care.json"]
    built = command("build", *files)
    signed = command("sign", "--settings", sandbox.settings_file, *files)
    assert built.exit_code == signed.exit_code == 1
    assert not built.stdout
    assert "N12" in built.stderr
    assert "N12" in signed.stderr


def test_build_and_sign_tell_the_problems_of_every_file(command, sandbox, write, broken, good):
    one, two = write("one.json", broken), write("two.json", broken)
    for verb in ("build", "sign"):
        result = command("--settings", sandbox.settings_file, verb, write("g.json", good), one, two)
        assert result.exit_code == 1
        assert not result.stdout
        assert result.stderr.count("N05") == 2


def test_a_file_without_a_notice_builds_nothing(command, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", "utf-8")
    assert command("build", empty).exit_code == 1


def test_sign_needs_settings(command):
    result = command("sign", FILE)
    assert result.exit_code == 4
    assert "No settings" in result.stderr


def test_a_signed_bundle_is_valid_by_ca_and_by_settings(command, sandbox, signed):
    ca = sandbox.folder / "ca.crt"
    assert command("verify", "--ca", ca, signed).exit_code == 0
    result = command("verify", "--settings", sandbox.settings_file, "--json", signed)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["valid"], told["structure"]) == (0, True, [])
    assert {"check", "ok", "detail"} == set(told["findings"][0])
    text = command("verify", "--lang", "fi", "--ca", ca, signed).stdout
    assert "pätevä" in text
    assert told["thumbprint"] in text


def test_a_pretty_signed_bundle_is_valid_too(command, sandbox):
    pretty = command("sign", "--pretty", "--settings", sandbox.settings_file, FILE).stdout
    result = command("verify", "--settings", sandbox.settings_file, "-", input=pretty)
    assert result.exit_code == 0, result.output


def test_an_altered_bundle_is_not_valid(command, sandbox, signed):
    bundle = json.loads(signed.read_bytes())
    bundle["entry"][0]["resource"]["recorded"] = "2026-11-12T21:25:01+02:00"
    signed.write_text(json.dumps(bundle), "utf-8")
    result = command("verify", "--ca", sandbox.folder / "ca.crt", "--json", signed)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["valid"]) == (1, False)
    assert [f["check"] for f in told["findings"] if not f["ok"]] == ["content"]


@pytest.mark.parametrize(
    "content", ["{", "[]", "null", '{"entry": [1]}', '{"entry": {"a": 1}}', '{"entry": [{}, {}]}',
                '{"entry":[{"resource":{"resourceType":"AuditEvent","contained":[3]}},{}]}']
)  # fmt: skip
def test_what_is_no_bundle_is_not_valid(command, sandbox, tmp_path, content):
    file = tmp_path / "odd.json"
    file.write_text(content, "utf-8")
    result = command("verify", "--ca", sandbox.folder / "ca.crt", file)
    assert result.exit_code == 1
    assert "NOT valid" in result.stdout


def test_a_bundle_is_judged_as_of_the_moment_asked_for(command, sandbox, signed):
    ca = sandbox.folder / "ca.crt"
    assert command("verify", "--ca", ca, "--at", "2099-01-01T00:00:00Z", signed).exit_code == 1
    wrong = command("verify", "--ca", ca, "--at", "yesterday", signed)
    assert wrong.exit_code == 4
    assert "--at" in wrong.stderr


def test_verify_says_what_is_proven_and_what_is_claimed(command, sandbox, signed):
    ca = sandbox.folder / "ca.crt"
    own = str(sandbox.settings().requester.id)
    text = command("verify", "--ca", ca, signed).stdout
    assert f"{own} (claimed)" in text
    assert "only claimed, outside the signature: who, when, type" in text
    text = command("verify", "--ca", ca, "--signer", own, signed).stdout
    assert f"{own} (as given with --signer)" in text
    assert "only claimed, outside the signature: when, type" in text
    result = command("verify", "--ca", ca, "--signer", "1.2.246.10.1", "--json", signed)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["valid"], told["who_proven_by"]) == (1, False, None)
    assert [f["check"] for f in told["findings"] if not f["ok"]] == ["who"]
    wrong = command("verify", "--ca", ca, "--signer", "urn:oid:1.2", signed)
    assert wrong.exit_code == 4
    assert "OID" in wrong.stderr


def test_verify_with_settings_refuses_certificates_of_another_environment(
    command, sandbox, signed, tmp_path
):
    production = tmp_path / "production.toml"
    text = sandbox.settings_file.read_text().replace("sandbox", "production", 1)
    production.write_text(f"accept_assumed = true\n{text}")
    ca = sandbox.folder / "ca.crt"
    result = command("verify", "--settings", production, "--ca", ca, "--json", signed)
    told = json.loads(result.stdout)
    assert {f["check"] for f in told["findings"] if not f["ok"]} == {"chain"}
    assert "sandbox" in str(told["findings"])


def test_verify_asks_for_trusted_certificates(command, signed):
    result = command("verify", signed)
    assert result.exit_code == 4
    assert "--ca" in result.stderr


def revocation_list(issuer, *serials):
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - timedelta(hours=1))
        .next_update(now + timedelta(hours=1))
    )
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("revoked", [True, False])
def test_a_bundle_of_a_revoked_signer_is_not_valid(command, sandbox, signed, tmp_path, revoked):
    pki, files = sandbox.pki, (tmp_path / "root.crl", tmp_path / "issuing.crl")
    serials = [pki.signing.certificate.serial_number] if revoked else []
    files[0].write_bytes(revocation_list(pki.root))
    files[1].write_bytes(revocation_list(pki.issuing, *serials))
    options = ["--ca", sandbox.folder / "ca.crt", "--crl", files[0], "--crl", files[1], "--json"]
    result = command("verify", *options, signed)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["valid"]) == ((1, False) if revoked else (0, True))
    failed = [f["check"] for f in told["findings"] if not f["ok"]]
    assert failed == (["revocation"] if revoked else [])


def test_a_list_that_is_missing_at_one_level_makes_a_bundle_invalid(
    command, sandbox, signed, tmp_path
):
    file = tmp_path / "issuing.crl"
    file.write_bytes(revocation_list(sandbox.pki.issuing))
    result = command("verify", "--ca", sandbox.folder / "ca.crt", "--crl", file, signed)
    assert result.exit_code == 1
    assert "certificate 2 has no revocation list" in result.stdout
