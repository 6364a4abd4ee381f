"""A proposed edition file: what the package confirms or fixes, and what a person must decide."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sha_disclosure.editions import SHIPPED, Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.conformance.report import Report
from sha_disclosure.tools.conformance.verdict import Verdict


def write_proposal(report: Report, base: str, path: Path) -> Edition:
    """Write the proposed edition on top of the edition named ``base``; return it loaded.

    Raises ConfigurationError when the file exists already or cannot be written.
    """
    if path.suffix != ".toml":
        raise ConfigurationError(f"{path}: give the proposed edition a name that ends in .toml")
    fault = ""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in _lines(report, _based_on(base, path), path)))
    except FileExistsError:
        fault = "it is there already, and somebody may have edited it; choose another name"
    except OSError as error:
        fault = f"cannot be written ({error.strerror or type(error).__name__})"
    if fault:
        raise ConfigurationError(f"{path}: {fault}")
    return load_edition(path)


def _based_on(base: str, path: Path) -> str:
    if base in SHIPPED:
        return base
    if not base.endswith(".toml"):
        raise ConfigurationError(f"Edition {base}: rename it to end in .toml to build on it")
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
    yield f"name = {_toml(_one_line(path.stem))}"
    yield f"based_on = {_toml(based_on)}"
    for verdict in report.verdicts:
        if verdict.result == "agrees":
            yield from _confirmed(verdict, verdict.value, label)
        elif verdict.result == "differs" and verdict.proposal is not None:
            yield ""
            yield f"# differs: the edition had {_comment(verdict.value)}"
            yield from _confirmed(verdict, verdict.proposal, label)[1:]
        elif verdict.result == "differs":
            yield ""
            yield f"# differs: {verdict.entry}: the edition has {_comment(verdict.value)};"
            yield f"#   {_comment(verdict.where)} {_comment(verdict.says.en)}; decide by hand"


def _confirmed(verdict: Verdict, value: Any, label: str) -> list[str]:
    return [
        "",
        f"[{verdict.entry}]",
        f"value = {_toml(value)}",
        'status = "confirmed"',
        f"source = {_toml(_one_line(f'{label}: {verdict.where}'))}",
        'check = ""',
    ]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(value: Any) -> str:
    return _one_line(value if isinstance(value, str) else _toml(value)) or '""'


def _one_line(text: str) -> str:
    """Return a package's text on one line, so that it cannot become an entry of the file."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
