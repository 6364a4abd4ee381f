"""The rules as text, with their citations and the severity of a breach: for pages and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sha_disclosure.findings import Severity
from sha_disclosure.law.fitting import SEVERITIES
from sha_disclosure.law.rules import RULES
from sha_disclosure.law.searches.rules import SEARCH_RULES
from sha_disclosure.messages import LANGUAGES, Language, catalogue, citations


@dataclass(frozen=True, slots=True)
class Breach:
    """One way to break a rule: its key (``N04.future``), severity, and text by language."""

    key: str
    severity: Severity
    texts: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule as text (sääntö): its id, citation, summary and breaches."""

    id: str
    rests_on: str
    summary: Mapping[Language, str]
    breaches: tuple[Breach, ...]


def rule_entries() -> Mapping[str, RuleEntry]:
    """Return every rule by id: N for notices, A for searches, SHAPE for any input."""
    # FHIR covers what `validate --deep` finds in the Bundle; it is not a rule of the notice.
    return {rule: _entry(rule, cited) for rule, cited in citations().items() if rule != "FHIR"}


def _entry(rule: str, cited: str) -> RuleEntry:
    tables = {language: catalogue(language).table(f"rules.{rule}") for language in LANGUAGES}
    severities = dict(SEVERITIES)
    severities |= {each.key: each.severity for each in RULES}
    severities |= {each.key: each.severity for each in SEARCH_RULES}

    def breach(name: str) -> Breach:
        key = rule if name == "breach" else f"{rule}.{name}"
        texts = {language: table[name] for language, table in tables.items()}
        return Breach(key, severities.get(key, "error"), texts)

    return RuleEntry(
        rule,
        cited,
        {language: table["summary"] for language, table in tables.items()},
        tuple(breach(name) for name in tables["en"] if name != "summary"),
    )
