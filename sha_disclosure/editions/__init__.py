"""Editions: the wire contract as data, with the certainty of each value.

The shipped edition is ``kanta-1.0.0``. A vendor that holds Kela's documents writes its own
file, ``based_on = "kanta-1.0.0"``, with the entries it corrects or confirms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from sha_disclosure.boundary import boundary
from sha_disclosure.editions.documents import Document, documents_of
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, read_toml
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_text
from sha_disclosure.messages import Message, Parameter, message

Status = Literal["published", "inferred", "assumed", "confirmed"]
"""How certain a value is; see ``Entry``."""

SHIPPED = ("kanta-1.0.0",)
"""The editions that come with the package."""

PLACEHOLDER = "urn:sha-disclosure:assumed:"
"""Prefix of values that stand in for a national value that is not public."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the wire contract with its status (edition kohta).

    ``published``: read on a public page of Kela. ``inferred``: follows from public facts.
    ``assumed``: this project's choice, to be checked as ``check`` says. ``confirmed``: the
    vendor compared it with Kela's documents.
    """

    key: str
    value: Any
    status: Status
    source: str
    check: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain values."""
        return {
            "key": self.key,
            "value": self.value,
            "status": self.status,
            "source": self.source,
            "check": self.check,
        }


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of the wire contract (editio): ``wire`` for the code, ``entries`` for people.

    ``documents`` are the ones that decide the entries.
    """

    name: str
    wire: Wire = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)
    documents: tuple[Document, ...] = field(default=(), repr=False)

    @property
    def package(self) -> str:
        """Kela's package that the edition describes, with its version and FHIR's."""
        package = self.wire.package
        return f"{package.name} {package.version}, FHIR {package.fhir_version}"

    def assumed(self) -> tuple[Entry, ...]:
        """Return the entries that are only assumed."""
        return tuple(e for e in self.entries if e.status == "assumed")

    def assumed_in_notices(self) -> tuple[Entry, ...]:
        """Return the assumed entries that notices depend on.

        Production is refused while there are any. The others concern searches, or something
        that another entry leaves out.
        """
        idle = tuple(self._idle())
        return tuple(
            e for e in self.assumed() if not any(fnmatchcase(e.key, each) for each in idle)
        )

    def _idle(self) -> Iterator[str]:
        """Yield the entries, as patterns, that no notice uses."""
        yield "control_act.*"
        if self.wire.event.cause == "omitted" or not self.wire.extension.ground_detail:
            yield from ("ground_detail.cause", "cause.*")
        if not self.wire.extension.ground_detail:
            yield from ("ground_detail.*", "authority_purpose.*", "event.cause")

    def unconfirmed(self) -> tuple[Entry, ...]:
        """Return the entries still to be checked: assumed and inferred."""
        return tuple(e for e in self.entries if e.status in {"assumed", "inferred"})

    def to_dict(self) -> dict[str, Any]:
        """Return the edition as plain values."""
        return {"edition": self.name, "entries": [e.to_dict() for e in self.entries]}


@boundary
def load_edition(name: str | Path = "kanta-1.0.0") -> Edition:
    """Return a shipped edition by name, or an edition file by path.

    A shipped edition is read once in a process: every call returns the same object.

    Raises ConfigurationError, which states the file, the entry and the fix.
    """
    return _shipped(str(name)) if str(name) in SHIPPED else _read(name)


@cache
def _shipped(name: str) -> Edition:
    return _read(name)


def _read(name: str | Path) -> Edition:
    tables = _tables(name, seen=())
    title = tables.pop("name")
    documents = documents_of(tables.pop("documents", {}))
    if documents is None:
        raise _refused(title, "documents")
    entries = tuple(_entries(title, tables))
    values: dict[str, dict[str, Any]] = {}
    for entry in entries:
        section, _, key = entry.key.partition(".")
        values.setdefault(section, {})[key] = entry.value
    faults: list[Message] = []
    try:
        wire = Wire.model_validate(values)
    except ValidationError as error:
        found = {(".".join(map(str, e["loc"][:2])), e["type"]) for e in error.errors()}
        faults = [_fault(key, kind) for key, kind in sorted(found)]
    if faults:
        raise _refused(title, "refused", entries=tuple(faults))
    return Edition(title, wire, entries, documents)


# The sentence for each of pydantic's error types.
_FAULTS = {
    "missing": "missing",
    "extra_forbidden": "not_an_entry",
    "literal_error": "not_built",
    "string_too_short": "empty",
    "string_pattern_mismatch": "form",
}


def _fault(key: str, kind: str) -> Message:
    sentence = message(f"edition.{_FAULTS.get(kind, 'other')}")
    return message("edition.entry", key=key, fault=sentence)


def _refused(name: str | Path, sentence: str, **parameters: Parameter) -> ConfigurationError:
    return ConfigurationError(message(f"edition.{sentence}", name=str(name), **parameters))


def _tables(name: str | Path, seen: tuple[str, ...]) -> dict[str, Any]:
    shipped = str(name) in SHIPPED
    tables = deepcopy(_shipped_tables(str(name))) if shipped else _parsed(name, _text(name))
    if not isinstance(tables.get("name"), str):
        raise _refused(name, "no_name")
    tables.pop("sources", None)
    base = tables.pop("based_on", None)
    if base is None:
        return tables
    if not isinstance(base, str) or base in seen:
        raise _refused(name, "base")
    below = Path(name).parent / base if base.endswith(".toml") else base
    return _merged(_tables(below, (*seen, str(base))), tables)


def _merged(base: dict[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` updated by ``upper``: an entry field by field, but a value as a whole."""
    for key, value in upper.items():
        below = base.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict) and key != "value":
            base[key] = _merged(dict(below), value)
        else:
            base[key] = value
    return base


@cache
def _shipped_tables(name: str) -> dict[str, Any]:
    return _parsed(name, resources.files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))


def _parsed(name: str | Path, text: str) -> dict[str, Any]:
    fault = None
    try:
        return read_toml(text)
    except Malformed as error:
        fault = error.message
    raise _refused(name, "file", why=fault)


def _text(name: str | Path) -> str:
    try:
        return read_text(name)
    except Unreadable as error:
        why = error.message
    raise _refused(name, "unknown", why=why, shipped=SHIPPED)


def _entries(title: str, tables: Mapping[str, Any]) -> Iterator[Entry]:
    for section, keys in tables.items():
        if not isinstance(keys, Mapping):
            raise _refused(title, "section", section=section)
        for key, table in keys.items():
            yield _entry(title, f"{section}.{key}", table)


def _entry(title: str, key: str, table: object) -> Entry:
    if not isinstance(table, Mapping) or not {"value", "status", "source"} <= set(table):
        raise _refused(title, "incomplete", key=key)
    if extra := set(table) - {"value", "status", "source", "check"}:
        raise _refused(title, "extra", key=key, members=tuple(sorted(extra)))
    if table["status"] not in get_args(Status):
        raise _refused(title, "status", key=key, expected=get_args(Status))
    if table["status"] in {"assumed", "inferred"} and not table.get("check"):
        raise _refused(title, "check", key=key)
    return Entry(key, table["value"], table["status"], table["source"], table.get("check", ""))


__all__ = ["PLACEHOLDER", "SHIPPED", "Document", "Edition", "Entry", "Status", "load_edition"]
