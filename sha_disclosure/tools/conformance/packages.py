"""FHIR packages: their manifest, definitions, code systems and value sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from sha_disclosure.encoding import count_values
from sha_disclosure.files import Unreadable, text_of
from sha_disclosure.limits import PACKAGE_ELEMENTS, PACKAGE_VALUES
from sha_disclosure.messages import message
from sha_disclosure.tools.conformance.archive import files_of, refused, too_large
from sha_disclosure.tools.conformance.resources import Resource, normalised

CORE = "hl7.fhir.r4.core"
"""The package of FHIR R4's own definitions (perusmääritykset)."""

BASE = "http://hl7.org/fhir/StructureDefinition/"
"""The prefix of the canonical URLs of FHIR's own definitions."""

_FHIR_VERSIONS = ("4.0.0", "4.0.1")
_KEPT = frozenset({"StructureDefinition", "ValueSet", "CodeSystem"})
_MANIFEST = "package.json"


@dataclass(frozen=True, slots=True)
class Package:
    """One package: ``name#version``, its dependencies, its resources by canonical URL."""

    name: str
    version: str
    fhir_version: str
    dependencies: Mapping[str, str]
    resources: Mapping[str, Resource] = field(repr=False)

    @property
    def label(self) -> str:
        """The package's identifier: ``name#version``."""
        return f"{self.name}#{self.version}"

    def of_type(self, resource_type: str) -> Iterator[Resource]:
        """Yield the resources of a type."""
        return (r for r in self.resources.values() if r["resourceType"] == resource_type)


@dataclass(frozen=True, slots=True)
class Packages:
    """Packages that are searched together; the first is the one to compare with."""

    all: tuple[Package, ...]
    read: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, compare=False)
    """A cache of their parsed value sets and code systems, by kind and URL."""

    @property
    def first(self) -> Package:
        """The package to compare with."""
        return self.all[0]

    @property
    def core(self) -> Package | None:
        """The base definitions of FHIR R4, if they are among the packages."""
        return next((package for package in self.all if package.name == CORE), None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Dependencies of the given packages that were not given, as ``name#version``."""
        given = {package.name for package in self.all}
        wanted = {
            f"{name}#{version}": name
            for package in self.all
            for name, version in package.dependencies.items()
        }
        return tuple(sorted(label for label, name in wanted.items() if name not in given))

    def may_miss(self, canonical: str) -> tuple[str, ...]:
        """Return the missing packages that may have a definition; HL7's only have HL7's."""
        if canonical.startswith(("http://hl7.org/", "http://terminology.hl7.org/")):
            return self.missing
        return tuple(label for label in self.missing if not label.startswith("hl7."))

    def find(self, canonical: str, resource_type: str) -> tuple[Resource, Package] | None:
        """Return the resource with a canonical URL, with or without ``|version``."""
        url = canonical.partition("|")[0]
        for package in self.all:
            found = package.resources.get(url)
            if found is not None and found["resourceType"] == resource_type:
                return found, package
        return None

    def of_type(self, resource_type: str) -> Iterator[tuple[Resource, Package]]:
        """Yield the resources of a type in every package, starting with the first package."""
        for package in self.all:
            for resource in package.of_type(resource_type):
                yield resource, package


def load_packages(paths: Sequence[Path], core: Path | None = None) -> Packages:
    """Load packages, each a ``.tgz`` or a folder with ``package.json``.

    ``core`` has the base definitions of FHIR R4 4.0.1: its package, or a folder of
    StructureDefinitions. Raises ConfigurationError, which names the package and the file.
    """
    given = [_load(path) for path in paths]
    return Packages((*given, load_core(core)) if core else tuple(given))


def load_core(path: Path) -> Package:
    """Load the base definitions of FHIR R4; they need no ``package.json``.

    Raises ConfigurationError.
    """
    package = _load(path, named={"name": CORE, "version": _FHIR_VERSIONS[-1]})
    if f"{BASE}AuditEvent" not in package.resources:
        raise refused(path, message("conformance.package.not_core"))
    return replace(package, name=CORE, dependencies={})


def _load(path: Path, named: Mapping[str, str] | None = None) -> Package:
    manifest: Mapping[str, Any] | None = named
    resources: dict[str, Resource] = {}
    values = 0
    for file, content in files_of(path):
        text = _text(path, file, content)
        values += count_values(text)
        if values > PACKAGE_VALUES.value:
            raise too_large(path, PACKAGE_VALUES.exceeded())
        document = _parsed(path, file, text)
        if file == _MANIFEST:
            manifest = document if isinstance(document, dict) else {}
        elif isinstance(document, dict):
            url, kind = document.get("url"), document.get("resourceType")
            if isinstance(url, str) and isinstance(kind, str) and kind in _KEPT:
                resources.setdefault(url, _definition(path, file, document))
    if manifest is None:
        raise refused(path, message("conformance.package.no_manifest"))
    name, version = manifest.get("name"), manifest.get("version")
    if not (isinstance(name, str) and name and isinstance(version, str) and version):
        raise refused(path, message("conformance.package.nameless"))
    given = manifest.get("dependencies")
    dependencies = given.items() if isinstance(given, dict) else ()
    return Package(
        name,
        version,
        _fhir_version(path, manifest, resources.values()),
        {str(key): str(value) for key, value in dependencies},
        resources,
    )


def _definition(path: Path, name: str, document: Resource) -> Resource:
    try:
        made = normalised(document)
    except ValueError:
        made = None
    if made is not None:
        for view in ("snapshot", "differential"):
            if len(made.get(view, {}).get("element", ())) > PACKAGE_ELEMENTS.value:
                raise too_large(path, PACKAGE_ELEMENTS.exceeded(name=name))
        return made
    raise refused(path, message("conformance.package.not_fhir", name=name))


def _text(path: Path, name: str, content: bytes) -> str:
    try:
        return text_of(content)
    except Unreadable:
        pass
    raise refused(path, message("conformance.package.not_json", name=name))


def _parsed(path: Path, name: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    raise refused(path, message("conformance.package.not_json", name=name))


def _fhir_version(path: Path, manifest: Mapping[str, Any], resources: Iterable[Resource]) -> str:
    lists = [manifest.get(key) for key in ("fhirVersions", "fhir-version-list")]
    stated = [each for given in lists if isinstance(given, list) for each in given]
    stated = stated or [resource.get("fhirVersion") for resource in resources]
    versions = {each for each in stated if isinstance(each, str)}
    fitting = sorted(versions & set(_FHIR_VERSIONS))
    if versions and not fitting:
        named = ", ".join(sorted(versions))
        raise refused(path, message("conformance.package.other_fhir", versions=named))
    return fitting[-1] if fitting else ""
