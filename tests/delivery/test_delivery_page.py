"""docs/delivery.md names tests that exist, one for each fault and each promise."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "delivery.md").read_text("utf-8")


def table(heading: str) -> list[str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.split("\n") if line.startswith("| ")]
    return [line.strip("| ").split(" | ")[-1] for line in lines[1:]]


def named(cell: str) -> list[str]:
    return re.findall(r"`((?:tests/|test_)[^`]+)`", cell)


CELLS = [*table("Faults and their results"), *table("The guarantees one by one")]


@pytest.mark.parametrize("cell", CELLS)
def test_a_line_names_tests_that_exist(cell):
    assert named(cell), "the line names no test"
    for name in named(cell):
        file, _, function = name.partition("::")
        if not file.endswith(".py"):
            file, function = "", name
        here = ROOT / file if file.startswith("tests/") else ROOT / "tests" / "delivery" / file
        places = [here] if file else sorted((ROOT / "tests" / "delivery").glob("test_*.py"))
        assert all(place.is_file() for place in places), name
        if function:
            texts = [place.read_text("utf-8") for place in places]
            assert any(f"def {function}(" in text for text in texts), name


def test_every_error_of_a_submission_has_a_line():
    for name in (
        "NotSent", "OutcomeUnknown", "Unavailable", "Unauthorized", "Rejected", "Misdirected",
        "UnexpectedAnswer",
    ):  # fmt: skip
        assert f"`{name}`" in PAGE.partition("## Faults")[2].partition("\n## ")[0], name
