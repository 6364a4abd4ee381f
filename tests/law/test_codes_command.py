"""``sha-disclosure codes`` and the lists that validate and send use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from code_pages import OID, SYSTEM, concept, page
from typer.testing import CliRunner, Result

from sha_disclosure.cli.app import application
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.errors import ConfigurationError, InvalidNotice
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.tools.sandbox import Sandbox

Command = Callable[..., Result]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            application(), [str(a) for a in arguments], catch_exceptions=False
        )

    return run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / f"{OID}.json"
    file.write_text(
        json.dumps(page(concept("esim-oikeus"), concept("old", expirationDate="2020-12-31"))),
        "utf-8",
    )
    return file


@pytest.fixture
def notice(tmp_path: Path, notice_texts: dict[str, str]) -> Path:
    data = json.loads(notice_texts["statute-to-authority"])
    for each in data["disclosed_data"]:
        each["service_tasks"] = [{"code": "esim-oikeus", "display": "Esimerkki"}]
    file = tmp_path / "notice.json"
    file.write_text(json.dumps(data), "utf-8")
    return file


def rules(result: Result) -> list[tuple[str, str]]:
    (record,) = json.loads(result.stdout)
    problems: list[dict[str, Any]] = record["problems"]
    return [(p["severity"], p["path"]) for p in problems if "service_tasks" in p["path"]]


def test_a_list_is_imported_listed_and_shown(
    command: Command, source: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "lists"
    imported = command("codes", "import", "--into", folder, source)
    assert imported.exit_code == 0, imported.output
    assert f"Imported {SYSTEM}: 2 codes" in imported.stdout
    listed = command("codes", "list", "--code-lists", folder, "--json")
    (told,) = json.loads(listed.stdout)
    assert (told["system"], told["codes"], told["in_force"]) == (SYSTEM, 2, 1)
    assert SYSTEM in command("codes", "list", "--code-lists", folder).stdout
    shown = command("codes", "show", "--code-lists", folder, OID, "--lang", "fi")
    assert "2016-01-01 – 2020-12-31" in shown.stdout
    assert "ei voimassa" in shown.stdout
    on = command(
        "codes", "show", "--code-lists", folder, OID, "old", "--on", "2019-05-01", "--json"
    )
    assert [c["standing"] for c in json.loads(on.stdout)] == ["in_force"]
    assert command("codes", "show", "--code-lists", folder, OID, "none").exit_code == 1


def test_an_import_changes_a_warning_of_validate_into_acceptance_or_a_problem(
    command: Command, source: Path, notice: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "lists"
    before = command("validate", "--json", notice)
    assert (before.exit_code, rules(before)[0][0]) == (0, "warning")
    command("codes", "import", "--into", folder, source)
    after = command("validate", "--json", "--code-lists", folder, notice)
    assert (after.exit_code, rules(after)) == (0, [])
    closed = page(concept("esim-oikeus", expirationDate="2026-01-31"))
    source.write_text(json.dumps(closed), "utf-8")
    command("codes", "import", "--into", folder, source)
    judged = command("validate", "--code-lists", folder, notice)
    assert judged.exit_code == 1
    assert "2026-01-31" in judged.stdout
    assert command("validate", "--code-lists", source, notice).exit_code == 1


def test_a_broken_list_ends_with_4_and_imports_nothing(
    command: Command, source: Path, notice: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "1.2.3.4.csv"
    broken.write_text("code;status\n1;GONE\n", "utf-8")
    folder = tmp_path / "lists"
    result = command("codes", "import", "--into", folder, source, broken)
    assert result.exit_code == 4
    assert "1.2.3.4.csv: line 2" in result.stderr
    assert not folder.exists()
    assert command("validate", "--code-lists", broken, notice).exit_code == 4
    assert command("validate", "--code-lists", folder, notice).exit_code == 4


def test_without_a_folder_the_settings_name_it(
    command: Command, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("codes", "list").exit_code == 4
    monkeypatch.setenv("SHA_DISCLOSURE__CODE_LISTS", str(tmp_path / "lists"))
    assert command("codes", "import", source).exit_code == 0
    assert SYSTEM in command("codes", "list").stdout


@pytest.mark.parametrize("verb", ["import", "list", "show"])
def test_help_has_an_example(command: Command, verb: str) -> None:
    result = command("codes", verb, "--help")
    assert f"Example: sha-disclosure codes {verb}" in result.stdout


def test_send_and_the_client_judge_by_the_lists_of_the_settings(
    command: Command, source: Path, notice: Path, tmp_path: Path
) -> None:
    closed = page(concept("esim-oikeus", expirationDate="2026-01-31"))
    source.write_text(json.dumps(closed), "utf-8")
    with Sandbox(tmp_path / "sandbox") as sandbox:
        sent = command("send", "--settings", sandbox.settings_file, notice)
        assert sent.exit_code == 0, sent.output
        refused = command(
            "send", "--settings", sandbox.settings_file, "--code-lists", source, notice
        )
        assert refused.exit_code == 1
        settings = sandbox.settings().model_copy(update={"code_lists": source})
        with KantaClient(settings) as kanta, pytest.raises(InvalidNotice, match="2026-01-31"):
            kanta.prepare(DisclosureNotice.model_validate_json(notice.read_text("utf-8")))
        missing = settings.model_copy(update={"code_lists": tmp_path / "none"})
        with pytest.raises(ConfigurationError, match="no such folder"):
            KantaClient(missing)
