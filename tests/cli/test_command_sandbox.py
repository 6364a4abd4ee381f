from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_parts import EXAMPLES, ROOT, process_environment
from proofs import proof

from sha_disclosure.notice.examples import example_notices

NOTICES = ROOT / "sha_disclosure" / "notice" / "example_notices"


def test_the_examples_of_the_project_are_the_files_the_package_carries():
    assert EXAMPLES.resolve() == NOTICES
    ours = {p.name: p.read_bytes() for p in EXAMPLES.glob("*.json")}
    assert {f"{name}.json": text for name, text in example_notices().items()} == ours != {}


def test_the_demo_shows_a_receipt_for_every_kind_and_leaves_no_file(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = command("demo", "--verbose")
    assert result.exit_code == 0, result.output
    for file in NOTICES.iterdir():
        assert file.stem in result.stdout
    assert result.stdout.count("201 Created") == len(list(NOTICES.iterdir()))
    assert "1 validated" in result.stdout
    assert "6 checked" in result.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.proof
def test_the_demo_runs_in_a_process_of_its_own_in_finnish(process, tmp_path):
    result = process("demo", "--lang", "fi", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Vastaanotettu 8" in result.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [proof(signal.SIGINT), signal.SIGTERM])
def test_a_sandbox_in_one_process_takes_a_notice_of_another(command, tmp_path, number):
    folder = tmp_path / "sandbox data"
    running = subprocess.Popen(
        [sys.executable, "-m", "sha_disclosure.cli", "sandbox", "--port", "0", "--dir", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=process_environment(),
    )
    try:
        settings = wait_for(running, folder / "sha-disclosure.toml")
        for arguments in (["--settings", settings, "send"], ["send", "--settings", settings]):
            sent = command(*arguments, EXAMPLES / "broad-right.json", "--json")
            assert sent.exit_code == 0, sent.stderr
            assert json.loads(sent.stdout)["status"] == "201 Created"
    finally:
        running.send_signal(number)
        out, err = running.communicate(timeout=20)
    assert running.returncode == 0, err
    assert "https://127.0.0.1:" in out
    assert str(folder) in out
    assert "send notice.json" in out


def wait_for(running: subprocess.Popen[str], settings: Path) -> Path:
    until = time.monotonic() + 20
    while not settings.exists():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    return settings


def test_a_port_that_is_taken_is_a_matter_of_configuration(command, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = command("sandbox", "--port", port, "--dir", tmp_path / "d")
    assert result.exit_code == 4
    assert "port" in result.stderr


@pytest.mark.parametrize("verb", ["demo", "sandbox"])
def test_without_the_sandbox_extra_one_sentence_says_how_to_get_it(
    command, monkeypatch, tmp_path, verb
):
    monkeypatch.chdir(tmp_path)
    for name in [n for n in sys.modules if n.startswith("sha_disclosure.tools.sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    result = command(verb)
    assert result.exit_code == 4
    assert 'pip install "sha-disclosure[cli,sandbox]"' in result.stderr


@pytest.mark.parametrize("missing", ["typer", proof("rich")])
def test_without_the_cli_extra_one_sentence_says_how_to_get_it(missing):
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from sha_disclosure.cli import main\nmain(['edition'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        env=process_environment(),
        check=False,
    )
    assert result.returncode == 4
    assert 'pip install "sha-disclosure[cli]"' in result.stderr
    assert "Traceback" not in result.stderr


def test_the_edition_is_listed_as_json_and_as_text(command):
    told = json.loads(command("edition", "--json").stdout)
    assert told["edition"] == "kanta-1.0.0"
    assert set(told["entries"][0]) == {"key", "value", "status", "source", "check"}
    text = command("edition")
    assert text.exit_code == 0
    assert f"{len(told['entries'])} values" in text.stdout


def test_unconfirmed_lists_what_there_is_to_check(command):
    told = json.loads(command("edition", "--unconfirmed", "--json").stdout)
    assert {e["status"] for e in told["entries"]} == {"assumed", "inferred"}
    assert all(e["check"] for e in told["entries"])


def test_an_edition_of_ones_own_is_listed_by_path_and_by_settings(command, tmp_path, sandbox):
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "ours-1"\nbased_on = "kanta-1.0.0"\n[header.authorization]\nstatus = "confirmed"\n',
        "utf-8",
    )
    assert json.loads(command("edition", "--json", own).stdout)["edition"] == "ours-1"
    text = Path(sandbox.settings_file).read_text("utf-8")
    settings = sandbox.folder / "own-edition.toml"
    settings.write_text(text.replace('"kanta-1.0.0"', json.dumps(str(own))), "utf-8")
    by_settings = command("--settings", settings, "edition")
    assert "1 confirmed" in by_settings.stdout
    assert command("edition", "no-such-edition").exit_code == 4
