"""A proposed edition file: what the package confirms or fixes, and what a person must decide."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sha_disclosure.editions import SHIPPED, Edition, load_edition
from sha_disclosure.encoding import to_toml
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.tools.conformance.comparison import EntryComparison
from sha_disclosure.tools.conformance.report import Report


def write_proposal(report: Report, base: str, path: Path) -> Edition:
    """Write the proposed edition based on the edition named ``base``; return it loaded.

    Raises ConfigurationError if the file exists already or cannot be written.
    """
    if path.suffix != ".toml":
        raise ConfigurationError(message("conformance.proposal.name", path=str(path)))
    lines = _lines(report, _based_on(base, path), path)
    error: ConfigurationError | None = None
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except FileExistsError:
        error = ConfigurationError(message("conformance.proposal.exists", path=str(path)))
    except OSError as cause:
        reason = cause.strerror or type(cause).__name__
        error = ConfigurationError(
            message("conformance.proposal.unwritable", path=str(path), reason=reason)
        )
    if error:
        raise error
    return load_edition(path)


def _based_on(base: str, path: Path) -> str:
    if base in SHIPPED:
        return base
    if not base.endswith(".toml"):
        raise ConfigurationError(message("conformance.proposal.base_name", edition=base))
    try:
        return os.path.relpath(base, path.parent)
    except ValueError:  # another drive
        return str(Path(base).resolve())


def _lines(report: Report, based_on: str, path: Path) -> Iterator[str]:
    label = _one_line(report.packages.first.label)
    yield f"# Proposed by `sha-disclosure conformance` from the FHIR package {label}."
    yield "# It shows agreement with that package, nothing more. Read it before you use it."
    yield "# Entries that are not here are not decided by the package; signature, token and"
    yield "# headers are in no FHIR package: compare them with Kela's documents."
    yield f"name = {to_toml(_one_line(path.stem))}"
    yield f"based_on = {to_toml(based_on)}"
    for entry in report.entries:
        had, finding = _comment(entry.value), entry.finding
        if entry.result == "agrees":
            yield from _confirmed(entry, entry.value, label)
        elif entry.result == "differs" and entry.proposal is not None:
            yield ""
            yield f"# differs: the edition had {had}"
            yield from _confirmed(entry, entry.proposal, label)[1:]
        elif entry.result == "differs":
            yield ""
            yield f"# differs: {entry.entry}: the edition has {had};"
            yield f"#   {_comment(finding.path)} {_comment(finding.text())}; decide by hand"


def _confirmed(entry: EntryComparison, value: Any, label: str) -> list[str]:
    return [
        "",
        f"[{entry.entry}]",
        f"value = {to_toml(value)}",
        'status = "confirmed"',
        f"source = {to_toml(_one_line(f'{label}: {entry.finding.path}'))}",
        'check = ""',
    ]


def _comment(value: Any) -> str:
    return _one_line(value if isinstance(value, str) else to_toml(value)) or '""'


def _one_line(text: str) -> str:
    """Return a package's text on one line, so that it cannot become an entry of the file."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
