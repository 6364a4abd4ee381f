"""The table of mutants as Markdown, and reading it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from places import ROOT

from tests.specs.fhir_package.catchers import COLUMNS
from tests.specs.fhir_package.changes import Mutant
from tests.specs.fhir_package.mutants import UNSIGNED
from tests.specs.fhir_package.signature_mutants import SIGNED

PATH = ROOT / "specs" / "fhir" / "mutants.md"
AREAS: Mapping[str, tuple[Mutant, ...]] = {**UNSIGNED, **SIGNED}
MUTANTS = tuple(mutant for mutants in AREAS.values() for mutant in mutants)
ENGINES = ("fhirkit-rs", "pyrofile-validator")


def engines() -> str:
    """Return the versions of the independent engines."""
    return ", ".join(f"{name} {version(name)}" for name in ENGINES)


def written(caught: Mapping[str, frozenset[str]]) -> str:
    """Return the table for what was caught, by the mutant's words."""
    return "".join(_parts(caught))


def _parts(caught: Mapping[str, frozenset[str]]) -> Iterator[str]:
    yield "# Which fault is caught by whom\n\n"
    yield (
        "Written by `UPDATE_MUTANTS=1 python -m pytest tests/specs/fhir_package/test_mutants.py`; "
        "do not edit.\n\nEach row is one fault made in a golden Bundle that all accept. "
        "**fhirkit-rs** and **pyrofile** are independent engines, pyrofile with the "
        "reconstructed package; "
        "**structure** is `check_structure` of `sha_disclosure.tools.verifier`, part of "
        "`sha-disclosure validate` and `verify`; **reading** is reading the Bundle back into "
        "notices; **verify** is the verification of the signature, where "
        "the fault is "
        "made in a signed Bundle.\n"
    )
    yield f"\nEngines: {engines()}\n"
    found = list(caught.values())
    alone = {name: sum(names == {name} for names in found) for name in COLUMNS}
    heading = " | ".join(COLUMNS)
    yield f"\n| {len(found)} faults | {heading} |\n|---|{'---|' * len(COLUMNS)}\n"
    for what, counts in (
        ("caught", {name: sum(name in names for names in found) for name in COLUMNS}),
        ("caught by nobody else", alone),
    ):
        yield f"| {what} | {' | '.join(str(counts[name]) for name in COLUMNS)} |\n"
    yield f"\nCaught by nobody: {sum(not names for names in found)}\n"
    for area, mutants in AREAS.items():
        yield f"\n## {area}\n\n| fault | {heading} |\n|---|{'---|' * len(COLUMNS)}\n"
        for mutant in mutants:
            marks = ("yes" if name in caught[mutant.what] else "" for name in COLUMNS)
            yield f"| {mutant.what} | {' | '.join(marks)} |\n"


def named() -> dict[str, frozenset[str]]:
    """Return who the written table says catches each mutant."""
    rows = [line.split("|")[1:-1] for line in PATH.read_text("utf-8").splitlines() if "|" in line]
    cells = {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}
    known = {mutant.what for mutant in MUTANTS}
    return {
        what: frozenset(name for name, mark in zip(COLUMNS, marks, strict=True) if mark == "yes")
        for what, marks in cells.items()
        if what in known
    }
