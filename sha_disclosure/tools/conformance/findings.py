"""What validating came to, in the vendor's terms: which notices, which element, what is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sha_disclosure.messages.words import Language, Words
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.elements import fixed_value, required_value_set, slice_fits
from sha_disclosure.tools.conformance.places import DEFINITIONS, PLACES
from sha_disclosure.tools.conformance.readings import listed
from sha_disclosure.tools.conformance.slimming import Element, path_of
from sha_disclosure.tools.conformance.snapshot import Unresolved
from sha_disclosure.tools.conformance.terms import value_set
from sha_disclosure.tools.conformance.validation import Issue
from sha_disclosure.tools.conformance.vocabulary import Vocabulary

_KINDS = {
    "minimum": Words("is missing", "puuttuu"),
    "maximum": Words("is sent, or sent too often", "lähetetään, tai lähetetään liian monta kertaa"),
    "fixed": Words("is not the fixed value", "ei ole kiinnitetty arvo"),
    "codes": Words("has a code that is not allowed", "sisältää koodin, joka ei ole sallittu"),
    "slice": Words("fits none of the slices", "ei sovi mihinkään viipaleeseen"),
    "invariant": Words("breaks a rule", "rikkoo sääntöä"),
    "extension": Words(
        "is an extension that no given package defines",
        "on laajennos, jota mikään annettu paketti ei määrittele",
    ),
    "extension use": Words("is an extension used otherwise", "on laajennos, jota käytetään toisin"),
    "profile": Words(
        "names a profile that no given package has",
        "nimeää profiilin, jota missään annetussa paketissa ei ole",
    ),
    "reference": Words(
        "refers to what it may not, or to nothing", "viittaa väärin tai ei mihinkään"
    ),
    "unknown": Words("is not an element of FHIR R4", "ei ole FHIR R4:n elementti"),
    "structure": Words("is not built as FHIR R4 says", "ei ole FHIR R4:n mukainen"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one or several Bundles. Holds no value of a notice.

    ``wants``: what the profile says of the element. ``entries``: entries of the edition that
    stand behind it.
    """

    messages: tuple[str, ...]
    issue: Issue
    wants: str
    entries: tuple[str, ...]

    @property
    def is_error(self) -> bool:
        """Whether the finding counts against conformance."""
        return self.issue.severity == "error"

    def text(self, language: Language) -> str:
        """Return what is wrong with the element."""
        return _KINDS[self.issue.kind].text(language)

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "notices": list(self.messages),
            "element": self.issue.element,
            "kind": self.issue.kind,
            "severity": self.issue.severity,
            "message": self.text(language),
            "profile": self.issue.profile,
            "wants": self.wants,
            "entries": list(self.entries),
        }


def gathered(found: Iterable[tuple[str, Issue]], definitions: Definitions) -> tuple[Finding, ...]:
    """Return the issues of all Bundles, each once with the Bundles that have it."""
    labels: dict[Issue, list[str]] = {}
    vocabulary = Vocabulary(definitions)
    for label, issue in found:
        labels.setdefault(vocabulary.shown(issue), []).append(label)
    return tuple(
        Finding(
            tuple(dict.fromkeys(names)),
            issue,
            _wants(issue, definitions),
            tuple(_entries(issue, definitions)),
        )
        for issue, names in sorted(labels.items(), key=lambda item: item[0].element)
    )


def _wants(issue: Issue, definitions: Definitions) -> str:
    if issue.kind.startswith("extension"):
        return issue.rule
    element = _element(issue, definitions)
    if element is None:
        return issue.rule
    if issue.kind == "invariant":
        rules = [c for c in element.get("constraint", ()) if c.get("key") == issue.rule]
        return f"{issue.rule}: {rules[0].get('human')}" if rules else issue.rule
    told = [f"{element.get('min', 0)}..{element.get('max', '*')}"]
    fixed = fixed_value(element)
    if fixed is not None:
        told.append(f"= {fixed}")
    canonical = required_value_set(element)
    if canonical:
        held = value_set(canonical, definitions.packages)
        codes = listed(t.told() for t in held.terms) if held and held.terms else ""
        told.append(f"{canonical} ({codes})" if codes else canonical)
    return ", ".join(told)


def _element(issue: Issue, definitions: Definitions) -> Element | None:
    """Return the element of the profile that an issue is about; slices by their names."""
    try:
        elements = definitions.snapshots.of(issue.profile)
    except Unresolved:
        return None
    exact = [e for e in elements if e["id"] == issue.element]
    same = [e for e in elements if path_of(e["id"]) == path_of(issue.element)]
    return next(iter(exact or same), None)


def _entries(issue: Issue, definitions: Definitions) -> list[str]:
    if issue.kind == "extension":
        return [key for key, value in definitions.values.items() if value == issue.profile]
    if issue.kind == "extension use":
        urls = {place.entry: definitions.url_of(place.entry) for place in DEFINITIONS}
        return [entry for entry, url in urls.items() if url == issue.profile]
    path = path_of(issue.element)
    return [
        place.entry
        for place in PLACES
        if place.element == path or path.startswith(f"{place.element}.")
        if ":" not in issue.element or not place.hints or slice_fits(issue.element, place.hints)
        if place.definition and definitions.url_of(place.definition) == issue.profile
    ]
