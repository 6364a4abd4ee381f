"""Independent validation engines, fed with the reconstructed package.

An engine takes a Bundle and returns what it finds wrong; nothing found means accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fhirkit
from pyrofile_validator import Validator
from pyrofile_validator.config import ValidatorConfig
from reconstruction import base
from reconstruction.files import resources

Json = dict[str, Any]
Engine = Callable[[Json], list[str]]


def fhirkit_rs(bundle: Json) -> list[str]:
    """Structure and lexical forms by the base standard; it knows no profiles."""
    return [f"{each}" for each in fhirkit.validate(json.dumps(bundle))]


def pyrofile(folder: Path) -> Engine:
    """Profiles, value sets, invariants and Bundle rules, by the package's snapshots."""
    for name in (*base.RESOURCES, *base.DATA_TYPES):
        (folder / f"{name}.json").write_text(json.dumps(_eased(base.definition(name))), "utf-8")
    for resource in resources():
        text = json.dumps(_eased(resource))
        (folder / f"{resource['resourceType']}-{resource['id']}.json").write_text(text, "utf-8")
    config = {
        "localPackagePaths": [str(folder)],
        "terminology": {"mode": "local"},
        "packageCacheDir": str(folder / "cache"),
        "evidenceOutputDir": str(folder / "evidence"),
    }
    validator = Validator(ValidatorConfig.load_dict(config))

    def found(bundle: Json) -> list[str]:
        errors = validator.validate_resource(bundle).errors
        return [f"{each.code} at {each.path}: {each.message}" for each in errors]

    return found


def _eased(resource: Json) -> Json:
    """Return a definition as pyrofile 0.3.0 reads it right and in good time.

    It tells extensions apart only by a URL that stands in the slice itself. It takes slicing
    below a slice for the slicing of the list the slice belongs to, so that is told outside of
    the slice. It copies the whole resource for each invariant, and asks those
    of the base definition anyway, so a profile keeps its own only. Left out are ele-1 (empty
    elements, which fhirkit-rs finds) and dom-6 (the advice to write a narrative).
    """
    made: Json = json.loads(json.dumps(resource))
    elements = made.get("snapshot", {}).get("element", [])
    for element in [each for each in elements if "sliceName" in each]:
        url = element["type"][0].get("profile", [""])[0]
        if url:
            at = {name: f"{element[name]}.url" for name in ("id", "path")}
            child = {**at, "min": 1, "max": "1", "type": [{"code": "uri"}], "fixedUri": url}
            elements.insert(elements.index(element) + 1, child)
    outer = {each["path"]: each for each in elements if ":" not in each["id"]}
    own = made.get("derivation") == "constraint" and made["url"]
    for element in elements:
        if ":" in element["id"].rpartition(".")[0] and "slicing" in element:
            slicing = element.pop("slicing")
            outer.get(element["path"], {}).setdefault("slicing", slicing)
        constraints = element.pop("constraint", ())
        element["constraint"] = [
            each
            for each in constraints
            if each["key"] not in {"ele-1", "dom-6"} and (not own or each["source"] == own)
        ]
    return made
