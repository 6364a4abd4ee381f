"""`sha-disclosure check` of a key on a token: what it tells, and that no PIN is in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from softhsm import PIN
from token_bench import Bench
from typer.testing import CliRunner

from sha_disclosure.cli.app import application

Told = dict[str, dict[str, Any]]


@pytest.fixture
def check(bench: Bench, tmp_path: Path):
    """Run the command with a signing key on the token; return its exit code and results."""

    def run(uri: str, label: str = "ec", table: str = "signing") -> tuple[int, Told]:
        folder = tmp_path / "kanta"
        shutil.copytree(bench.sandbox.folder, folder, dirs_exist_ok=True)
        certificate = bench.certificate(bench.keys[label])
        file = folder / "sha-disclosure.toml"
        before, _, after = file.read_text().partition(f"[{table}]\n")
        _, _, rest = after.partition("\n\n")
        ca = 'ca = "ca.crt"\n' if table == "tls" else ""
        own = f'certificate = "{certificate}"\nkey = "{uri}"\n{ca}'
        file.write_text(f"{before}[{table}]\n{own}\n{rest}")
        command = ["--settings", str(file), "check", "--json"]
        result = CliRunner().invoke(application(), command, catch_exceptions=False)
        assert PIN not in result.output
        return result.exit_code, {each["check"]: each for each in json.loads(result.stdout)}

    return run


def test_a_right_token_passes(bench: Bench, check) -> None:
    code, told = check(bench.hsm.uri("organisation", "ec"))
    assert (code, told["signing.key"]["status"], told["signing.match"]["status"]) == (0, "ok", "ok")
    assert told["loading"]["status"] == "ok"
    assert "on a token" in told["signing.key"]["found"]
    assert "pin-source" not in json.dumps(told)


def test_a_wrong_pin_is_named(bench: Bench, check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSM_PIN", "999111")
    code, told = check(bench.hsm.uri("organisation", "ec"))
    assert code == 4
    assert "refused the PIN" in told["signing.match"]["found"]


def test_a_token_that_is_not_there_is_named(bench: Bench, check) -> None:
    code, told = check(bench.hsm.uri("elsewhere", "ec"))
    assert code == 4
    assert "no such token" in told["signing.match"]["found"]


def test_the_key_of_another_certificate_is_named(bench: Bench, check) -> None:
    code, told = check(bench.hsm.uri("organisation", "rsa"), label="ec")
    assert (code, told["signing.match"]["status"]) == (4, "failed")


def test_a_pin_only_the_program_knows_is_no_fault(bench: Bench, check) -> None:
    uri = bench.hsm.uri("organisation", "ec").replace("&pin-source=env:HSM_PIN", "")
    assert "pin-source" not in uri
    code, told = check(uri)
    assert (code, told["signing.match"]["status"]) == (0, "warning")
    assert told["loading"]["status"] == "not_run"


def test_a_tls_key_on_a_token_is_pointed_to_the_sidecar(bench: Bench, check) -> None:
    code, told = check(bench.hsm.uri("organisation", "ec"), table="tls")
    assert (code, told["tls.key"]["status"]) == (4, "failed")
    assert "TLS sidecar" in told["tls.key"]["mend"]
