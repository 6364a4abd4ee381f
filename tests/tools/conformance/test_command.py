"""``sha-disclosure conformance`` as a vendor calls it."""

import json
import os
import re

import pytest
from core import core_folder, whole_core_folder
from made_up import VALUES, agreeing, as_folder, as_tgz
from places import NOTICES, ROOT
from planted import PLANTS, with_all
from typer.testing import CliRunner

from sha_disclosure.cli.app import application
from sha_disclosure.editions import load_edition

EXAMPLES = NOTICES
NOTICE = EXAMPLES / "disclosed-to-client.json"


@pytest.fixture(autouse=True)
def _nothing_of_the_machine(monkeypatch):
    for name in [n for n in os.environ if n.startswith("SHA_DISCLOSURE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def command():
    def run(*arguments, core=core_folder):
        every = ["conformance", "--core", str(core()), *map(str, arguments)]
        return CliRunner().invoke(application(), every, catch_exceptions=False)

    return run


@pytest.fixture
def agreed(tmp_path):
    return as_tgz(tmp_path / "agreed.tgz", agreeing())


@pytest.fixture
def differing(tmp_path):
    return as_tgz(tmp_path / "differing.tgz", with_all(agreeing()))


@pytest.mark.proof  # eight Bundles take an engine a quarter of a minute
def test_everything_agrees_with_0(command, agreed):
    result = command("--package", agreed, core=whole_core_folder)
    assert result.exit_code == 0
    assert "Bundles that validate: 8 of 8. Entries: 54 agree, 0 differ." in result.stdout
    assert "nothing more" in result.stdout
    assert "What was not checked" in result.stdout
    assert "TRACE" not in result.stdout


def test_differences_are_told_with_1(command, differing):
    result = command("--package", differing, NOTICE)
    assert result.exit_code == 1
    assert "disclosed-to-client.json: does not validate" in result.stdout
    assert "error AuditEvent.outcomeDesc is missing" in result.stdout
    assert "entry: event.type" in result.stdout
    assert "Newly known" in result.stdout
    errors = {line for line in documented() if line.startswith("error ")}
    assert len(errors) > 3
    assert errors <= lines(result.stdout)


@pytest.mark.proof  # it takes an engine as long as the one above
def test_the_page_shows_what_is_printed_and_written(command, differing, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(tmp_path)
    result = command("--package", differing, "--write", "ours-1.toml")
    written = (tmp_path / "ours-1.toml").read_text("utf-8")
    assert documented() <= lines(result.stdout + written)


def documented() -> set[str]:
    """Return the lines of the page's examples of output, without the marks of what is left out."""
    page = (ROOT / "docs" / "conformance.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    shown = "".join(text for language, text in blocks if language != "sh")
    return lines(shown) - {"...", "│ ..."}


def lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines()}


def test_finnish_is_spoken(command, differing):
    result = command("--package", differing, NOTICE, "--lang", "fi")
    assert "virhe AuditEvent.outcomeDesc puuttuu" in result.stdout
    assert "eroaa" in result.stdout


def test_json_tells_everything_to_programs(command, differing, tmp_path):
    proposed = tmp_path / "ours.toml"
    result = command("--package", differing, NOTICE, "--json", "--write", proposed)
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["package"] == "kanta.sosiaalihuolto.r4#1.0.0"
    assert told["ok"] is False
    assert told["bundles"] == [{"notice": str(NOTICE), "valid": False}]
    differs = {e["entry"]: e["proposal"] for e in told["entries"] if e["result"] == "differs"}
    assert differs == {k: v for p in PLANTS.values() for k, v in p.differs.items()}
    assert {n["kind"] for n in told["newly_known"]} == {"code_system", "mandatory"}
    assert told["never_checked"]
    assert told["written"] == str(proposed)
    assert load_edition(proposed).wire.event.type.code == "110112"


def test_every_entry_of_the_edition_has_a_result(command, agreed):
    told = json.loads(command("--package", agreed, NOTICE, "--json").stdout)
    assert [e["entry"] for e in told["entries"]] == list(VALUES)
    undecided = [e for e in told["entries"] if e["result"] == "undecided"]
    assert all(e["package_says"] for e in undecided)
    (said,) = (e for e in undecided if e["entry"] == "token.lifetime")
    assert "Kanta JSON Web Token" in said["package_says"]


def test_the_settings_edition_is_compared(command, agreed, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\nbased_on = "kanta-1.0.0"\n[consent.scope]\nvalue = { system = "urn:x", '
        'code = "x", display = "x" }\n',
        "utf-8",
    )
    settings = tmp_path / "sha-disclosure.toml"
    settings.write_text(
        'environment = "sandbox"\nbase_url = "https://127.0.0.1:8443/fhir"\nedition = "own.toml"\n'
        '[system]\nid = "1.2.246.10.12345678.20.1"\nname = "S"\n'
        '[subscriber]\nid = "1.2.246.10.28777751.10.0"\nname = "L"\n',
        "utf-8",
    )
    arguments = ("--package", agreed, NOTICE, "--settings", settings, "--json")
    told = json.loads(command(*arguments, "--write", tmp_path / "next.toml").stdout)
    assert told["edition"] == "own"
    assert [e["entry"] for e in told["entries"] if e["result"] == "differs"] == ["consent.scope"]
    proposed = load_edition(tmp_path / "next.toml")
    assert proposed.wire == load_edition().wire


def test_a_bundle_can_be_given(command, agreed, bundles, tmp_path):
    bundle = tmp_path / "bundle.json"
    broken = json.loads(json.dumps(bundles[0].content))
    del broken["entry"][0]["resource"]["period"]
    bundle.write_text(json.dumps(broken), "utf-8")
    told = json.loads(command("--package", agreed, bundle, "--json").stdout)
    assert [f["element"] for f in told["findings"]] == ["AuditEvent.period"]
    assert told["findings"][0]["wants"] == "1..1"


@pytest.mark.parametrize("text", ["{}", "[]", "no JSON", '{"resourceType": "Patient"}'])
def test_a_file_that_is_neither_is_told_with_4(command, agreed, tmp_path, text):
    file = tmp_path / "x.json"
    file.write_text(text, "utf-8")
    result = command("--package", agreed, file)
    assert result.exit_code == 4
    assert "x.json" in result.stderr


def test_a_bundle_of_odd_shape_breaks_nothing(command, agreed, tmp_path):
    file = tmp_path / "x.json"
    event = {
        "resourceType": "AuditEvent",
        "agent": "x",
        "extension": [1, {"url": 2}],
        "contained": [1],
    }
    odd = {"resourceType": "Bundle", "type": 1, "entry": [{"resource": event}, 5]}
    file.write_text(json.dumps(odd), "utf-8")
    assert command("--package", agreed, file).exit_code == 1


def test_nothing_of_a_notice_is_printed(command, agreed, bundles, tmp_path):
    secret = "Planted-Salaisuus"
    text = json.dumps(bundles[0].content)
    for value in ("110106", "Luovutuslupa", "Export", "CST", "custodian"):
        text = text.replace(f'"{value}"', f'"{secret}"')
    broken = json.loads(text)
    event = broken["entry"][0]["resource"]
    event["extension"].append({"url": f"{secret} with blanks", "valueString": secret})
    event["meta"]["profile"].append(f"urn:{secret}")
    event["contained"].append(
        {"resourceType": secret, "id": secret, "extension": [{"url": secret}]}
    )
    event |= {"outcome": secret, "action": secret, "subtype": [{"code": secret}], secret: secret}
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps(broken), "utf-8")
    for more in ((), ("--json",)):
        result = command("--package", agreed, bundle, *more)
        assert result.exit_code == 1
        assert secret not in result.stdout + result.stderr


def test_an_unreadable_package_is_told_with_4(command, tmp_path):
    assert command("--package", tmp_path / "none.tgz").exit_code == 4
    r5 = as_folder(tmp_path / "r5", agreeing(), fhirVersions=["5.0.0"])
    result = command("--package", r5)
    assert result.exit_code == 4
    assert "5.0.0" in result.stderr
    assert command().exit_code == 4


def test_no_folder_of_evidence_is_left_behind(command, agreed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command("--package", agreed, NOTICE)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["agreed.tgz"]
