"""The Bundles to validate, and the issues found in them: findings at an element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sha_disclosure.findings import Finding


@dataclass(frozen=True, slots=True)
class LabelledBundle:
    """A Bundle to validate, with the kind of its notice or the name of its file."""

    label: str
    content: dict[str, Any] = field(repr=False)


def with_urls(bundle: dict[str, Any], urls: Mapping[str, str]) -> dict[str, Any]:
    """Return a Bundle with canonical URLs replaced, so that a wrong URL hides no other fault."""

    def replaced(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: replaced(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [replaced(each, key) for each in value]
        known = key in {"url", "profile"} and isinstance(value, str)
        return urls.get(value, value) if known else value

    made: dict[str, Any] = replaced(bundle)
    return made


def types_in(value: Any) -> Iterator[str]:
    """Yield the resource types in a Bundle."""
    if isinstance(value, dict):
        if isinstance(value.get("resourceType"), str):
            yield value["resourceType"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from types_in(each)


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
