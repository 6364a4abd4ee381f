"""The extensions of a notice, and the project's own one that marks how well a thing is known."""

from __future__ import annotations

from collections.abc import Iterator

from reconstruction.facts import Fact, Facts
from reconstruction.rules import Definition, Rule, Type, ValueSet

STATUS = "urn:sha-disclosure:reconstruction:status"
"""URL of the extension that marks definitions, elements and codes with their facts."""

# Entry of the edition -> name, type of the value, where it is used, what it tells.
_SIMPLE = {
    "extension.register_type": (
        "RegisterType", "Coding", "Organization", "the register (asiakirjan rekisteritunnus)",
    ),
    "extension.practitioner_title": (
        "PractitionerTitle", "string", "Practitioner", "post or task title in the organisation",
    ),
    "extension.practitioner_authentication_method": (
        "PractitionerAuthenticationMethod", "Coding", "Practitioner",
        "how the professional was authenticated (tunnistautumistapa)",
    ),
    "extension.type_of_disclosure": (
        "TypeOfDisclosure", "Coding", "AuditEvent", "kind of disclosure (luovutustapa)",
    ),
    "extension.consent": (
        "Consent", "Reference", "AuditEvent", "the permission or consent the disclosure rests on",
    ),
    "extension.provision": (
        "Provision", "string", "AuditEvent", "the provision the disclosure rests on (säännös)",
    ),
    "extension.function_code": (
        "FunctionCode", "Coding", "AuditEvent.entity", "service task of the data (palvelutehtävä)",
    ),
    "extension.specific_document_type": (
        "SpecificDocumentType", "Coding", "AuditEvent.entity", "specific type of the document",
    ),
}  # fmt: skip
_PARTS = {
    "stored_in_kanta": "boolean",
    "cause": "Coding",
    "no_legal_representative": "boolean",
    "necessity": "string",
    "purpose": "Coding",
    "statutory_task": "string",
    "cannot_judge_permission": "boolean",
    "service_necessary": "boolean",
    "essential_effect": "boolean",
    "necessary_for_task": "boolean",
    "reason": "Coding",
}
_CODED = {"cause": "cause", "purpose": "authority_purpose"}


def extensions(facts: Facts, sets: dict[str, ValueSet]) -> tuple[Definition, ...]:
    """Return the definitions of the notice's extensions."""
    return tuple(_all(facts, sets))


def _all(facts: Facts, sets: dict[str, ValueSet]) -> Iterator[Definition]:
    for key, (name, kind, place, about) in _SIMPLE.items():
        fact = facts.fact(key)
        shown = _value_facts(facts, key, fact)
        rules = [
            Rule("extension", shown, "0..0"),
            Rule("url", (fact,), fixed={"Uri": facts.value(key)}),
            Rule("value[x]", shown, "1..1", types=(_value_type(facts, name, kind),),
                 value_set=sets["register_type"].url if name == "RegisterType" else ""),
            *_inside(facts, name, kind),
        ]  # fmt: skip
        yield Definition(
            name, facts.value(key), "Extension", f"{name} extension", f"Tells {about}.",
            (fact,), tuple(rules), (place,),
        )  # fmt: skip
    yield _ground_detail(facts, sets)
    yield _status(facts)


def _value_facts(facts: Facts, key: str, fact: Fact) -> tuple[Fact, ...]:
    if fact.status == "published":
        return (facts.published("example", "a value of this type is shown"),)
    if key == "extension.type_of_disclosure":
        return (facts.inferred("audit_event_0_3", "Coding", "the type of the value in 1.0.0"),)
    return (fact,)


def _value_type(facts: Facts, name: str, kind: str) -> Type:
    target = (facts.value("profile.consent"),) if name == "Consent" else ()
    return Type(kind, targets=target)


def _inside(facts: Facts, name: str, kind: str) -> Iterator[Rule]:
    if kind == "Coding":
        known = {
            "RegisterType": facts.published("example", "system, code and display are shown"),
            "PractitionerAuthenticationMethod": facts.inferred(
                "example", "the system is shown, the rest is cut", "system, code and display"
            ),
        }
        whole = known.get(name) or facts.assumed(
            "every coding is sent whole, as Kanta asks of those that are shown",
            "which parts of the coding are asked for",
        )
        for part in ("system", "code", "display"):
            yield Rule(f"value[x].{part}", (whole,), "1..1")
    if name == "RegisterType":
        key = "code_system.register_type"
        yield Rule("value[x].system", (facts.fact(key),), fixed={"Uri": facts.value(key)})


def _ground_detail(facts: Facts, sets: dict[str, ValueSet]) -> Definition:
    key = "extension.ground_detail"
    fact = facts.fact(key)
    rules = [Rule("extension", (fact,), "1..*")]
    for part, kind in _PARTS.items():
        own = facts.fact(f"ground_detail.{part}")
        name = facts.value(f"ground_detail.{part}")
        at = f"extension:{name}"
        rules += [
            Rule(at, (own,), "0..1"),
            Rule(f"{at}.extension", (own,), "0..0"),
            Rule(f"{at}.url", (own,), fixed={"Uri": name}),
            Rule(f"{at}.value[x]", (own,), "1..1", types=(Type(kind),),
                 value_set=sets[_CODED[part]].url if part in _CODED else ""),
        ]  # fmt: skip
    rules += [
        Rule("url", (fact,), fixed={"Uri": facts.value(key)}),
        Rule("value[x]", (fact,), "0..0"),
    ]
    about = "Tells what the ground of the disclosure asks for: the conditions of 55 § 2 mom."
    return Definition(
        "GroundDetail", facts.value(key), "Extension", "Ground detail extension", about,
        (fact,), tuple(rules), ("AuditEvent",),
    )  # fmt: skip


def _status(facts: Facts) -> Definition:
    own = facts.assumed("an extension of this package, never sent in a notice", "nothing")
    rules = [Rule("extension", (own,), "1..*")]
    for part, kind, bounds in (
        ("status", "code", "1..1"),
        ("edition", "string", "0..1"),
        ("source", "string", "1..1"),
        ("check", "string", "0..1"),
    ):
        at = f"extension:{part}"
        rules += [
            Rule(at, (own,), bounds),
            Rule(f"{at}.extension", (own,), "0..0"),
            Rule(f"{at}.url", (own,), fixed={"Uri": part}),
            Rule(f"{at}.value[x]", (own,), "1..1", types=(Type(kind),)),
        ]
    rules += [
        Rule("url", (own,), fixed={"Uri": STATUS}),
        Rule("value[x]", (own,), "0..0"),
    ]
    about = (
        "Marks a definition, element or code of this package: published, inferred or assumed, "
        "its entry of the edition, its source, and what to check in Kela's documents."
    )
    return Definition(
        "ReconstructionStatus", STATUS, "Extension", "Status extension", about,
        (own,), tuple(rules), ("Element", "DomainResource"),
    )  # fmt: skip
