"""Editions that tell who reads which value."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from sha_disclosure.editions.wire import Section, Wire

PACKAGE = "sha_disclosure"
_OWN = "sha_disclosure.editions.wire"


@dataclass
class Uses:
    """The modules of the SDK that read an entry, by the entry's key."""

    seen: dict[str, set[str]] = field(default_factory=dict)

    def note(self, key: str) -> None:
        """Note the module that asks, if it is one of the SDK's."""
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the only way to know who asks
        while frame and frame.f_globals["__name__"] == __name__:
            frame = frame.f_back
        module = frame.f_globals["__name__"] if frame else ""
        if module.startswith(PACKAGE) and module != _OWN:
            self.seen.setdefault(key, set()).add(module)

    def modules(self, key: str) -> tuple[str, ...]:
        """Return the modules, without the name of the package."""
        found = (name.removeprefix(f"{PACKAGE}.") for name in self.seen.get(key, ()))
        return tuple(sorted(found))


def watched(wire: Wire, uses: Uses) -> Wire:
    """Return the same values; whoever reads one of them is noted in ``uses``."""
    sections = {name: _watched(name, getattr(wire, name), uses) for name in Wire.model_fields}
    return Wire.model_construct(**sections)


def _watched(name: str, section: Any, uses: Uses) -> Any:
    if isinstance(section, dict):
        return _WatchedEntries(name, section, uses)
    kind: type[Section] = type(section)
    keys = frozenset(kind.model_fields)

    def read(self: Section, attribute: str) -> Any:
        if attribute in keys:
            uses.note(f"{name}.{attribute}")
        elif attribute == "model_dump":
            for key in sorted(keys):
                uses.note(f"{name}.{key}")
        return object.__getattribute__(self, attribute)

    def walk(self: Section) -> Iterator[tuple[str, Any]]:
        for key in kind.model_fields:
            uses.note(f"{name}.{key}")
        yield from self.__dict__.items()

    members = {"__getattribute__": read, "__iter__": walk, "__module__": kind.__module__}
    watcher: type[Section] = type(kind.__name__, (kind,), members)
    return watcher.model_construct(**{key: getattr(section, key) for key in kind.model_fields})


class _WatchedEntries(dict[str, Any]):
    """A section whose keys an edition chooses: register codes, claims, headers."""

    def __init__(self, name: str, entries: dict[str, Any], uses: Uses) -> None:
        super().__init__(entries)
        self._name = name
        self._uses = uses

    def __getitem__(self, key: str) -> Any:
        self._uses.note(f"{self._name}.{key}")
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._uses.note(f"{self._name}.{key}")
        return super().__contains__(key)

    def values(self) -> Any:
        """Return the values; every entry is read."""
        return [self[key] for key in self]

    def items(self) -> Any:
        """Return the entries; every one is read."""
        return [(key, self[key]) for key in self]
