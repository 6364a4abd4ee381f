"""The report of one run: Bundles validated, edition compared, additions, and what is unchecked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Language, Message, message
from sha_disclosure.tools.conformance.additions import additions
from sha_disclosure.tools.conformance.bundle_findings import BundleFinding, gathered
from sha_disclosure.tools.conformance.bundles import LabelledBundle, kind_of, types_in, with_urls
from sha_disclosure.tools.conformance.comparison import EntryComparison, Result, compare
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.extensions import extension_issues
from sha_disclosure.tools.conformance.locations import DEFINITIONS
from sha_disclosure.tools.conformance.packages import CORE, Packages
from sha_disclosure.tools.conformance.snapshots import Snapshots
from sha_disclosure.tools.conformance.validation import ProfileValidator
from sha_disclosure.tools.conformance.validator_input import limit, unchecked


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run. ``ok``: every Bundle is valid and no entry differs.

    ``additions`` are facts of the package that no entry of the edition represents.
    ``unchecked`` lists what this run could not check in the package's definitions.
    """

    packages: Packages
    edition: str
    bundles: tuple[str, ...]
    findings: tuple[BundleFinding, ...]
    entries: tuple[EntryComparison, ...]
    additions: tuple[Finding, ...]
    unchecked: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """The invalid Bundles."""
        names = {name for f in self.findings if f.is_error for name in f.bundles}
        return tuple(name for name in self.bundles if name in names)

    @property
    def ok(self) -> bool:
        """Whether every Bundle is valid and no entry of the edition differs."""
        return not self.failed and not self.with_result("differs")

    @property
    def base(self) -> str:
        """The package of FHIR R4's base definitions, as ``name#version``."""
        return self.packages.core.label if self.packages.core else ""

    @property
    def never_checked(self) -> tuple[Message, ...]:
        """What no run can check with these packages."""
        core = self.packages.core
        has_value_sets = core is not None and any(core.of_type("ValueSet"))
        base = () if has_value_sets else (message("conformance.never.base_value_sets"),)
        return (
            message("conformance.never.code_system"),
            *base,
            message("conformance.never.transport"),
        )

    def with_result(self, result: Result) -> tuple[EntryComparison, ...]:
        """Return the entries with a given result."""
        return tuple(each for each in self.entries if each.result == result)

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "ok": self.ok,
            "package": self.packages.first.label,
            "packages": [package.label for package in self.packages.all],
            "missing": list(self.packages.missing),
            "base": self.base,
            "edition": self.edition,
            "bundles": [{"notice": b, "valid": b not in self.failed} for b in self.bundles],
            "findings": [each.to_dict(language) for each in self.findings],
            "entries": [each.to_dict(language) for each in self.entries],
            "newly_known": [
                {"kind": kind_of(each), "where": each.path, "package_says": each.text(language)}
                for each in self.additions
            ],
            "unchecked": [
                {"where": each.path, "what": each.text(language)} for each in self.unchecked
            ],
            "never_checked": [each.text(language) for each in self.never_checked],
        }


def conformance(packages: Packages, edition: Edition, bundles: Sequence[LabelledBundle]) -> Report:
    """Compare an edition with packages and validate Bundles against their profiles.

    The packages must include the base definitions of FHIR R4 (see ``load_packages``).
    Raises ConfigurationError if they do not, if the validator is not installed, or if a
    definition is nested too deeply for Python.
    """
    try:
        return _conformance(packages, edition, bundles)
    except RecursionError:
        pass
    raise ConfigurationError(message("conformance.deep"))


def _conformance(packages: Packages, edition: Edition, bundles: Sequence[LabelledBundle]) -> Report:
    if packages.core is None:
        raise ConfigurationError(message("conformance.no_core", package=CORE))
    snapshots = Snapshots(packages)
    definitions = Definitions(packages, snapshots, edition)
    entries = compare(edition, definitions)
    urls = {
        str(each.value): str(each.proposal)
        for each in entries
        if each.entry.startswith(("profile.", "extension.")) and each.value and each.proposal
    }
    types = {kind for bundle in bundles for kind in types_in(bundle.content)}
    validator = ProfileValidator(packages, snapshots, types)
    issues: list[tuple[str, Finding]] = []
    for bundle in bundles:
        content = with_urls(bundle.content, urls)
        found = (*validator.issues(content), *extension_issues(content, packages, snapshots))
        issues += ((bundle.label, each) for each in found)
    findings = gathered(issues, definitions)
    return Report(
        packages,
        edition.name,
        tuple(bundle.label for bundle in bundles),
        findings,
        entries,
        additions(definitions, findings),
        tuple(_unchecked(definitions)),
    )


def _unchecked(definitions: Definitions) -> Iterator[Finding]:
    for location in DEFINITIONS:
        url, definition = definitions.url_of(location.entry), definitions.of(location.entry)
        if definition is not None:
            yield from unchecked(definition.url, definition.elements, definitions.packages)
        elif url is not None:
            yield limit("base", url)
