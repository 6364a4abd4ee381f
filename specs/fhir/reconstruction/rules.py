"""The words the tables are written in: definitions made of rules, each resting on facts.

A rule is placed by element id below the root, as FHIR writes it: ``agent:controller.type``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconstruction.facts import Fact

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slicing:
    """How the members of a list are told apart."""

    kind: str
    path: str

    def to_json(self) -> Json:
        """Return ElementDefinition.slicing."""
        return {"discriminator": [{"type": self.kind, "path": self.path}], "rules": "open"}


@dataclass(frozen=True, slots=True)
class Type:
    """One type an element may have, with the profiles of it or of what it refers to."""

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Return one ElementDefinition.type."""
        made: Json = {"code": self.code}
        if self.profiles:
            made["profile"] = list(self.profiles)
        if self.targets:
            made["targetProfile"] = list(self.targets)
        return made


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule over several elements, as FHIRPath."""

    key: str
    human: str
    expression: str

    def to_json(self, source: str) -> Json:
        """Return one ElementDefinition.constraint."""
        return {
            "key": self.key,
            "severity": "error",
            "human": self.human,
            "expression": self.expression,
            "source": source,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of one element. ``fixed`` and ``pattern`` are {type: value}."""

    at: str
    facts: tuple[Fact, ...]
    bounds: str = ""
    short: str = ""
    types: tuple[Type, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    pattern: Mapping[str, Any] = field(default_factory=dict)
    value_set: str = ""
    slicing: Slicing | None = None
    invariant: Invariant | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A profile or an extension: its rules over a base type of FHIR R4."""

    name: str
    url: str
    base: str
    title: str
    about: str
    facts: tuple[Fact, ...]
    rules: tuple[Rule, ...]
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concept:
    """One code with its display."""

    system: str
    code: str
    display: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The codes an element may have, as far as they are known."""

    name: str
    title: str
    concepts: tuple[Concept, ...]

    @property
    def url(self) -> str:
        """Its canonical URL: the project's own, since none of Kela's is public."""
        return f"urn:sha-disclosure:reconstruction:value-set:{self.name}"


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A code system of which codes are known: placeholders of this project, or a fragment."""

    name: str
    url: str
    title: str
    concepts: tuple[Concept, ...]
    fragment: bool = False
