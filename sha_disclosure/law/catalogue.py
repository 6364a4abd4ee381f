"""The rules in words, as the catalogue of messages holds them: for pages and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sha_disclosure.messages import LANGUAGES, Language, catalogue, citations


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule in words (sääntö): its id, what it rests on, what it says, how to fix a breach.

    ``texts`` has the sentences of each variant of a breach by language; the variant ``breach``
    is the rule's plain one.
    """

    id: str
    rests_on: str
    summary: Mapping[Language, str]
    texts: Mapping[str, Mapping[Language, str]]


def rule_entries() -> Mapping[str, RuleEntry]:
    """Return every rule by its id: N of notices, A of searches, SHAPE of any input."""
    # FHIR is what `validate --deep` finds in the Bundle, not a rule of the notice.
    return {rule: _entry(rule, cited) for rule, cited in citations().items() if rule != "FHIR"}


def _entry(rule: str, cited: str) -> RuleEntry:
    tables = {language: catalogue(language).table(f"rules.{rule}") for language in LANGUAGES}
    return RuleEntry(
        rule,
        cited,
        {language: table["summary"] for language, table in tables.items()},
        {
            variant: {language: table[variant] for language, table in tables.items()}
            for variant in tables["en"]
            if variant != "summary"
        },
    )
