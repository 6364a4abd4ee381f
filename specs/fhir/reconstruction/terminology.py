"""Code systems and value sets: the codes that are known or that this project had to choose."""

from __future__ import annotations

from reconstruction.facts import Facts
from reconstruction.rules import CodeSystem, Concept, ValueSet

# Section of the edition -> name and title of the value set of its codings.
_SETS = {
    "ground": ("ground", "Grounds of a disclosure (luovutuksen peruste)"),
    "cause": ("cause", "Causes of 703/2023 55 § 2 mom."),
    "authority_purpose": ("authority-purpose", "Purposes of 703/2023 55 § 2 mom."),
    "role": ("recipient-role", "What a recipient is (luovutuksensaajan rooli)"),
    "relation": ("relation", "Relations of a person to the client"),
    "provenance_agent": ("provenance-agent", "Who stands behind the metadata of a notice"),
}


def value_sets(facts: Facts) -> dict[str, ValueSet]:
    """Return the value sets by the section of the edition their codings come from."""
    made = {
        section: ValueSet(name, title, tuple(_concept(facts, k) for k in facts.keys(section)))
        for section, (name, title) in _SETS.items()
    }
    kinds = tuple(_concept(facts, key) for key in ("consent.permission", "consent.consent"))
    made["consent"] = ValueSet("consent-category", "Permission and consent (luovutuslupa)", kinds)
    title = "Registers of social welfare (asiakirjan rekisteritunnus), as far as seen"
    made["register_type"] = ValueSet("register-type", title, _registers(facts))
    return made


def code_systems(facts: Facts) -> tuple[CodeSystem, ...]:
    """Return the code systems: whole where the codes are placeholders, else the codes seen.

    Those of HL7 are not repeated here.
    """
    by_url: dict[str, list[Concept]] = {}
    for each in value_sets(facts).values():
        for concept in each.concepts:
            by_url.setdefault(concept.system, []).append(concept)
    return tuple(
        CodeSystem(
            name=url.removeprefix("urn:oid:").removeprefix("http://").split(":")[-1].split("/")[-1],
            url=url,
            title="Placeholder codes" if _is_placeholder(url) else "Codes seen in public",
            concepts=tuple(concepts),
            fragment=not _is_placeholder(url),
        )
        for url, concepts in sorted(by_url.items())
        if not url.startswith("http://terminology.hl7.org/")
    )


def _is_placeholder(url: str) -> bool:
    return url.startswith("urn:sha-disclosure:assumed:")


def _concept(facts: Facts, key: str) -> Concept:
    coding = facts.value(key)
    return Concept(coding["system"], coding["code"], coding["display"], (facts.fact(key),))


def _registers(facts: Facts) -> tuple[Concept, ...]:
    return tuple(
        Concept(
            facts.value("code_system.register_type"),
            key.partition(".")[2],
            facts.value(key),
            (facts.fact(key), facts.fact("code_system.register_type")),
        )
        for key in facts.keys("register_type")
    )
