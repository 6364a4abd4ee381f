"""The six profiles, as far as public facts and this project's choices reach.

What version 0.3 of Kela's guide says and nobody has seen in 1.0.0 is inferred, not published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconstruction.audit_event import audit_event
from reconstruction.facts import Fact, Facts
from reconstruction.phrases import code_of, coding, extension, identifier, one_reference, sliced
from reconstruction.rules import Definition, Rule, Slicing, ValueSet


def profiles(facts: Facts, sets: dict[str, ValueSet]) -> tuple[Definition, ...]:
    """Return the profiles."""
    return (
        audit_event(facts, sets),
        _provenance(facts),
        _organisation(facts),
        _practitioner_role(facts),
        _practitioner(facts),
        _consent(facts, sets),
    )


def _profile(facts: Facts, key: str, about: str, rules: Sequence[Rule]) -> Definition:
    url = facts.value(f"profile.{key}")
    name = url.rpartition("/")[2]
    bases = {"organisation": "Organization", "practitioner_role": "PractitionerRole"}
    base = bases.get(key, key.capitalize())
    title = f"{name} profile"
    return Definition(name, url, base, title, about, (facts.fact(f"profile.{key}"),), tuple(rules))


def _provenance(facts: Facts) -> Definition:
    language = facts.inferred("provenance_0_3", "language 1..1", "whether it stayed 1..1 in 1.0.0")
    base = facts.published("fhir_r4", "Provenance")
    one = facts.inferred(
        "storing_1_0", "each Provenance is the metadata of one AuditEvent", "the form of target"
    )
    agents = facts.assumed("the two agents the sister Provenances of Kanta have", "the agents")
    person = facts.fact("cardinality.discloser_person")
    persons = facts.value("cardinality.discloser_person")
    least = persons.partition("..")[0]
    rules = [
        Rule("id", (facts.assumed("as the AuditEvent's", "id of the Provenance"),), "1..1"),
        Rule("language", (language,), "1..1", short="Language of the notice"),
        Rule("target", (one,), "1..1", short="The notice: fullUrl of its AuditEvent"),
        Rule("target.reference", (one,), "1..1"),
        Rule("recorded", (base,), "1..1"),
        Rule("agent", (agents, person), f"{1 + int(least)}..2", slicing=Slicing("pattern", "role")),
        Rule("agent.role", (agents,), "1..1"),
        *one_reference("agent.who", (base,), agents),
    ]
    role = facts.value("profile.practitioner_role")
    for name, key, target, times in (
        ("professional", "provenance_agent.professional", role, persons),
        ("serviceUnit", "provenance_agent.service_unit", "Organization", "1..1"),
    ):
        at = f"agent:{name}"
        rules += [
            Rule(at, (facts.fact(key),), times),
            Rule(f"{at}.role", (facts.fact(key),), "1..1",
                 pattern={"CodeableConcept": {"coding": [facts.value(key)]}}),
            *one_reference(f"{at}.who", (facts.fact(key),), agents, target),
        ]  # fmt: skip
    about = "The metadata of a disclosure notice (ilmoituksen metatiedot)."
    return _profile(facts, "provenance", about, rules)


def _organisation(facts: Facts) -> Definition:
    shown = facts.inferred("example", "the controller has exactly one", "cardinality in 1.0.0")
    about = "The controller of the register whose data is disclosed (rekisterinpitäjä)."
    rules = [
        sliced(facts, "extension", "0..*"),
        *extension(facts, "", "registerType", "extension.register_type", shown, "1..1"),
        *identifier(facts, "identifier", shown),
        Rule("name", (shown,), "1..1"),
    ]
    return _profile(facts, "organisation", about, rules)


def _practitioner_role(facts: Facts) -> Definition:
    shown = facts.inferred("example", "one reference each", "cardinality in 1.0.0")
    about = "A professional (ammattihenkilö) in the organisation for which he or she acted."
    rules = [
        *one_reference("practitioner", (shown,), shown, facts.value("profile.practitioner")),
        *one_reference("organization", (shown,), shown, "Organization"),
    ]
    return _profile(facts, "practitioner_role", about, rules)


def _practitioner(facts: Facts) -> Definition:
    once = facts.inferred("example", "each extension stands once", "cardinality in 1.0.0")
    name = facts.assumed("the example is cut before name and identifier", "name, identifier")
    given = facts.fact("cardinality.given_names")
    about = "A professional (ammattihenkilö) as a person."
    method = "extension.practitioner_authentication_method"
    rules = [
        sliced(facts, "extension", "0..*"),
        *extension(facts, "", "title", "extension.practitioner_title", once, "0..1"),
        *extension(facts, "", "authenticationMethod", method, once, "0..1"),
        Rule("identifier", (name,), "0..1"),
        Rule("identifier.system", (name,), "1..1"),
        Rule("identifier.value", (name,), "1..1"),
        Rule("name", (name,), "1..1"),
        Rule("name.family", (name,), "1..1"),
        Rule("name.given", (given,), facts.value("cardinality.given_names")),
    ]
    return _profile(facts, "practitioner", about, rules)


def _consent(facts: Facts, sets: dict[str, ValueSet]) -> Definition:
    body = facts.assumed("the body of the Consent is not public", "the Consent profile")
    identifiers = facts.published("consent_1_0", "id 0..1, meta 0..1")
    about = "A permission (luovutuslupa) or consent (suostumus) the client gave."
    rules = [
        Rule("id", (identifiers,), "0..1"),
        Rule("meta", (identifiers,), "0..1"),
        *identifier(facts, "identifier", body, "0..1"),
        Rule("status", (facts.fact("consent.status"),), "1..1",
             fixed={"Code": facts.value("consent.status")}),
        *_concept(facts, "scope", "consent.scope"),
        Rule("category", (body,), "1..1", value_set=sets["consent"].url),
        *code_of("category", body),
        # Both kinds are placeholders of one system.
        Rule("category.coding.system", (facts.fact("consent.permission"),), "1..1",
             fixed={"Uri": facts.value("consent.permission")["system"]}),
        *one_reference("patient", (body,), body, "Patient"),
        Rule("dateTime", (body,), "0..1", short="When it was given"),
        Rule("performer", (body,), "0..1", short="The client or the legal representative"),
        *one_reference("performer", (), body, "Patient", "RelatedPerson"),
        Rule("organization", (body,), "1..1", short="The controller"),
        *one_reference("organization", (), body, facts.value("profile.organisation")),
        *_concept(facts, "policyRule", "consent.policy_rule"),
        Rule("provision", (body,), "1..1"),
        Rule("provision.type", (facts.fact("consent.provision_type"),), "1..1",
             fixed={"Code": facts.value("consent.provision_type")}),
        Rule("provision.code", (facts.fact("consent.scope_at"),), "0..1"),
        Rule("provision.code.text", (facts.fact("consent.scope_at"),), "1..1", short="Extent"),
    ]  # fmt: skip
    return _profile(facts, "consent", about, rules)


def _concept(facts: Facts, at: str, key: str) -> Iterator[Rule]:
    fact: tuple[Fact, ...] = (facts.fact(key),)
    yield Rule(at, fact, "1..1")
    yield Rule(f"{at}.coding", fact, "1..1")
    yield from coding(f"{at}.coding", fact, facts.value(key))
