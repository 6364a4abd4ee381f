"""FHIR packages as a whole: their manifest, definitions, code systems and value sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.conformance.archive import Bounds, files_of
from sha_disclosure.tools.conformance.slimming import Resource, slim

CORE = "hl7.fhir.r4.core"
FHIR_VERSIONS = ("4.0.0", "4.0.1")
_KEPT = frozenset({"StructureDefinition", "ValueSet", "CodeSystem"})
_NAME = "package.json"


@dataclass(frozen=True, slots=True)
class Package:
    """One package: ``name#version``, what it depends on, its resources by canonical URL."""

    name: str
    version: str
    fhir_version: str
    dependencies: Mapping[str, str]
    resources: Mapping[str, Resource] = field(repr=False)

    @property
    def label(self) -> str:
        """The package as it is cited: ``name#version``."""
        return f"{self.name}#{self.version}"

    def of_type(self, resource_type: str) -> Iterator[Resource]:
        """Yield the resources of a type."""
        return (r for r in self.resources.values() if r["resourceType"] == resource_type)


@dataclass(frozen=True, slots=True)
class Packages:
    """Packages that are searched together; the first is the one to compare with."""

    all: tuple[Package, ...]

    @property
    def first(self) -> Package:
        """The package to compare with."""
        return self.all[0]

    @property
    def missing(self) -> tuple[str, ...]:
        """Packages that a given one depends on and that were not given, as ``name#version``."""
        given = {package.name for package in self.all}
        wanted = {
            f"{name}#{version}": name
            for package in self.all
            for name, version in package.dependencies.items()
        }
        return tuple(sorted(label for label, name in wanted.items() if name not in given))

    def may_miss(self, canonical: str) -> tuple[str, ...]:
        """Return the missing packages that may hold a definition; HL7's hold HL7's only."""
        if canonical.startswith(("http://hl7.org/", "http://terminology.hl7.org/")):
            return self.missing
        return tuple(label for label in self.missing if not label.startswith("hl7."))

    def find(self, canonical: str, resource_type: str) -> tuple[Resource, Package] | None:
        """Return the resource of a canonical URL, with or without ``|version``."""
        url = canonical.partition("|")[0]
        for package in self.all:
            found = package.resources.get(url)
            if found is not None and found["resourceType"] == resource_type:
                return found, package
        return None

    def of_type(self, resource_type: str) -> Iterator[tuple[Resource, Package]]:
        """Yield the resources of a type in every package, the first package's first."""
        for package in self.all:
            for resource in package.of_type(resource_type):
                yield resource, package


def load_packages(paths: Sequence[Path], bounds: Bounds | None = None) -> Packages:
    """Load packages, each a ``.tgz`` or a folder with ``package.json``.

    Raises ConfigurationError that names the package, the file and the mend.
    """
    return Packages(tuple(_load(path, bounds) for path in paths))


def _load(path: Path, bounds: Bounds | None) -> Package:
    manifest: Resource | None = None
    resources: dict[str, Resource] = {}
    for name, content in files_of(path, bounds):
        document = _parsed(path, name, content)
        if name == _NAME:
            manifest = document if isinstance(document, dict) else {}
        elif isinstance(document, dict) and document.get("resourceType") in _KEPT:
            url = document.get("url")
            if isinstance(url, str):
                resources.setdefault(url, _definition(path, name, document))
    if manifest is None:
        raise ConfigurationError(
            f"Package {path}: no {_NAME}; give the FHIR package as downloaded, not single files"
        )
    named = {key: manifest.get(key) for key in ("name", "version")}
    if not all(isinstance(value, str) and value for value in named.values()):
        raise ConfigurationError(f"Package {path}: {_NAME} names no package; get it again")
    dependencies = manifest.get("dependencies")
    return Package(
        str(named["name"]),
        str(named["version"]),
        _fhir_version(path, manifest, resources.values()),
        {str(k): str(v) for k, v in dependencies.items()} if isinstance(dependencies, dict) else {},
        resources,
    )


def _definition(path: Path, name: str, document: Resource) -> Resource:
    try:
        return slim(document)
    except ValueError:
        pass
    raise ConfigurationError(f"Package {path}: {name} is not built as FHIR R4 says; get it again")


def _parsed(path: Path, name: str, content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    raise ConfigurationError(f"Package {path}: {name} is not JSON; get the package again")


def _fhir_version(path: Path, manifest: Resource, resources: Iterable[Resource]) -> str:
    told: set[str] = set()
    for name in ("fhirVersions", "fhir-version-list"):
        value = manifest.get(name)
        told |= (
            {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()
        )
    if not told:
        told = {r["fhirVersion"] for r in resources if isinstance(r.get("fhirVersion"), str)}
    fitting = sorted(told & set(FHIR_VERSIONS))
    if told and not fitting:
        raise ConfigurationError(
            f"Package {path}: made for FHIR {', '.join(sorted(told))}; the notice is FHIR R4, so "
            "give a package for 4.0.1"
        )
    return fitting[-1] if fitting else ""
