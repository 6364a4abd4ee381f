"""docs/architecture.md: what it names is there, and its recipes are the way of one that exists."""

from __future__ import annotations

import re

import pytest
from places import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGE = ROOT / "sha_disclosure"
TEXTS = {
    file.relative_to(ROOT).as_posix(): file.read_text("utf-8")
    for ending in ("*.py", "*.toml")
    for file in sorted(PACKAGE.rglob(ending))
}
RECIPES = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
FOLLOWED = {name: text for name, text in RECIPES.items() if "Follow:" in text}


def listed(recipe: str) -> set[str]:
    """Return the files in the list of a recipe."""
    points = "\n".join(re.findall(r"^- .*$", recipe, re.MULTILINE))
    return set(re.findall(r"`(sha_disclosure/[\w./-]+)`", points))


def naming(words: list[str]) -> set[str]:
    """Return the files of the package that name one of the words."""
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])")
    return {file for file, text in TEXTS.items() if pattern.search(text)}


def test_there_is_a_recipe_for_each_kind_of_change():
    assert list(RECIPES) == [
        "A rule", "A ground", "A recipient kind", "An edition entry", "A header", "An error",
        "A message", "A language",
    ]  # fmt: skip
    assert list(FOLLOWED) == list(RECIPES)[:6]


@pytest.mark.parametrize("recipe", FOLLOWED)
def test_a_recipe_lists_the_files_that_name_the_one_to_follow_and_no_others(recipe):
    (line,) = re.findall(r"^Follow: (.+)$", FOLLOWED[recipe], re.MULTILINE)
    assert naming(re.findall(r"`([^`]+)`", line)) == listed(FOLLOWED[recipe])


def test_every_room_is_in_the_tree():
    tree = PAGE.partition("## The tree")[2].partition("## The way")[0]
    rooms = [
        p.parent for p in (*PACKAGE.glob("*/__init__.py"), *PACKAGE.glob("tools/*/__init__.py"))
    ]
    for room in rooms:
        if room.name != "tools":
            assert f"`{room.relative_to(ROOT).as_posix()}`" in tree, room


def test_a_name_beside_a_file_is_in_that_file():
    rows = re.findall(r"`(sha_disclosure/[\w./]+\.(?:py|toml))`, `([\w]+)`", PAGE)
    assert len(rows) >= 5
    for file, name in rows:
        assert re.search(rf"\b{name}\b", TEXTS[file]), (file, name)
