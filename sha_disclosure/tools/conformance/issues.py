"""Issues of one Bundle: findings at an element, with the profile and its rule."""

from __future__ import annotations

from typing import Literal

from sha_disclosure.findings import Finding

Kind = Literal[
    "minimum", "maximum", "fixed", "codes", "slice", "invariant", "extension", "extension_use",
    "profile", "reference", "unknown", "structure",
]  # fmt: skip
IssueSeverity = Literal["error", "warning"]


def issue(
    kind: Kind, element: str, profile: str, severity: IssueSeverity, rule: str = ""
) -> Finding:
    """Return the finding for a kind of fault; it contains no value of the Bundle."""
    parameters = (("profile", profile), ("rule", rule))
    return Finding(f"conformance.bundle.{kind}", element, severity, parameters)


def kind_of(found: Finding) -> str:
    """Return the kind of an issue."""
    return found.id.rpartition(".")[2]


def profile_of(found: Finding) -> str:
    """Return the canonical URL of the profile, or of the extension, an issue is about."""
    return str(dict(found.parameters)["profile"])


def rule_of(found: Finding) -> str:
    """Return the broken rule: an invariant's key, or the requirement on an extension."""
    return str(dict(found.parameters)["rule"])
