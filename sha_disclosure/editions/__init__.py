"""Editions: the wire contract as data, each value with how well it is known.

The shipped edition is ``kanta-1.0.0``. A vendor that holds Kela's documents writes a file
of its own, ``based_on = "kanta-1.0.0"``, with the entries it corrects or confirms.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from sha_disclosure.editions.wire import Wire
from sha_disclosure.errors import ConfigurationError

Status = Literal["published", "inferred", "assumed", "confirmed"]
SHIPPED = ("kanta-1.0.0",)
PLACEHOLDER = "urn:sha-disclosure:assumed:"
"""Begins values that stand for a national value that is not public."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the wire with its status.

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
    """An edition of the wire contract: ``wire`` for the code, ``entries`` for people."""

    name: str
    wire: Wire = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def package(self) -> str:
        """The package of Kela's that the edition describes, with its version and FHIR's."""
        package = self.wire.package
        return f"{package.name} {package.version}, FHIR {package.fhir_version}"

    def assumed(self) -> tuple[Entry, ...]:
        """Return the entries that are only assumed: production waits for them."""
        return tuple(e for e in self.entries if e.status == "assumed")

    def unconfirmed(self) -> tuple[Entry, ...]:
        """Return the entries with something to check: assumed and inferred."""
        return tuple(e for e in self.entries if e.status in {"assumed", "inferred"})

    def to_dict(self) -> dict[str, Any]:
        """Return the edition as plain values."""
        return {"edition": self.name, "entries": [e.to_dict() for e in self.entries]}


def load_edition(name: str | Path = "kanta-1.0.0") -> Edition:
    """Load a shipped edition by name or an edition file by path.

    Raises ConfigurationError that names the file, the entry and the mend.
    """
    tables = _tables(name, seen=())
    title = tables.pop("name")
    entries = tuple(_entries(title, tables))
    values: dict[str, dict[str, Any]] = {}
    for entry in entries:
        section, _, key = entry.key.partition(".")
        values.setdefault(section, {})[key] = entry.value
    faults = []
    try:
        wire = Wire.model_validate(values)
    except ValidationError as error:
        faults = [(".".join(map(str, e["loc"][:2])), e["type"]) for e in error.errors()]
    if faults:
        told = "; ".join(f"{key} ({_FAULTS.get(kind, kind)})" for key, kind in sorted(set(faults)))
        raise ConfigurationError(f"Edition {title}: mend these entries: {told}")
    return Edition(title, wire, entries)


_FAULTS = {
    "missing": "missing: add it, or name a base edition with based_on",
    "extra_forbidden": "not an entry this version of the SDK knows: correct its name or remove it",
    "literal_error": "a form this version of the SDK does not build",
    "string_too_short": "empty: give a value",
    "string_pattern_mismatch": "not of the form that is needed here, such as a URI: correct it",
}


def _tables(name: str | Path, seen: tuple[str, ...]) -> dict[str, Any]:
    text = _text(name)
    fault = ""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fault = str(error)
    if fault:
        raise ConfigurationError(f"Edition {name}: not valid TOML: {fault}")
    if not isinstance(tables.get("name"), str):
        raise ConfigurationError(f'Edition {name}: add a line such as name = "ours-1"')
    tables.pop("sources", None)
    base = tables.pop("based_on", None)
    if base is None:
        return tables
    if not isinstance(base, str) or base in seen:
        raise ConfigurationError(f"Edition {name}: based_on must name another edition")
    below = Path(name).parent / base if base.endswith(".toml") else base
    return _laid_over(_tables(below, (*seen, str(base))), tables)


def _laid_over(base: dict[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the entries of ``upper`` over ``base``: whole sections stay, entries change by part."""
    for key, value in upper.items():
        below = base.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict) and key != "value":
            base[key] = _laid_over(dict(below), value)
        else:
            base[key] = value
    return base


def _text(name: str | Path) -> str:
    if str(name) in SHIPPED:
        return resources.files(__name__).joinpath(f"{name}.toml").read_text("utf-8")
    fault = ""
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = getattr(error, "strerror", None) or "not UTF-8 text"
    raise ConfigurationError(
        f"Edition {name}: cannot be read ({fault}); use one of {', '.join(SHIPPED)} or a path"
    )


def _entries(title: str, tables: Mapping[str, Any]) -> Iterator[Entry]:
    for section, keys in tables.items():
        if not isinstance(keys, Mapping):
            raise ConfigurationError(f"Edition {title}: {section} is no section of entries")
        for key, table in keys.items():
            yield _entry(title, f"{section}.{key}", table)


def _entry(title: str, key: str, table: object) -> Entry:
    if not isinstance(table, Mapping) or not {"value", "status", "source"} <= set(table):
        raise ConfigurationError(f"Edition {title}: {key} needs value, status and source")
    if extra := set(table) - {"value", "status", "source", "check"}:
        raise ConfigurationError(f"Edition {title}: {key} has unknown {', '.join(sorted(extra))}")
    if table["status"] not in get_args(Status):
        raise ConfigurationError(
            f"Edition {title}: status of {key} must be one of {', '.join(get_args(Status))}"
        )
    if table["status"] in {"assumed", "inferred"} and not table.get("check"):
        raise ConfigurationError(f"Edition {title}: {key} is not published, so say what to check")
    return Entry(key, table["value"], table["status"], table["source"], table.get("check", ""))
