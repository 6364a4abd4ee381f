"""Facts: how well a statement of the package is known, and where it comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from sha_disclosure.editions import Entry, load_edition

EDITION = "kanta-1.0.0"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: its status, its source, what to check, and its entry of the edition."""

    status: str
    source: str
    check: str = ""
    key: str = ""

    @classmethod
    def of(cls, entry: Entry) -> Fact:
        """Return what the edition says about one of its values."""
        return cls(entry.status, entry.source, entry.check, entry.key)


class Facts:
    """The edition's values, each with what is known of it; values are never written twice."""

    def __init__(self) -> None:
        self._entries: Mapping[str, Entry] = {e.key: e for e in load_edition(EDITION).entries}
        text = resources.files("sha_disclosure.editions").joinpath(f"{EDITION}.toml")
        self.sources: Mapping[str, str] = tomllib.loads(text.read_text("utf-8"))["sources"]

    def value(self, key: str) -> Any:
        """Return a value of the edition."""
        return self._entries[key].value

    def fact(self, key: str) -> Fact:
        """Return what is known of a value of the edition."""
        return Fact.of(self._entries[key])

    def keys(self, section: str) -> tuple[str, ...]:
        """Return the keys of a section, in the file's order."""
        return tuple(key for key in self._entries if key.partition(".")[0] == section)

    def published(self, source: str, what: str) -> Fact:
        """Return a fact that is read on a public page, of a name among the edition's sources."""
        return self._stated("published", source, what, "")

    def inferred(self, source: str, what: str, check: str) -> Fact:
        """Return a fact that follows from a public page."""
        return self._stated("inferred", source, what, check)

    def assumed(self, what: str, check: str) -> Fact:
        """Return a choice of this project."""
        return Fact("assumed", what, check)

    def _stated(self, status: str, source: str, what: str, check: str) -> Fact:
        if source not in self.sources:
            raise KeyError(source)
        return Fact(status, f"{source}: {what}", check)
