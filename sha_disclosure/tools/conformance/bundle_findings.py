"""The faults of all Bundles without duplicates: the notices, the element, what is expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sha_disclosure.findings import Finding
from sha_disclosure.messages import Language
from sha_disclosure.tools.conformance.bundles import kind_of, profile_of, rule_of
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.elements import fixed_value, required_value_set, slice_fits
from sha_disclosure.tools.conformance.locations import DEFINITIONS, LOCATIONS
from sha_disclosure.tools.conformance.resources import Element, path_of
from sha_disclosure.tools.conformance.snapshots import Unresolved
from sha_disclosure.tools.conformance.terms import listed, value_set

_HIDDEN = "?"


@dataclass(frozen=True, slots=True)
class BundleFinding:
    """One fault in one or several Bundles; its path is the element. Contains no value of a notice.

    ``expected``: the profile's rule for the element. ``entries``: the edition's entries behind
    the element.
    """

    bundles: tuple[str, ...]
    finding: Finding
    expected: str
    entries: tuple[str, ...]

    @property
    def is_error(self) -> bool:
        """Whether it makes the Bundle invalid."""
        return self.finding.severity == "error"

    @property
    def kind(self) -> str:
        """The kind of fault."""
        return kind_of(self.finding)

    @property
    def profile(self) -> str:
        """The canonical URL of the profile or extension."""
        return profile_of(self.finding)

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "notices": list(self.bundles),
            "element": self.finding.path,
            "kind": self.kind.replace("_", " "),
            "severity": self.finding.severity,
            "message": self.finding.text(language),
            "profile": self.profile,
            "wants": self.expected,
            "entries": list(self.entries),
        }


def gathered(
    found: Iterable[tuple[str, Finding]], definitions: Definitions
) -> tuple[BundleFinding, ...]:
    """Return the issues of all Bundles without duplicates, each with the affected Bundles."""
    labels: dict[Finding, list[str]] = {}
    names = _PublicNames(definitions)
    for label, issue in found:
        labels.setdefault(names.only(issue), []).append(label)
    return tuple(
        BundleFinding(
            tuple(dict.fromkeys(bundles)),
            issue,
            _expected(issue, definitions),
            tuple(_entries(issue, definitions)),
        )
        for issue, bundles in sorted(labels.items(), key=lambda item: item[0].path)
    )


class _PublicNames:
    """The names and URLs of the packages and the edition: a report contains no others."""

    def __init__(self, definitions: Definitions) -> None:
        self._names: set[str] = set()
        self._urls = {v for v in definitions.values.values() if isinstance(v, str)}
        for definition, _ in definitions.packages.of_type("StructureDefinition"):
            self._urls.add(definition["url"])
            kind = str(definition.get("type"))
            self._names |= {kind, kind[:1].upper() + kind[1:]}
            for view in ("snapshot", "differential"):
                for element in definition.get(view, {}).get("element", ()):
                    self._names.update(element["path"].split("."))
        self._choices = {name.removesuffix("[x]") for name in self._names if name.endswith("[x]")}

    def only(self, issue: Finding) -> Finding:
        """Return an issue in which names and URLs that occur only in the Bundle are hidden."""
        element = ".".join(self._public(part) for part in issue.path.split("."))
        profile = profile_of(issue)
        if profile and profile not in self._urls:
            profile = _HIDDEN
        parameters = (("profile", profile), ("rule", rule_of(issue)))
        return replace(issue, path=element, parameters=parameters)

    def _public(self, part: str) -> str:
        name = path_of(part)
        chosen = (name.removeprefix(c) for c in self._choices if name.startswith(c))
        known = name in self._names or any(each in self._names for each in chosen)
        return part if known else _HIDDEN


def _expected(issue: Finding, definitions: Definitions) -> str:
    rule = rule_of(issue)
    if kind_of(issue).startswith("extension"):
        return rule
    element = _element(issue, definitions)
    if element is None:
        return rule
    if kind_of(issue) == "invariant":
        rules = [c for c in element.get("constraint", ()) if c.get("key") == rule]
        return f"{rule}: {rules[0].get('human')}" if rules else rule
    parts = [f"{element.get('min', 0)}..{element.get('max', '*')}"]
    fixed = fixed_value(element)
    if fixed is not None:
        parts.append(f"= {fixed}")
    canonical = required_value_set(element)
    if canonical:
        held = value_set(canonical, definitions.packages)
        codes = listed(term.label for term in held.terms) if held and held.terms else ""
        parts.append(f"{canonical} ({codes})" if codes else canonical)
    return ", ".join(parts)


def _element(issue: Finding, definitions: Definitions) -> Element | None:
    """Return the profile's element that an issue is about, by slice name if possible."""
    try:
        elements = definitions.snapshots.of(profile_of(issue))
    except Unresolved:
        return None
    exact = [e for e in elements if e["id"] == issue.path]
    same = [e for e in elements if path_of(e["id"]) == path_of(issue.path)]
    return next(iter(exact or same), None)


def _entries(issue: Finding, definitions: Definitions) -> list[str]:
    kind, profile = kind_of(issue), profile_of(issue)
    if kind == "extension":
        return [key for key, value in definitions.values.items() if value == profile]
    if kind == "extension_use":
        return [d.entry for d in DEFINITIONS if definitions.url_of(d.entry) == profile]
    path = path_of(issue.path)
    return [
        each.entry
        for each in LOCATIONS
        if each.element == path or path.startswith(f"{each.element}.")
        if ":" not in issue.path or not each.hints or slice_fits(issue.path, each.hints)
        if each.definition and definitions.url_of(each.definition) == profile
    ]
