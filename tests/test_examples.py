"""Every example runs against the sandbox as it stands, and against settings that are named."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from places import ROOT
from proofs import proof

from sha_disclosure.settings import FILE_VARIABLE
from sha_disclosure.tools.sandbox import Sandbox

EXAMPLES = sorted(p for p in (ROOT / "examples").glob("*.py") if p.name != "service.py")
FIRST = ROOT / "examples" / "first_notice.py"
PROCESSES = {"hsm_key"}
"""Examples that set up their process: a token's module reads its configuration once."""

WITHOUT_TOKEN = "SoftHSM is not installed"

Run = Callable[[Path], str]


def in_a_process(example: Path) -> str:
    """Run an example as a user does; return what it prints."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", example],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run an example in this process where it can be; return what it prints."""
    monkeypatch.syspath_prepend(ROOT / "examples")
    monkeypatch.delenv(FILE_VARIABLE, raising=False)

    def run(example: Path) -> str:
        if example.stem in PROCESSES:
            return in_a_process(example)
        runpy.run_path(str(example), run_name="__main__")
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return run


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_against_the_sandbox(example: Path, run: Run) -> None:
    printed = run(example)
    assert any(said in printed for said in ("Stored: ", "as received: valid", WITHOUT_TOKEN))
    for name in ("Korhonen", "Laine", "Asiakas", "Mäkinen"):
        assert name not in printed


@pytest.mark.parametrize(
    "example",
    [proof(path) if path.stem in PROCESSES else path for path in EXAMPLES],
    ids=lambda path: path.stem,
)
def test_an_example_follows_the_settings_that_are_named(
    example: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox() as sandbox:
        monkeypatch.setenv(FILE_VARIABLE, str(sandbox.settings_file))
        printed = run(example)
        assert sandbox.received() or example.stem == "verify_bundle" or WITHOUT_TOKEN in printed


def test_the_first_example_sends_one_notice_to_the_settings_that_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Sandbox() as sandbox:
        monkeypatch.setenv(FILE_VARIABLE, str(sandbox.settings_file))
        in_a_process(FIRST)
        assert len(sandbox.received()) == 1
