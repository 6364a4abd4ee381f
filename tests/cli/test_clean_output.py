"""Names and texts of files and services steer no terminal: neither as text nor as JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_parts import EXAMPLES
from typer.testing import Result

from sha_disclosure.characters import visible
from sha_disclosure.cli.output import as_json
from sha_disclosure.events import RenewalRefused, logging_listener
from sha_disclosure.messages import message

STEERING = "\x1b[31mA\x07\x9b2J\x85\u202e\u2066\u200fB\u2028\x7f\u0600"
"""Escapes of a terminal, C1 controls, a line separator, marks that turn the direction."""

Command = Callable[..., Result]


def clean(*texts: str) -> None:
    for text in texts:
        assert {c for c in text if not c.isprintable()} <= {"\n"}


def edition_file(folder: Path) -> Path:
    source = json.dumps(f"source {STEERING}")
    path = folder / "own.toml"
    path.write_text(
        'name = "own"\nbased_on = "kanta-1.0.0"\n[package.version]\n'
        f'value = "9"\nstatus = "confirmed"\nsource = {source}\n'.replace("\x7f", "\\u007f"),
        "utf-8",
    )
    return path


def code_lists(folder: Path) -> Path:
    name = {"attributeName": "ShortName", "language": "fi", "attributeValue": [STEERING]}
    code = {"conceptCodeId": "1", "status": "ACTIVE", "attributes": [name]}
    written = {"system": "urn:oid:1.2.246.1", "source": STEERING, "conceptCodes": [code]}
    (folder / "lists").mkdir()
    (folder / "lists" / "1.2.246.1.json").write_text(json.dumps(written), "utf-8")
    return folder / "lists"


CALLS: dict[str, Callable[[Path], tuple[object, ...]]] = {
    "a notice's name": lambda f: ("validate", f / f"no {STEERING}.json"),
    "an edition": lambda f: ("edition", "--edition", edition_file(f)),
    "an edition's name": lambda f: ("edition", "--edition", f / f"{STEERING}.toml"),
    "the settings' name": lambda f: ("--settings", f / f"{STEERING}.toml", "check"),
    "code lists": lambda f: ("codes", "list", "--code-lists", code_lists(f)),
    "codes": lambda f: ("codes", "show", "1.2.246.1", "--code-lists", code_lists(f)),
    "an outbox": lambda f: ("outbox", "status", "--outbox", f / f"{STEERING}.db"),
}


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("call", CALLS)
def test_no_name_or_text_of_a_file_steers_the_terminal(
    call: str, as_json: bool, tmp_path: Path, command: Command
) -> None:
    result = command(*CALLS[call](tmp_path), *(("--json",) if as_json else ()))
    clean(result.stdout, result.stderr)
    assert "A" in result.stdout + result.stderr


def test_a_notice_of_such_a_name_is_named_in_json_as_it_is(
    tmp_path: Path, command: Command
) -> None:
    name = f"ok{STEERING}.json".replace("\x85", "").replace("\u2028", "")
    (tmp_path / name).write_bytes((EXAMPLES / "disclosed-to-client.json").read_bytes())
    result = command("validate", tmp_path / name, "--json")
    clean(result.stdout)
    (record,) = json.loads(result.stdout)
    assert record["file"].endswith(name)


@pytest.mark.parametrize(
    "value", [STEERING, "ääkköset €", "\ud800", "\U0001f600\U000e0001", "a\nb"]
)
def test_json_escapes_what_is_not_seen_and_nothing_else(value: str) -> None:
    text = as_json({"a": value})
    clean(text)
    assert json.loads(text) == {"a": value}
    assert ("\\u" in text) is (not value.replace("\n", "").isprintable())


def test_a_sentence_shows_its_parameters_as_visible_characters() -> None:
    made = message("settings.file", path=STEERING, why=message("file.unreadable", reason="a\nb"))
    for language in ("en", "fi"):
        clean(made.text(language))  # type: ignore[arg-type]
        assert "\n" not in made.text(language)  # type: ignore[arg-type]
    assert visible("Esimerkin\u00a0hyvinvointialue") == "Esimerkin hyvinvointialue"


def test_a_line_of_the_log_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fields: dict[str, Any] = dict.fromkeys(
        RenewalRefused.__dataclass_fields__, f"x\nERROR {STEERING}"
    )
    logging_listener()(RenewalRefused(**fields))
    clean(caplog.records[-1].getMessage())
    assert "\n" not in caplog.records[-1].getMessage()
