"""What a newcomer begins with: settings to fill in, a sample notice, the schema."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_parts import EXAMPLES, ROOT, process_environment
from proofs import sample

from sha_disclosure.cli.app import run
from sha_disclosure.settings import Settings

FILLED_IN = {
    "HOST/PATH": "kanta.example/fhir",
    "SYSTEM-OID": "1.2.246.10.12345678.20.1",
    "SUBSCRIBER-OID": "1.2.246.10.28777751.10.0",
    "REQUESTER-OID": "1.2.246.10.28777751.10.1",
}


def test_init_writes_settings_that_load_once_they_are_filled_in(command, tmp_path):
    file = tmp_path / "ours.toml"
    result = command("init", file)
    assert result.exit_code == 0, result.output
    assert str(file) in result.stdout
    text = file.read_text("utf-8")
    for blank, value in FILLED_IN.items():
        text = text.replace(blank, value)
    file.write_text(text, "utf-8")
    settings = Settings.load(file, variables={})
    assert settings.environment == "at"
    assert settings.requester == settings.subscriber
    whole = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    file.write_text(whole, "utf-8")
    every = Settings.load(file, variables={})
    assert str(every.requester.id) == FILLED_IN["REQUESTER-OID"]
    assert every.token
    assert every.retry.attempts == settings.retry.attempts == 6


def test_init_leaves_a_file_that_is_there_alone(command, tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text("mine", "utf-8")
    result = command("init", file, "--lang", "fi")
    assert result.exit_code == 4
    assert "on jo olemassa" in result.stderr
    assert file.read_text("utf-8") == "mine"
    assert command("init", tmp_path / "none" / "ours.toml").exit_code == 4


def test_example_names_the_kinds_and_prints_each_as_it_is(command):
    names = command("example").stdout.split()
    assert names == sorted(path.stem for path in EXAMPLES.glob("*.json"))
    for name in names:
        printed = command("example", name)
        assert printed.stdout_bytes == (EXAMPLES / f"{name}.json").read_bytes()
    wrong = command("example", "no-such-kind")
    assert wrong.exit_code == 4
    assert "broad-right" in wrong.stderr


def test_schema_prints_the_schema_that_the_examples_fit(command):
    import jsonschema  # noqa: PLC0415 - takes seconds where its formats are installed too

    schema = json.loads(command("schema").stdout)
    assert schema == json.loads((ROOT / "specs/disclosure-notice.schema.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for path in EXAMPLES.glob("*.json"):
        validator.validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("module", ["sha_disclosure", "sha_disclosure.cli"])
def test_the_package_runs_as_the_command(module, tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", module, "--version"],
        capture_output=True,
        text=True,
        env=process_environment(),
        cwd=Path(tmp_path),
        check=True,
    )
    assert result.stdout.startswith("sha-disclosure ")


@pytest.mark.parametrize(
    "arguments", sample([["edition"], ["edition", "--json"], ["schema"], ["example"]], every=4)
)
def test_a_reader_that_leaves_sees_no_traceback(arguments):
    with subprocess.Popen(
        [sys.executable, "-m", "sha_disclosure", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=process_environment(),
    ) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141


@pytest.mark.parametrize(
    ("words", "completed"),
    [("sha-disclosure sen", "send"), ("sha-disclosure send --jo", "--journal")],
)
def test_a_shell_completes_commands_and_options(words, completed, monkeypatch, capsys):
    monkeypatch.setenv("_SHA_DISCLOSURE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert run([]) == 0
    assert capsys.readouterr().out.split() == [completed]


def test_a_check_ends_with_what_is_wrong_again(command, tmp_path):
    result = command("check", "--settings", tmp_path / "missing.toml")
    assert result.exit_code == 4
    *_, said, wrong, counts = result.stdout.splitlines()
    assert said == "What is wrong:"
    assert wrong.startswith("  settings: ")
    assert "1 FAILED" in counts
