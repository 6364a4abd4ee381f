"""Every example runs against the sandbox as it stands, and against settings that are named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

from sha_disclosure.tools.sandbox import Sandbox

EXAMPLES = sorted(p for p in (ROOT / "examples").glob("*.py") if p.name != "service.py")

WITHOUT_TOKEN = "SoftHSM is not installed"


def run(example: Path, **environment: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-W", "error", example],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_against_the_sandbox(example):
    printed = run(example)
    assert any(said in printed for said in ("Stored: ", "as received: valid", WITHOUT_TOKEN))
    for name in ("Korhonen", "Laine", "Asiakas", "Mäkinen"):
        assert name not in printed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_follows_the_settings_that_are_named(example):
    with Sandbox(key_kind="RSA-2048") as sandbox:
        printed = run(example, SHA_DISCLOSURE_SETTINGS=str(sandbox.settings_file))
        assert sandbox.received() or example.stem == "verify_bundle" or WITHOUT_TOKEN in printed


def test_the_first_example_sends_one_notice_to_the_settings_that_are_named():
    with Sandbox() as sandbox:
        run(
            ROOT / "examples" / "first_notice.py",
            SHA_DISCLOSURE_SETTINGS=str(sandbox.settings_file),
        )
        assert len(sandbox.received()) == 1
