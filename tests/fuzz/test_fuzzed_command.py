"""The command ends with one of its exit codes, whatever its files and arguments hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sha_disclosure.cli.app import application
from tests.authority import pem, root
from tests.fuzz.readers import READERS, damaged
from tests.law.code_pages import OID
from tests.proofs import lengths

SEED = 20261126
READERS_BY_NAME = {reader.name: reader for reader in READERS}
COMMANDS = [
    ("notice", "n.json", "validate FILE --deep"),
    ("json_lines", "n.jsonl", "validate FILE --json --lang fi"),
    ("notice", "n.json", "build FILE"),
    ("message", "b.json", "verify --ca ca.pem FILE"),
    ("certificates", "other.pem", "verify --ca FILE --json b.json"),
    ("edition", "e.toml", "edition FILE"),
    ("edition", "e.toml", "edition FILE --worksheet"),
    ("settings", "s.toml", "check --settings FILE"),
    ("settings", "s.toml", "outbox status --settings FILE"),
    ("code_list_json", f"{OID}.json", "codes import --into lists FILE"),
    ("code_list_csv", f"{OID}.csv", "codes show --code-lists FILE 1.2.3"),
    ("code_list_json", f"{OID}.json", "validate --code-lists FILE n.json"),
    ("outbox_key", "k", "outbox status --outbox o.db --key-file FILE"),
    ("database", "", "outbox status --outbox TEXT"),
    ("joint_test_case", "c.toml", "joint-test --cases FILE --list"),
]


@pytest.mark.parametrize(("reader", "file", "line"), COMMANDS, ids=lambda each: each)
@pytest.mark.parametrize("count", lengths(3, 150))
def test_the_command_ends_with_an_exit_code(
    reader: str, file: str, line: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("SHA_DISCLOSURE")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ca.pem").write_bytes(pem(root().certificate))
    (tmp_path / "n.json").write_bytes(READERS_BY_NAME["notice"].good()[0])
    (tmp_path / "b.json").write_bytes(READERS_BY_NAME["message"].good()[0])
    for data in damaged(READERS_BY_NAME[reader], SEED, count):
        text = data.decode("utf-8", "surrogateescape").replace("FOLDER", str(tmp_path))
        if file:
            (tmp_path / file).write_bytes(data)
        words = [file if word == "FILE" else word for word in line.split()]
        words = [text if word == "TEXT" else word for word in words]
        result = CliRunner().invoke(application(), words, catch_exceptions=False)
        assert result.exit_code in {0, 1, 2, 4}
