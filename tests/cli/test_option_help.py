"""The help of every command describes each of its options and arguments in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from sha_disclosure.cli.app import COMMANDS, application

UNIDIOMATIC = re.compile(r"\b(tells?|told|mends?|news|repeatable)\b", re.IGNORECASE)


def described(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield each option and argument below a command, with its help."""
    for each in command.params:
        yield f"{name} {each.opts[0]}", each.help or ""
    for sub, inner in getattr(command, "commands", {}).items():
        yield from described(inner, f"{name} {sub}")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_is_described_by_one_sentence_with_a_period(name: str) -> None:
    group: Any = get_command(application())
    found = dict(described(group.get_command(None, name), name))
    odd = [each for each, text in found.items() if not re.fullmatch(r"[A-Z].*[^.]\.", text)]
    assert odd == []
    assert [each for each, text in found.items() if UNIDIOMATIC.search(text)] == []
