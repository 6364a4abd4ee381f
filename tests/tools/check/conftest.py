"""The command with a clock that can be set, and nothing of the machine's environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from set_up import Place


@pytest.fixture(autouse=True)
def _nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("SHA_DISCLOSURE") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder with right settings, keys and certificates."""
    return Place(tmp_path / "matti.meikalainen" / "kanta")
