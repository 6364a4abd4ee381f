"""The facts of the pages beside: their ids, statuses and what relies on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

SPECS = Path(__file__).resolve().parent.parent
PAGES = {
    "CM": "content-model.md",
    "TR": "transport.md",
    "LAW": "law.md",
    "REQ": "requirements.md",
}
STATUSES = ("published", "inferred", "assumed", "unknown")
_ROW = re.compile(r"^\| ((?:CM|TR|LAW|REQ)-\d+) \| (.+) \|$", re.MULTILINE)
_RULE = re.compile(r"\b(?:[NA]\d\d|SHAPE)\b")


@dataclass(frozen=True)
class Fact:
    """One row: ``names`` are entries (with ``*``) and files, ``rules`` the rules that rely."""

    id: str
    page: str
    text: str
    status: str
    source: str
    names: tuple[str, ...]
    rules: tuple[str, ...]

    def bears(self, key: str) -> bool:
        """Return whether an entry of the edition relies on this fact."""
        return any(fnmatchcase(key, name) for name in self.names)

    @property
    def link(self) -> str:
        """The fact's id, as a link from the other pages."""
        return f"[{self.id}]({self.page})"


def facts() -> tuple[Fact, ...]:
    """Return the facts of all pages, in the order of the pages."""
    return tuple(fact for page in PAGES.values() for fact in _of(page))


def _of(page: str) -> Iterator[Fact]:
    for row in _ROW.finditer((SPECS / page).read_text("utf-8")):
        text, status, source, relying = row.group(2).split(" | ")
        names = tuple(re.findall(r"`([^`]+)`", relying))
        rules = tuple(_RULE.findall(re.sub(r"`[^`]+`", "", relying)))
        yield Fact(row.group(1), page, text, status, source, names, rules)
