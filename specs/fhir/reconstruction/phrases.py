"""Groups of rules that the profiles have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconstruction.facts import Fact, Facts
from reconstruction.rules import Rule, Slicing, Type

HL7 = "http://hl7.org/fhir/StructureDefinition/"


def targets(*names: str) -> Type:
    """Return the type of a reference to base types or, with a whole URL, to profiles."""
    return Type("Reference", targets=tuple(n if ":" in n else f"{HL7}{n}" for n in names))


def one_reference(
    at: str, mandatory: tuple[Fact, ...], form: Fact, *names: str, bounds: str = "1..1"
) -> Iterator[Rule]:
    """Return the rules of an element that refers to a contained resource and nothing else.

    Without ``mandatory`` the element's own cardinality is left as it is.
    """
    types = (targets(*names),) if names else ()
    if mandatory or types:
        yield Rule(at, mandatory or (form,), bounds if mandatory else "", types=types)
    yield Rule(f"{at}.reference", (form,), "1..1")


def coding(at: str, facts: tuple[Fact, ...], value: Mapping[str, str]) -> Iterator[Rule]:
    """Return the rules of a Coding whose three parts are fixed."""
    for part, kind in (("system", "Uri"), ("code", "Code"), ("display", "String")):
        yield Rule(f"{at}.{part}", facts, "1..1", fixed={kind: value[part]})


def code_of(at: str, fact: Fact) -> Iterator[Rule]:
    """Return the rules of a CodeableConcept with one whole coding."""
    for part in ("coding", "coding.system", "coding.code", "coding.display"):
        yield Rule(f"{at}.{part}", (fact,), "1..1")


def identifier(facts: Facts, at: str, fact: Fact, bounds: str = "1..1") -> Iterator[Rule]:
    """Return the rules of an identifier that is an OID as a URN."""
    key = "identifier.oid"
    yield Rule(at, (fact,), bounds)
    yield Rule(f"{at}.system", (facts.fact(key),), "1..1", fixed={"Uri": facts.value(key)})
    yield Rule(f"{at}.value", (facts.fact(key),), "1..1")


def sliced(facts: Facts, at: str, bounds: str, fact: Fact | None = None) -> Rule:
    """Return the rule that tells extensions apart by their URL."""
    by_url = fact or facts.published("fhir_r4", "extensions are told apart by url")
    return Rule(at, (by_url,), bounds, slicing=Slicing("value", "url"))


def extension(
    facts: Facts, parent: str, name: str, key: str, fact: Fact, bounds: str
) -> Iterator[Rule]:
    """Return the rule of one extension: where, how often, and by which definition."""
    own = (fact, facts.fact(key))
    types = (Type("Extension", profiles=(facts.value(key),)),)
    yield Rule(f"{parent}extension:{name}", own, bounds, types=types)
