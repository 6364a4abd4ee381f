"""Validates Bundles against the real profiles with pyrofile-validator (extra ``conformance``)."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.tools.conformance.bundles import IssueSeverity, Kind, issue, profile_of
from sha_disclosure.tools.conformance.packages import BASE, CORE, Packages
from sha_disclosure.tools.conformance.resources import Resource
from sha_disclosure.tools.conformance.snapshots import Snapshots
from sha_disclosure.tools.conformance.terms import value_set
from sha_disclosure.tools.conformance.validator_input import validator_input

if TYPE_CHECKING:
    from pyrofile_validator import Validator

_TYPES = (
    "AuditEvent", "Bundle", "Consent", "Device", "Organization", "Patient", "Practitioner",
    "PractitionerRole", "Provenance", "RelatedPerson",
)  # fmt: skip
# What the validator's codes have in common: their suffixes or prefixes.
_KINDS: Mapping[Kind, str] = {
    "unknown": r"^(element|datatype)\.unknown",
    "extension": r"^(extension|modifierExtension)\.",
    "profile": r"^profile\.(unknown|type|enforced)",
    "slice": r"\.slice\.(closed|open-at-end)$",
    "codes": r"binding|terminology",
    "minimum": r"(cardinality\.min|\.required)$",
    "maximum": r"cardinality\.max$|choice\.multiple",
    "fixed": r"\.(fixed|pattern)$",
    "invariant": r"invariant",
    "reference": r"reference|contained",
}


class ProfileValidator:
    """Validates Bundles against the profiles of packages; creating one takes seconds.

    Raises ConfigurationError if the validator is not installed.
    """

    def __init__(self, packages: Packages, snapshots: Snapshots, types: Iterable[str] = ()) -> None:
        self._validator = _made(packages, snapshots, {*_TYPES, *types})

    def issues(self, bundle: dict[str, Any]) -> tuple[Finding, ...]:
        """Return the faults of a Bundle without duplicates."""
        with contextlib.redirect_stdout(io.StringIO()):  # FHIRPath's trace() prints there
            report = self._validator.validate_resource(bundle)
        found: dict[tuple[str, str, str], Finding] = {}
        for each in report.issues:
            kind, severity = _kind(each.code), _severity(each.severity.value)
            # The project's own checks of extensions are more complete.
            if severity is None or kind == "extension":
                continue
            if severity == "warning" and kind not in {"profile", "codes"}:
                continue
            element = re.sub(r"\[\d+\]", "", each.path or each.resource_type or "")
            rule = each.code.rpartition(".")[2] if kind == "invariant" else ""
            made = issue(kind, element, each.profile or "", severity, rule)
            key = (kind, element, rule)
            if key not in found or _is_nearer(made, found[key]):
                found[key] = made
        return tuple(found.values())


def _is_nearer(made: Finding, other: Finding) -> bool:
    """Return whether an issue is about a profile of the package and ``other`` about base FHIR."""
    base = BASE + made.path.partition(".")[0]
    return not profile_of(made).startswith(BASE) and profile_of(other) in {"", base}


def _severity(value: str) -> IssueSeverity | None:
    return "error" if value == "error" else "warning" if value == "warning" else None


def _kind(code: str) -> Kind:
    return next((kind for kind, form in _KINDS.items() if re.search(form, code)), "structure")


def _made(packages: Packages, snapshots: Snapshots, types: set[str]) -> Validator:
    try:
        from pyrofile_validator import Validator  # noqa: PLC0415 - an extra, slow to import
        from pyrofile_validator.config import ValidatorConfig  # noqa: PLC0415 - same
    except ModuleNotFoundError:
        missing = True
    else:
        missing = False
    if missing:
        raise ConfigurationError(message("conformance.validator_missing"))
    with tempfile.TemporaryDirectory(prefix="sha-disclosure-") as folder:
        for number, resource in enumerate(_definitions(packages, snapshots, types)):
            Path(folder, f"{number}.json").write_text(json.dumps(resource), "utf-8")
        config = ValidatorConfig.load_dict(
            {
                "fhirVersion": "4.0.1",
                "backend": "native",
                "localPackagePaths": [folder],
                "terminology": {"mode": "local"},
                "evidenceOutputDir": folder,
            }
        )
        with contextlib.redirect_stdout(io.StringIO()):
            return Validator(config)


def _definitions(packages: Packages, snapshots: Snapshots, types: set[str]) -> Iterator[Resource]:
    value_sets: set[str] = set()
    for definition, package in packages.of_type("StructureDefinition"):
        wanted = package.name != CORE or definition.get("kind") in {
            "complex-type",
            "primitive-type",
        }
        if not (wanted or definition["url"].removeprefix(BASE) in types):
            continue
        ready = validator_input(definition, snapshots, packages)
        if ready is not None:
            yield ready
            value_sets |= set(_bound(ready))
    yield from _value_sets(value_sets, packages)
    for system, package in packages.of_type("CodeSystem"):
        if package.name != CORE and system.get("content") == "complete":
            yield system


def _bound(definition: Resource) -> Iterator[str]:
    for element in definition["snapshot"]["element"]:
        binding = element.get("binding")
        if isinstance(binding, dict) and isinstance(binding.get("valueSet"), str):
            yield binding["valueSet"]


def _value_sets(canonicals: set[str], packages: Packages) -> Iterator[Resource]:
    """Yield value sets in expanded form where possible: the validator's expansion is limited."""
    for canonical in sorted(canonicals):
        held = value_set(canonical, packages)
        found = packages.find(canonical, "ValueSet")
        if held is None or held.terms is None or found is None:
            continue
        systems: dict[str, list[dict[str, str]]] = {}
        for term in held.terms:
            if term.code:
                systems.setdefault(term.system or "", []).append({"code": term.code})
        include = [{"system": system, "concept": codes} for system, codes in systems.items()]
        named: dict[str, Any] = {
            key: found[0][key] for key in ("url", "version", "id") if key in found[0]
        }
        yield {"resourceType": "ValueSet", **named, "compose": {"include": include}}
