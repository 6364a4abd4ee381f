"""Words a report may show: those of definitions and of the edition, never a Bundle's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.slimming import path_of
from sha_disclosure.tools.conformance.validation import Issue

_HIDDEN = "?"


class Vocabulary:
    """The names of elements and the URLs that the packages and the edition know."""

    def __init__(self, definitions: Definitions) -> None:
        self._names: set[str] = set()
        self._urls = {v for v in definitions.values.values() if isinstance(v, str)}
        for definition, _ in definitions.packages.of_type("StructureDefinition"):
            self._urls.add(definition["url"])
            kind = str(definition.get("type"))
            self._names |= {kind, kind[:1].upper() + kind[1:], *_segments(definition)}
        self._stems = {name.removesuffix("[x]") for name in self._names if name.endswith("[x]")}

    def shown(self, issue: Issue) -> Issue:
        """Return an issue with what only the Bundle says hidden: unknown names and URLs."""
        parts = [self._part(part) for part in issue.element.split(".")]
        url = issue.profile if not issue.profile or issue.profile in self._urls else _HIDDEN
        return replace(issue, element=".".join(parts), profile=url)

    def _part(self, part: str) -> str:
        name = path_of(part)
        stems = (stem for stem in self._stems if name.startswith(stem))
        is_choice = any(name.removeprefix(stem) in self._names for stem in stems)
        return part if name in self._names or is_choice else _HIDDEN


def _segments(definition: dict[str, Any]) -> Iterator[str]:
    for view in ("snapshot", "differential"):
        for element in definition.get(view, {}).get("element", ()):
            yield from element["path"].split(".")
