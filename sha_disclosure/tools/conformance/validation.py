"""Bundles against the real profiles, by pyrofile-validator (extra ``conformance``)."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.conformance.base import BASE
from sha_disclosure.tools.conformance.feeding import fed
from sha_disclosure.tools.conformance.package import CORE, Packages
from sha_disclosure.tools.conformance.slimming import Resource
from sha_disclosure.tools.conformance.snapshot import Snapshots
from sha_disclosure.tools.conformance.terms import value_set

if TYPE_CHECKING:
    from pyrofile_validator import Validator

_TYPES = (
    "AuditEvent", "Bundle", "Consent", "Device", "Organization", "Patient", "Practitioner",
    "PractitionerRole", "Provenance", "RelatedPerson",
)  # fmt: skip
# What the validator's codes have in common, by their endings or beginnings.
_KINDS: Mapping[str, str] = {
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


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of one Bundle: kind, element, profile. Holds no value of the Bundle."""

    kind: str
    element: str
    profile: str
    severity: str
    rule: str = ""


class ProfileValidator:
    """Validates Bundles against the profiles of packages; making one takes seconds.

    Raises ConfigurationError when the validator is not installed.
    """

    def __init__(self, packages: Packages, snapshots: Snapshots, types: Iterable[str] = ()) -> None:
        self._validator = _made(packages, snapshots, {*_TYPES, *types})

    def issues(self, bundle: dict[str, Any]) -> tuple[Issue, ...]:
        """Return the faults of a Bundle, each once."""
        with contextlib.redirect_stdout(io.StringIO()):  # FHIRPath's trace() prints there
            report = self._validator.validate_resource(bundle)
        found: dict[tuple[str, str, str], Issue] = {}
        for issue in report.issues:
            kind = _kind(issue.code)
            if not _counts(kind, issue.severity.value):
                continue
            element = re.sub(r"\[\d+\]", "", issue.path or issue.resource_type or "")
            rule = issue.code.rpartition(".")[2] if kind == "invariant" else ""
            made = Issue(kind, element, issue.profile or "", issue.severity.value, rule)
            base = made.profile.startswith(BASE)
            found.setdefault((kind, element, rule), made)
            if not base and found[kind, element, rule].profile in {"", *_base(element)}:
                found[kind, element, rule] = made
        return tuple(found.values())


def _counts(kind: str, severity: str) -> bool:
    """Return whether an issue is told: errors, and warnings about the package's own rules.

    Those about extensions are not: the project's own checks see more.
    """
    if kind == "extension":
        return False
    return severity == "error" or (severity == "warning" and kind in {"profile", "codes"})


def _base(element: str) -> tuple[str]:
    return (BASE + element.partition(".")[0],)


def _kind(code: str) -> str:
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
        raise ConfigurationError(
            'Validating needs the extra conformance: pip install "sha-disclosure[conformance]"'
        )
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
        ready = fed(definition, snapshots, packages)
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
    """Yield each value set that can be enumerated, enumerated: the validator expands poorly."""
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
