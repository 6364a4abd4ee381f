"""The command in this process and in its own, a real sandbox, and broken notices."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from command_parts import EXAMPLES, SECRETS, process_environment
from typer.testing import CliRunner, Result

from sha_disclosure.cli.app import application
from sha_disclosure.tools.sandbox import Sandbox

Command = Callable[..., Result]
Data = dict[str, Any]


@pytest.fixture(autouse=True)
def _nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("SHA_DISCLOSURE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def command() -> Command:
    """Run the command in this process."""

    def run(*arguments: object, **options: Any) -> Result:
        return CliRunner().invoke(
            application(), [str(a) for a in arguments], catch_exceptions=False, **options
        )

    return run


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in a process of its own."""

    def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sha_disclosure.cli", *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            timeout=50,
            check=False,
            env=process_environment(),
            **options,
        )

    return run


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries that end at once."""
    monkeypatch.setenv("SHA_DISCLOSURE__RETRY__ATTEMPTS", "2")
    monkeypatch.setenv("SHA_DISCLOSURE__RETRY__BASE_S", "0.01")
    monkeypatch.setenv("SHA_DISCLOSURE__RETRY__DEADLINE_S", "1")
    monkeypatch.setenv("SHA_DISCLOSURE__RETRY__RETRY_AFTER_LONGEST_S", "0.1")


@pytest.fixture
def good() -> Data:
    """A right notice."""
    data: Data = json.loads((EXAMPLES / "statute-to-authority.json").read_text("utf-8"))
    return data


@pytest.fixture
def broken(good: Data) -> Data:
    """A notice broken in five ways, with secrets planted in it."""
    data = copy.deepcopy(good)
    data["client"] |= {"personal_id": SECRETS[2], "family_name": SECRETS[0]}
    data["disclosed_at"] = "2099-01-01T12:00:00+02:00"
    data.pop("recorded_at", None)
    data["disclosed_data"] = [{**data["disclosed_data"][0], "service_tasks": []}]
    del data["purpose"]
    data["disclosed_data"][0]["description"] = f"{SECRETS[3]} {SECRETS[1]}"
    return data


@pytest.fixture
def real_person(good: Data) -> Data:
    """A notice about a person with an identity code as real people have."""
    data = copy.deepcopy(good)
    data["client"] = {
        "personal_id": SECRETS[1],
        "family_name": SECRETS[0],
        "given_names": [SECRETS[0]],
    }
    return data


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a notice, or several as JSON lines, to a file."""

    def to_file(name: str, *notices: Data) -> Path:
        path = tmp_path / name
        lines = [json.dumps(n, ensure_ascii=False) for n in notices]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return to_file
