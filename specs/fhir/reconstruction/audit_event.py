"""The profile of the AuditEvent: the disclosure notice itself (luovutusilmoitus)."""

from __future__ import annotations

from collections.abc import Iterator

from reconstruction.facts import Fact, Facts
from reconstruction.phrases import code_of, coding, extension, one_reference, sliced
from reconstruction.rules import Definition, Invariant, Rule, Slicing, ValueSet


def audit_event(facts: Facts, sets: dict[str, ValueSet]) -> Definition:
    """Return the profile of the notice."""
    url = facts.value("profile.audit_event")
    name = url.rpartition("/")[2]
    rules = (
        *_root(facts),
        *_extensions(facts),
        *_what_happened(facts, sets),
        *_agents(facts, sets),
        *_source(facts),
        *_entities(facts),
    )
    about = "The notice of one disclosure of social welfare data (luovutusilmoitus)."
    fact = (facts.fact("profile.audit_event"),)
    return Definition(name, url, "AuditEvent", f"{name} profile", about, fact, rules)


def _since_0_3(facts: Facts, what: str) -> Fact:
    return facts.inferred("audit_event_0_3", what, "whether it is so in 1.0.0")


def _root(facts: Facts) -> Iterator[Rule]:
    own = facts.published("audit_event_1_0", "id 1..1, made by the sender")
    held = facts.inferred("example", "the actors are contained", "what is contained")
    yield Rule("id", (own,), "1..1", short="Globally unique id, made by the sender")
    yield Rule("contained", (held,), "1..*", short="The actors of the event")


def _extensions(facts: Facts) -> Iterator[Rule]:
    yield sliced(facts, "extension", "1..*", _since_0_3(facts, "extension 1..*"))
    for name, key in (
        ("provision", "extension.provision"),
        ("consent", "extension.consent"),
        ("typeOfDisclosure", "extension.type_of_disclosure"),
        ("groundDetail", "extension.ground_detail"),
    ):
        yield from extension(facts, "", name, key, facts.fact(key), "0..1")


def _what_happened(facts: Facts, sets: dict[str, ValueSet]) -> Iterator[Rule]:
    fixed = (facts.fact("event.type"), _since_0_3(facts, "type.system, code and display fixed"))
    yield Rule("type", fixed, "1..1")
    yield from _without("type", facts, "id", "version", "userSelected")
    yield from coding("type", fixed, facts.value("event.type"))
    yield Rule("subtype", (_since_0_3(facts, "subtype 0..1"),), "0..1")
    for name in ("action", "outcome", "outcomeDesc"):
        yield Rule(name, (_since_0_3(facts, f"{name} 0..0"),), "0..0")
    times = _since_0_3(facts, "period.start 1..1, period.end 0..0")
    yield Rule("period", (times,), "1..1", short="When the data was disclosed (luovutusajankohta)")
    yield Rule("period.start", (times,), "1..1")
    yield Rule("period.end", (times,), "0..0")
    yield Rule("recorded", (facts.published("fhir_r4", "recorded 1..1"),), "1..1")
    ground = facts.fact("event.ground_at")
    parts = _since_0_3(facts, "purposeOfEvent.coding: system, code, display 1..1; no text")
    short = "Ground of the disclosure (luovutuksen peruste)"
    yield Rule("purposeOfEvent", (ground,), "1..1", short, value_set=sets["ground"].url)
    yield from code_of("purposeOfEvent", parts)
    # The codes are placeholders of one system; so is the system.
    first = facts.fact("ground.permission")
    system = {"Uri": facts.value("ground.permission")["system"]}
    yield Rule("purposeOfEvent.coding.system", (first,), "1..1", fixed=system)
    yield from _without("purposeOfEvent.coding", facts, "version", "userSelected")
    yield Rule("purposeOfEvent.text", (parts,), "0..0")


def _without(at: str, facts: Facts, *names: str) -> Iterator[Rule]:
    for name in names:
        yield Rule(f"{at}.{name}", (_since_0_3(facts, f"{at}.{name} 0..0"),), "0..0")


def _agents(facts: Facts, sets: dict[str, ValueSet]) -> Iterator[Rule]:
    three = facts.assumed("controller, discloser and recipient, and no others", "agent slices")
    must = facts.published("audit_event_1_0", "the disclosing controller is mandatory")
    also = facts.inferred("audit_event_1_0", "the recipient is given too", "agent cardinality")
    form = _since_0_3(facts, "who.reference 1..1; type, identifier and display 0..0")
    yield Rule("agent", (three,), "3..3", slicing=Slicing("pattern", "type"))
    yield Rule("agent.type", (three,), "1..1")
    yield Rule("agent.who", (form,), "1..1")
    yield Rule("agent.who.reference", (form,), "1..1")
    for name in ("type", "identifier", "display"):
        yield Rule(f"agent.who.{name}", (form,), "0..0")
    organisation = facts.value("profile.organisation")
    role = facts.value("profile.practitioner_role")
    anyone = ("Organization", role, "RelatedPerson", "Patient")
    alone = facts.value("cardinality.discloser_person") == "0..1"
    organisations = ("Organization",) if alone else ()
    for name, fact, who in (
        ("controller", must, (organisation,)),
        ("discloser", three, (role, *organisations)),
        ("recipient", also, anyone),
    ):
        at, key = f"agent:{name}", facts.fact(f"agent.{name}")
        pattern = {"CodeableConcept": {"coding": [facts.value(f"agent.{name}")]}}
        yield Rule(at, (fact,), "1..1")
        yield Rule(f"{at}.type", (key,), "1..1", pattern=pattern)
        if name == "recipient":
            roles = facts.assumed("what the recipient is", "agent.role of recipients")
            yield Rule(f"{at}.role", (roles,), value_set=sets["role"].url)
        yield from one_reference(f"{at}.who", (fact,), form, *who)
        requestor = {"Boolean": name == facts.value("agent.requestor")}
        yield Rule(f"{at}.requestor", (facts.fact("agent.requestor"),), "1..1", fixed=requestor)
        if name == "recipient":
            purpose = (facts.fact("event.purpose_at"),)
            yield Rule(f"{at}.purposeOfUse", purpose, "1..1")
            yield Rule(
                f"{at}.purposeOfUse.text", purpose, "1..1", short="Purpose (käyttötarkoitus)"
            )


def _source(facts: Facts) -> Iterator[Rule]:
    place = facts.fact("event.observer_at")
    base = facts.published("fhir_r4", "source.observer 1..1")
    yield from one_reference("source.observer", (base, place), place, "Device")


def _entities(facts: Facts) -> Iterator[Rule]:
    client = facts.fact("event.subject_at")
    sets = facts.published("audit_event_1_0", "each data set is an entity of its own")
    three = facts.published(
        "audit_event_1_0", "a general type, a specific type or an explanation of each data set"
    )
    specific = facts.value("extension.specific_document_type")
    told = Invariant(
        "sha-1",
        "A data set has a general document type, a specific document type or an explanation",
        "role.exists() or type.exists() or description.exists() or "
        f"extension.where(url = '{specific}').exists()",
    )
    at = "entity:DisclosedPersonalData"
    yield Rule(
        "entity", (client, sets, three), "2..*", slicing=Slicing("exists", "role"), invariant=told
    )
    yield Rule("entity:client", (client,), "1..1", short="The client (asiakas)")
    yield from one_reference("entity:client.what", (client,), client, "Patient")
    for name in ("type", "role"):
        key = f"event.subject_{name}"
        yield Rule(f"entity:client.{name}", (facts.fact(key),), "1..1")
        yield from coding(f"entity:client.{name}", (facts.fact(key),), facts.value(key))
    named = facts.inferred("function_code_0_3", "the entity of a data set has this name", "name")
    yield Rule(at, (sets, named), "1..*", short="One data set that was disclosed")
    yield sliced(facts, f"{at}.extension", "1..*")
    task = facts.fact("event.service_task_at")
    yield from extension(facts, f"{at}.", "functionCode", "extension.function_code", task, "1..*")
    once = facts.assumed("at most one", "cardinality of the specific document type")
    key = "extension.specific_document_type"
    yield from extension(facts, f"{at}.", "specificDocumentType", key, once, "0..1")
    document = facts.fact("event.document_id_at")
    yield Rule(f"{at}.what", (document,), "0..1")
    yield Rule(f"{at}.what.reference", (document,), "0..0")
    yield Rule(f"{at}.what.identifier", (document,), "1..1", short="The document")
    yield Rule(f"{at}.type", (facts.fact("event.document_type_at"),), "0..1")
    yield Rule(f"{at}.role", (client,), "0..0", short="Only the client has one")
    yield Rule(f"{at}.description", (facts.fact("event.description_at"),), "0..1")
