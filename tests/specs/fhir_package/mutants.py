"""The declared faults of a Bundle before it is signed: each must be caught by someone."""

from __future__ import annotations

from tests.specs.fhir_package.changes import (
    Mutant,
    add,
    both,
    drop,
    entry,
    event,
    extension,
    held,
    inside,
    of_event,
    of_provenance,
    provenance,
    put,
    turned,
    twice,
)
from tests.specs.fhir_package.contained_mutants import CONSENT, CONTAINED
from tests.specs.fhir_package.mutant_parts import MARK, OTHER, UUID, cause

FRAME = (
    Mutant("Bundle.type batch", lambda b: b.update(type="batch")),
    Mutant("Bundle.total in a transaction", lambda b: b.update(total=2)),
    Mutant("Bundle.id at the root", lambda b: b.update(id="1")),
    Mutant("Bundle.timestamp at the root", lambda b: b.update(timestamp="2026-11-22T10:00:00Z")),
    Mutant("an unknown element of the Bundle", lambda b: b.update(sender="x")),
    Mutant("no entries", lambda b: b.update(entry=[])),
    Mutant("Provenance missing", lambda b: b["entry"].pop(1)),
    Mutant("AuditEvent missing", lambda b: b["entry"].pop(0)),
    Mutant("pair in the other order", lambda b: b["entry"].reverse()),
    Mutant("the same pair twice", lambda b: b["entry"].extend(b["entry"][:])),
    Mutant("entry.search in a transaction", put(entry(0), search={"mode": "match"})),
    Mutant("entry.response in a transaction", put(entry(0), response={"status": "201"})),
    Mutant("relative fullUrl", put(entry(0), fullUrl="AuditEvent/1")),
    Mutant("no fullUrl", drop(entry(1), "fullUrl")),
    Mutant("fullUrl of another id", put(entry(1), fullUrl=UUID)),
    Mutant("fullUrl twice", lambda b: b["entry"][1].update(fullUrl=b["entry"][0]["fullUrl"])),
    Mutant("no request", drop(entry(0), "request")),
    Mutant("request.method PUT", put(inside(entry(0), "request"), method="PUT")),
    Mutant("request.method unknown", put(inside(entry(0), "request"), method="SEND")),
    Mutant("POST to another type's url", put(inside(entry(0), "request"), url="Provenance")),
    Mutant("POST to an id", put(inside(entry(0), "request"), url="AuditEvent/1")),
    Mutant("conditional create", put(inside(entry(0), "request"), ifNoneExist="a=1")),
    Mutant("an entry without its resource", drop(entry(1), "resource")),
)

EVENT = (
    Mutant("id missing", drop(event, "id")),
    Mutant("id of 65 characters", put(event, id="1" * 65)),
    Mutant("id with a colon", put(event, id="urn:oid:1.2")),
    Mutant("meta.profile of another profile", put(event, meta={"profile": ["urn:x"]})),
    Mutant("meta.profile missing", drop(event, "meta")),
    Mutant("an unknown element", put(event, sender="x")),
    Mutant("type missing", drop(event, "type")),
    Mutant("type of another code", put(of_event("type"), code="110107")),
    Mutant("type of another system", put(of_event("type"), system="urn:oid:1.2.3")),
    Mutant("type with another display", put(of_event("type"), display="Import")),
    Mutant("type without system", drop(of_event("type"), "system")),
    Mutant("type.version", put(of_event("type"), version="1")),
    Mutant("type as a list", lambda b: event(b).update(type=[event(b)["type"]])),
    Mutant("two subtypes", put(event, subtype=[OTHER, OTHER])),
    Mutant("action given", put(event, action="E")),
    Mutant("action of no known code", put(event, action="X")),
    Mutant("outcome given", put(event, outcome="0")),
    Mutant("outcomeDesc given", put(event, outcomeDesc="x")),
    Mutant("period missing", drop(event, "period")),
    Mutant("period.start missing", put(event, period={"end": "2026-11-01T12:00:00+02:00"})),
    Mutant("period.end given", put(of_event("period"), end="2099-11-01T12:00:00+02:00")),
    Mutant("period.start on no day", put(of_event("period"), start="2026-02-30T12:00:00+02:00")),
    Mutant("recorded missing", drop(event, "recorded")),
    Mutant("recorded without seconds", put(event, recorded="2026-11-01T12:00+02:00")),
    Mutant("recorded without an offset", put(event, recorded="2026-11-01T12:00:00")),
    Mutant("recorded on no day", put(event, recorded="2026-02-30T12:00:00+02:00")),
    Mutant("ground missing", drop(event, "purposeOfEvent")),
    Mutant("two grounds", twice(of_event("purposeOfEvent"))),
    Mutant("ground of no known code", put(of_event("purposeOfEvent", 0, "coding", 0), code="x")),
    Mutant(
        "ground of another system",
        put(of_event("purposeOfEvent", 0, "coding", 0), system="urn:oid:1.2.3"),
    ),
    Mutant(
        "ground with another display",
        put(of_event("purposeOfEvent", 0, "coding", 0), display="Suostumus"),
    ),
    Mutant("ground with text", put(of_event("purposeOfEvent", 0), text="x")),
    Mutant("ground with two codings", add(of_event("purposeOfEvent", 0, "coding"), OTHER)),
    Mutant("source missing", drop(event, "source")),
    Mutant("observer is no Device", put(of_event("source", "observer"), reference="#ASIAKAS-1")),
)

AGENTS = (
    Mutant("controller missing", drop(of_event("agent"), 0)),
    Mutant("discloser missing", drop(of_event("agent"), 1)),
    Mutant("recipient missing", drop(of_event("agent"), 2)),
    Mutant("two controllers", twice(of_event("agent"))),
    Mutant("a fourth agent of another type", add(of_event("agent"), {
        "type": {"coding": [OTHER]}, "who": {"reference": "#ASIAKAS-1"}, "requestor": False,
    })),
    Mutant("agents in another order", turned(of_event("agent"))),
    Mutant("agent without a type", drop(of_event("agent", 0), "type")),
    Mutant("agent type of another code", put(of_event("agent", 0, "type", "coding", 0), code="x")),
    Mutant(
        "agent type of another system",
        put(of_event("agent", 0, "type", "coding", 0), system="urn:oid:1.2.3"),
    ),
    Mutant(
        "agent type with another display",
        put(of_event("agent", 0, "type", "coding", 0), display="x"),
    ),
    Mutant("agent without who", drop(of_event("agent", 1), "who")),
    Mutant("who without a reference", put(of_event("agent", 1), who={"display": "Aino"})),
    Mutant("who with a display", put(of_event("agent", 1, "who"), display="Aino Virtanen")),
    Mutant("requestor missing", drop(of_event("agent", 0), "requestor")),
    Mutant("requestor as text", put(of_event("agent", 0), requestor="false")),
    Mutant("the recipient is the requestor", both(
        put(of_event("agent", 1), requestor=False), put(of_event("agent", 2), requestor=True),
    )),
    Mutant("recipient's role of no known code", put(
        of_event("agent", 2, "role", 0, "coding", 0), code="x",
    )),
    Mutant("recipient's role of another system", put(
        of_event("agent", 2, "role", 0, "coding", 0), system="urn:oid:1.2.3",
    )),
    Mutant("purpose of use missing", drop(of_event("agent", 2), "purposeOfUse")),
    Mutant("two purposes of use", twice(of_event("agent", 2, "purposeOfUse"))),
    Mutant("controller is the client", put(of_event("agent", 0, "who"), reference="#ASIAKAS-1")),
    Mutant("recipient is a Consent", put(of_event("agent", 2, "who"), reference="#LUPA-1")),
    Mutant("discloser outside the message", put(of_event("agent", 1, "who"), reference="Device/1")),
    Mutant("agent refers to nothing", put(of_event("agent", 0, "who"), reference="#NONE")),
)  # fmt: skip

ENTITIES = (
    Mutant("client missing", drop(of_event("entity"), 0)),
    Mutant("client twice", twice(of_event("entity"))),
    Mutant("client is an Organization", put(
        of_event("entity", 0, "what"), reference="#REK-PIT-ORG-1",
    )),
    Mutant("client entity of another role", put(of_event("entity", 0, "role"), code="4")),
    Mutant("client entity of another type's system", put(
        of_event("entity", 0, "type"), system="urn:oid:1.2.3",
    )),
    Mutant("no data set", drop(of_event("entity"), 2, 1)),
    Mutant("data set of no type and no explanation", drop(of_event("entity", 2),
                                                          "type", "description")),
    Mutant("data set without a service task", drop(of_event("entity", 2), "extension")),
    Mutant("service task of another system", put(
        of_event("entity", 1, "extension", 0, "valueCoding"), system="urn:oid:1.2.3",
    )),
    Mutant("service task without display", drop(
        of_event("entity", 1, "extension", 0, "valueCoding"), "display",
    )),
    Mutant("two specific document types", twice(of_event("entity", 1, "extension"), 1)),
    Mutant("specific document type as text", lambda b: event(b)["entity"][1]["extension"].append(
        {"url": event(b)["entity"][1]["extension"].pop(1)["url"], "valueString": "x"}
    )),
    Mutant("document type without system", drop(of_event("entity", 2, "type"), "system")),
    Mutant("document as a reference", put(of_event("entity", 1), what={"reference": "#LUPA-1"})),
    Mutant("document id of another system", put(
        of_event("entity", 1, "what", "identifier"), system="urn:oid:1.2.3",
    )),
    Mutant("document id that is no OID", put(
        of_event("entity", 1, "what", "identifier"), value="urn:oid:1..2",
    )),
    Mutant("an unknown element of a data set", put(of_event("entity", 1), title="x")),
)  # fmt: skip

DETAIL = "ground-detail"
EXTENSIONS = (
    Mutant("an extra extension", add(of_event("extension"), MARK)),
    Mutant("an extra extension of a data set", add(of_event("entity", 1, "extension"), MARK)),
    Mutant("an extra extension of a contained resource", put(held("JARJ-1"), extension=[MARK])),
    Mutant("an extra extension of a coding", put(of_event("type"), extension=[MARK])),
    Mutant("a modifier extension", put(event, modifierExtension=[MARK])),
    Mutant("no extension at all", drop(event, "extension"), "statute-to-authority"),
    Mutant("extension without url", drop(extension("Provision"), "url"), "statute-to-authority"),
    Mutant("provision twice", twice(of_event("extension")), "statute-to-authority"),
    Mutant("provision without a value", drop(extension("Provision"), "valueString"),
           "statute-to-authority"),
    Mutant("provision with two values", put(extension("Provision"), valueCode="x"),
           "statute-to-authority"),
    Mutant("provision as a coding", lambda b: event(b).update(
        extension=[{"url": event(b)["extension"][0]["url"], "valueCoding": OTHER}]
    ), "statute-to-authority"),
    Mutant("Consent extension refers to the client", put(
        extension("/Consent", event), valueReference={"reference": "#ASIAKAS-1"},
    )),
    Mutant("Consent extension missing beside a Consent", drop(of_event("extension"), 0)),
    Mutant("unknown part of the ground detail", add(
        inside(extension(DETAIL), "extension"), MARK,
    ), "broad-right"),
    Mutant("ground detail without its parts", drop(extension(DETAIL), "extension"), "broad-right"),
    Mutant("ground detail with a value beside its parts", put(extension(DETAIL), valueString="x"),
           "broad-right"),
    Mutant("a part of the ground detail twice", twice(inside(extension(DETAIL), "extension")),
           "broad-right"),
    Mutant("a part of the ground detail without a value", drop(
        inside(extension(DETAIL), "extension", 0), "valueBoolean",
    ), "broad-right"),
    Mutant("a part of the ground detail of another type", lambda b: extension(DETAIL)(b)[
        "extension"].__setitem__(0, {"url": "noLegalRepresentative", "valueString": "true"}),
        "broad-right"),
    Mutant("cause of no known code", add(
        inside(extension(DETAIL), "extension"), cause(code="x"),
    ), "broad-right"),
    Mutant("cause of another system", add(
        inside(extension(DETAIL), "extension"), cause(system="urn:oid:1.2.3"),
    ), "broad-right"),
    Mutant("purpose of no known code", put(
        inside(extension(DETAIL), "extension", 0, "valueCoding"), code="x",
    ), "authority-right"),
)  # fmt: skip

PROVENANCE = (
    Mutant("Provenance.language missing", drop(provenance, "language")),
    Mutant("Provenance.language that is no language", put(provenance, language="suomi ja ruotsi")),
    Mutant("Provenance.recorded missing", drop(provenance, "recorded")),
    Mutant("Provenance recorded at another time than its AuditEvent", put(
        provenance, recorded="2026-01-01T00:00:00Z",
    )),
    Mutant("Provenance.target missing", drop(provenance, "target")),
    Mutant("Provenance.target outside the Bundle", put(
        of_provenance("target", 0), reference="urn:oid:1.2.3",
    )),
    Mutant("Provenance.target by type and id", put(
        of_provenance("target", 0), reference="AuditEvent/1",
    )),
    Mutant("two targets", twice(of_provenance("target"))),
    Mutant("Provenance without its profile", drop(provenance, "meta")),
    Mutant("Provenance id of another form", put(provenance, id="a_b")),
    Mutant("professional missing from the Provenance", drop(of_provenance("agent"), 0)),
    Mutant("a third agent of the Provenance", twice(of_provenance("agent"))),
    Mutant("Provenance agent of no known role", put(
        of_provenance("agent", 0, "role", 0, "coding", 0), code="99",
    )),
    Mutant("Provenance agent of another role's system", put(
        of_provenance("agent", 0, "role", 0, "coding", 0), system="urn:oid:1.2.3",
    )),
    Mutant("Provenance agent who is nobody", drop(of_provenance("agent", 0), "who")),
    Mutant("Provenance agent of another kind", put(
        of_provenance("agent", 0, "who"), reference="#AMM-HLO-ORG-1",
    )),
    Mutant("an unknown element of the Provenance", put(provenance, sender="x")),
)  # fmt: skip

JSON_FORM = (
    Mutant("empty text", put(held("REK-PIT-ORG-1"), name="")),
    Mutant("null", put(event, subtype=None)),
    Mutant("empty list", put(event, subtype=[])),
    Mutant("empty object", put(of_event("agent", 0), network={})),
    Mutant("number for text", put(held("REK-PIT-ORG-1"), name=5)),
    Mutant("text for a list", put(event, agent="x")),
    Mutant("object for a list", lambda b: event(b).update(entity=event(b)["entity"][0])),
)

UNSIGNED = {
    "The frame: Bundle and entries": FRAME,
    "AuditEvent": EVENT,
    "Agents": AGENTS,
    "Entities": ENTITIES,
    "Extensions": EXTENSIONS,
    "Contained resources": CONTAINED,
    "Consent": CONSENT,
    "Provenance": PROVENANCE,
    "JSON": JSON_FORM,
}
