"""What the README shows of reasons and code lists works as it stands there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from code_pages import OID, concept, page
from places import ROOT

from sha_disclosure.cli.app import run

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [text for _, text in re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)]


def test_the_python_demands_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = [text for text in BLOCKS if "require_access_reason(" in text]
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("Luovutusilmoitusta ei tarvita")
    assert "esim-1 703/2023 55 § 2 mom. 2. virke" in printed
    assert "is not loaded" in printed
    assert "Virtanen" not in printed


def test_the_commands_import_and_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (commands,) = [text for text in BLOCKS if "codes import" in text]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / f"{OID}.json").write_text(json.dumps(page(concept("1"))), "utf-8")
    for line in commands.splitlines():
        if "--server" not in line:  # the code server is not ours to call in a test
            assert run(shlex.split(line)[1:]) == 0
    assert OID in capsys.readouterr().out
