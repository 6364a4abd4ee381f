"""The kit is run once, with one case file more; nobody waits between attempts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joint_test_parts import OWN_CASES, no_waiting, shipped_cases
from typer.testing import CliRunner, Result

from sha_disclosure.cli.app import application
from sha_disclosure.tools.joint_test import (
    Run,
    open_environment,
    open_folder,
    read_cases,
    run_cases,
    write_evidence,
)
from sha_disclosure.tools.sandbox import Received, Sandbox


@dataclass(frozen=True)
class Kit:
    """One run and what came of it: the evidence, whole and redacted."""

    run: Run
    received: list[Received]
    whole: Path
    redacted: Path

    def index(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads((self.whole / "report.json").read_text("utf-8"))
        return made


SOME = [
    "kind-consent", "kind-broad-right", "several-notices", "text-characters",
    "language-fi", "language-sv", "language-en", "language-se",
    "n05-no-purpose", "n11-identity-code-in-text", "several-problems",
    "altered-content", "expired-token", "foreign-certificate", "html-200",
    "server-error-500-three-times", "reset-after", "half-answer",
    "own-secrets", "own-refused-secrets", "own-failing",
]  # fmt: skip
"""Cases of each kind, among them every outcome."""


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(SOME, id="some"),
        pytest.param([], id="all", marks=pytest.mark.proof),
    ],
)
def kit(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kit:
    folder = tmp_path_factory.mktemp("joint-test")
    (folder / "own.toml").write_text(OWN_CASES, "utf-8")
    files = [shipped_cases(), read_cases(folder / "own.toml")]
    with open_environment(None, no_waiting()) as environment:
        run = run_cases(files, environment, wanted=request.param)
        received = environment.sandbox.received()
    whole, redacted = folder / "whole", folder / "redacted"
    write_evidence(run, open_folder(whole))
    write_evidence(run, open_folder(redacted), redact=True, language="en")
    return Kit(run, received, whole, redacted)


@pytest.fixture(scope="session")
def other_sandbox() -> Iterator[Sandbox]:
    """A sandbox the kit does not know: to it this is an environment like any other."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command in this process, with nothing of the machine's own settings."""
    for name in [n for n in os.environ if n.startswith("SHA_DISCLOSURE")]:
        monkeypatch.delenv(name)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            application(), ["joint-test", *map(str, arguments)], catch_exceptions=False
        )

    return run
