"""The command: its exit codes, and where it runs."""

from __future__ import annotations

import json
import re
import sys

import pytest
from joint_test_parts import OWN_CASES
from places import ROOT
from sockets import free_port


def test_cases_that_pass_end_with_0_and_one_line_each(command, tmp_path):
    result = command(
        "--out", tmp_path / "d", "--case", "kind-broad-right", "--case", "n05-no-purpose", "--json"
    )
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["summary"] == {"passed": 2, "failed": 0, "not_run": 0}
    assert told["cases"][0] == {"id": "kind-broad-right", "state": "passed"}
    assert "1/2 passed" in result.stderr
    assert "2/2 passed" in result.stderr
    assert (tmp_path / "d" / "report.html").exists()


def test_a_failing_case_of_ones_own_ends_with_1_and_says_why(command, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(OWN_CASES, "utf-8")
    result = command(
        "--out", tmp_path / "d", "--cases", own, "--case", "own-failing", "--lang", "fi"
    )
    assert result.exit_code == 1
    assert "EI LÄPI" in result.stderr
    assert "lopputulos: Rejected (havaittu: stored)" in result.stderr
    assert "ei läpi 1" in result.stdout


def test_an_environment_that_is_not_there_ends_with_3(command, tmp_path, other_sandbox):
    text = other_sandbox.settings_file.read_text("utf-8")
    settings = other_sandbox.folder / "unreachable.toml"
    url = f"https://127.0.0.1:{free_port()}/fhir"
    settings.write_text(
        text.replace(other_sandbox.base_url, url) + "\n[retry]\nattempts = 1\n", "utf-8"
    )
    result = command(
        "--settings", settings, "--out", tmp_path / "d",
        "--case", "n05-no-purpose", "--case", "kind-consent", "--case", "kind-statute",
    )  # fmt: skip
    assert result.exit_code == 3
    assert "could not be reached" in result.stderr
    index = json.loads((tmp_path / "d" / "report.json").read_text("utf-8"))
    states = {c["id"]: c["state"] for c in index["cases"]}
    assert states == {
        "n05-no-purpose": "passed", "kind-consent": "failed", "kind-statute": "not_run",
    }  # fmt: skip


def test_elsewhere_what_only_the_sandbox_can_bring_about_is_not_run(
    command, tmp_path, other_sandbox
):
    result = command(
        "--settings", other_sandbox.settings_file, "--out", tmp_path / "d",
        "--case", "kind-consent", "--case", "reset-after", "--case", "sent-again",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "not run" in result.stderr
    index = json.loads((tmp_path / "d" / "report.json").read_text("utf-8"))
    assert index["summary"] == {"passed": 2, "failed": 0, "not_run": 1}
    told = next(c for c in index["cases"] if c["id"] == "reset-after")
    assert "only the embedded sandbox" in told["why"]["en"]
    assert index["environment"]["embedded_sandbox"] is False


def test_production_is_refused_before_anything_is_written(command, tmp_path, other_sandbox):
    text = other_sandbox.settings_file.read_text("utf-8")
    settings = other_sandbox.folder / "production.toml"
    settings.write_text(text.replace('"sandbox"', '"production"') + "\n", "utf-8")
    result = command("--settings", settings, "--out", tmp_path / "d")
    assert result.exit_code == 4
    assert "never sent to production" in result.stderr
    assert not (tmp_path / "d").exists()


def test_earlier_evidence_is_replaced_only_when_asked(command, tmp_path):
    first = command("--out", tmp_path / "d", "--case", "n05-no-purpose")
    assert first.exit_code == 0
    again = command("--out", tmp_path / "d", "--case", "n06-no-ground")
    assert again.exit_code == 4
    assert "--overwrite" in again.stderr
    third = command("--out", tmp_path / "d", "--case", "n06-no-ground", "--overwrite")
    assert third.exit_code == 0
    assert [p.name for p in (tmp_path / "d" / "cases").iterdir()] == ["n06-no-ground"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--out", "d", "--case", "no-such-case"), ("--out", "d", "--cases", "no-such-file.toml")],
)
def test_a_wrong_use_ends_with_4(command, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    assert command(*arguments).exit_code == 4
    assert not list(tmp_path.iterdir())


def test_the_cases_can_be_listed(command):
    result = command("--list", "--lang", "fi")
    assert result.exit_code == 0
    assert "kind-broad-right" in result.stdout
    assert "Laaja tiedonsaantioikeus" in result.stdout


@pytest.mark.parametrize("missing", ["jinja2", "aiohttp"])
def test_without_its_extra_one_sentence_says_how_to_get_it(command, tmp_path, monkeypatch, missing):
    for name in [n for n in sys.modules if n.startswith(("sha_disclosure.tools.sandbox", missing))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    result = command("--out", tmp_path / "d", "--case", "n05-no-purpose")
    assert result.exit_code == 4
    assert "pip install" in result.stderr
    assert "sandbox" in result.stderr
    assert not (tmp_path / "d").exists()


def test_the_case_file_of_the_documentation_works(command, tmp_path):
    page = (ROOT / "docs" / "joint-test.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "own.toml").write_text(example, "utf-8")
    result = command(
        "--cases", tmp_path / "own.toml", "--case", "kela-4-2", "--out", tmp_path / "d"
    )
    assert result.exit_code == 0, result.stderr
    notice = json.loads((tmp_path / "d/cases/kela-4-2/notice-1.json").read_text("utf-8"))
    assert notice["client"]["family_name"] == "Testaaja"
    assert len(notice["purpose"]) == 2000
