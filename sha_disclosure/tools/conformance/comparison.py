"""Compares the edition with the package, entry by entry, using the table of locations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from sha_disclosure.editions import Edition, Entry
from sha_disclosure.findings import Finding, Severity
from sha_disclosure.messages import Language, Message, message
from sha_disclosure.tools.conformance.comparators import Comparison, compare_at, undecided
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.locations import LOCATIONS, Location

Result = Literal["agrees", "differs", "undecided"]
_RESULTS: Mapping[Severity, Result] = {
    "passed": "agrees",
    "error": "differs",
    "not_run": "undecided",
}
_DECISIVE: tuple[Severity, ...] = ("error", "passed", "not_run")
_SHARED = Counter((each.definition, each.element, each.hints) for each in LOCATIONS)


@dataclass(frozen=True, slots=True)
class EntryComparison:
    """The result of comparing one entry of the edition with the package.

    The finding's path is the definition and element that decide, its text what the package
    has. ``proposal`` is the package's value where it fixes one unambiguously, else None.
    """

    entry: str
    value: Any
    finding: Finding
    proposal: Any

    @property
    def result(self) -> Result:
        """Whether entry and package agree or differ, or the package does not decide."""
        return _RESULTS[self.finding.severity]

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {
            "entry": self.entry,
            "value": self.value,
            "result": self.result,
            "where": self.finding.path,
            "package_says": self.finding.text(language),
            "proposal": self.proposal,
        }


def compare(edition: Edition, definitions: Definitions) -> tuple[EntryComparison, ...]:
    """Return the comparison of every entry of the edition, in order."""
    return tuple(_compared(entry, edition, definitions) for entry in edition.entries)


def _compared(entry: Entry, edition: Edition, definitions: Definitions) -> EntryComparison:
    made = list(_comparisons(entry, definitions)) or [undecided(why=_elsewhere(edition, entry.key))]
    # A difference takes precedence over an agreement, and that over an undecided result.
    decisive = min(made, key=lambda each: _DECISIVE.index(each.finding.severity))
    proposal = decisive.proposal
    if proposal is not None and not _can_be_built(edition, entry.key, proposal):
        proposal = None
    return EntryComparison(entry.key, entry.value, decisive.finding, proposal)


def _comparisons(entry: Entry, definitions: Definitions) -> Iterator[Comparison]:
    for location in LOCATIONS:
        if location.entry == entry.key:
            made = compare_at(location, entry.value, definitions)
            shared = _is_shared(location) and location.how in {"coding", "system"}
            yield made.without_proposal() if shared else made


def _is_shared(location: Location) -> bool:
    return _SHARED[location.definition, location.element, location.hints] > 1


def _elsewhere(edition: Edition, key: str) -> Message:
    for document in edition.documents:
        if document.section_of(key) and not document.name.startswith("FHIR package"):
            return message("conformance.entry.other_document", document=document.name)
    return message("conformance.entry.guide")


def _can_be_built(edition: Edition, key: str, value: Any) -> bool:
    """Return whether the SDK can build with ``value``; if not, it stays a comment."""
    section, _, name = key.partition(".")
    wire: dict[str, Any] = edition.wire.model_dump()
    part = wire[section]
    wire[section] = {**part, name: value} if isinstance(part, Mapping) else value
    try:
        type(edition.wire).model_validate(wire)
    except ValidationError:
        return False
    return True
