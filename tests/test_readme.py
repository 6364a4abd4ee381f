"""What the README shows works as it stands there."""

import re
import shlex

import pytest
from places import NOTICES, ROOT
from typer.testing import CliRunner

from sha_disclosure import DisclosureNotice, Settings
from sha_disclosure.cli.app import application
from sha_disclosure.editions import load_edition
from sha_disclosure.tools.sandbox import Sandbox

README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(p for folder in (ROOT, ROOT / "docs", ROOT / "specs") for p in folder.glob("*.md"))
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def blocks(language: str, containing: str) -> str:
    (found,) = [text for kind, text in BLOCKS if kind == language and containing in text]
    return found


def test_the_python_of_the_readme_stores_a_notice(tmp_path, monkeypatch, capsys):
    code = blocks("python", "kanta.submit")
    text = (NOTICES / "statute-to-authority.json").read_text("utf-8")
    with Sandbox(tmp_path) as sandbox:
        monkeypatch.chdir(tmp_path)
        exec(compile(code, "README.md", "exec"), {"text": text})
        assert capsys.readouterr().out.startswith(sandbox.received()[0].notice_id)


def test_the_python_of_the_readme_names_what_is_wrong_with_a_notice(tmp_path, monkeypatch, capsys):
    code = blocks("python", "kanta.submit")
    with Sandbox(tmp_path) as sandbox:
        monkeypatch.chdir(tmp_path)
        exec(compile(code, "README.md", "exec"), {"text": "{}"})
        assert capsys.readouterr().out.startswith("N08 client ")
        assert sandbox.received() == []


def test_the_outbox_of_the_readme_delivers_a_notice(tmp_path, monkeypatch, capsys):
    code = blocks("python", "outbox.add")
    text = (NOTICES / "statute-to-authority.json").read_text("utf-8")
    notice = DisclosureNotice.model_validate_json(text)
    with Sandbox(tmp_path) as sandbox:
        monkeypatch.chdir(tmp_path)
        exec(compile(code, "README.md", "exec"), {"notice": notice})
        assert len(sandbox.received()) == 1
    assert "delivered=1" in capsys.readouterr().out


def test_the_commands_of_the_round_trip_work(tmp_path):
    first, second = blocks("sh", "sha-disclosure sandbox").strip().splitlines()
    assert shlex.split(first)[:2] == ["sha-disclosure", "sandbox"]
    with Sandbox(tmp_path / "sandbox-data") as sandbox:
        arguments = shlex.split(second.replace("sandbox-data", str(sandbox.folder)))[1:]
        notices = sorted(map(str, (NOTICES).glob("*.json")))
        at = arguments.index("examples/notices/*.json")
        sent = CliRunner().invoke(application(), [*arguments[:at], *notices, "--json"])
        assert sent.exit_code == 0, sent.output
        assert len(sent.stdout.splitlines()) == len(sandbox.received()) == len(notices)


def test_the_edition_of_the_readme_can_be_loaded(tmp_path):
    own = tmp_path / "ours-1.toml"
    own.write_text(blocks("toml", "based_on"), "utf-8")
    edition = load_edition(own)
    assert [e.key for e in edition.entries if e.status == "confirmed"] == ["header.authorization"]


def test_the_settings_of_the_readme_are_settings(tmp_path):
    file = tmp_path / "sha-disclosure.toml"
    file.write_text(blocks("toml", "[subscriber]").replace("https://...", "https://x.fi"), "utf-8")
    settings = Settings.load(file, variables={})
    assert settings.environment == "at"
    assert settings.requester == settings.subscriber


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`sha-disclosure (\w[\w-]*)", README))))
def test_every_command_the_readme_names_exists(command):
    helped = CliRunner().invoke(application(), [command, "--help"])
    assert helped.exit_code == 0, helped.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_a_page_points_at_is_there(page):
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\((?!http|mailto)([^)#\s]+)[^)]*\)", text):
        assert (page.parent / target).exists(), target
    for path in re.findall(
        r"`((?:tests|specs|docs|examples|benchmarks|sha_disclosure)/[^`\s*]+)`", text
    ):
        assert (ROOT / path.partition("::")[0]).exists(), path


def test_the_finnish_readme_says_all_that_the_english_one_does():
    finnish = (ROOT / "README.fi.md").read_text("utf-8")
    parts = (
        r"^## ",
        r"^```(?:python|sh|toml)$",
        r"^\| `sha-disclosure ",
        r"^\| `[A-Z]\w+`",
        r"^\d\. ",
    )
    for part in parts:
        found = [len(re.findall(part, text, re.MULTILINE)) for text in (README, finnish)]
        assert found[0] == found[1], part
    links = [set(re.findall(r"\]\(([^)]+)\)", text)) for text in (README, finnish)]
    assert links[0] - links[1] == {"README.fi.md"}
