"""The declared faults of contained resources, among them the Consent."""

from __future__ import annotations

from tests.specs.fhir_package.changes import Mutant, add, drop, held, of_event, put, twice
from tests.specs.fhir_package.mutant_parts import ANYONE, OTHER

CONTAINED = (
    Mutant("contained resource without an id", drop(held("JARJ-1"), "id")),
    Mutant("contained resource nobody refers to", add(of_event("contained"), ANYONE)),
    Mutant("contained id twice", twice(of_event("contained"))),
    Mutant("contained inside contained", put(held("REK-PIT-ORG-1"), contained=[ANYONE])),
    Mutant("contained resource with a version", put(held("ASIAKAS-1"), meta={"versionId": "1"})),
    Mutant("contained resource of no known type", put(held("JARJ-1"), resourceType="Computer")),
    Mutant("contained resource of another profile", put(
        held("REK-PIT-ORG-1"), meta={"profile": ["urn:x"]},
    )),
    Mutant("controller without a name", drop(held("REK-PIT-ORG-1"), "name")),
    Mutant("controller without an identifier", drop(held("REK-PIT-ORG-1"), "identifier")),
    Mutant("controller's identifier of another system", put(
        held("REK-PIT-ORG-1", "identifier", 0), system="urn:oid:1.2.3",
    )),
    Mutant("controller's identifier without urn:oid:", put(
        held("REK-PIT-ORG-1", "identifier", 0), value="1.2.246.10.28777751.19.0",
    )),
    Mutant("controller without a register", drop(held("REK-PIT-ORG-1"), "extension")),
    Mutant("register twice", twice(held("REK-PIT-ORG-1", "extension"))),
    Mutant("register of another system", put(
        held("REK-PIT-ORG-1", "extension", 0, "valueCoding"), system="urn:oid:1.2.3",
    )),
    Mutant("register of no known code", put(
        held("REK-PIT-ORG-1", "extension", 0, "valueCoding"), code="99",
    )),
    Mutant("professional's role without an organisation", drop(
        held("AMM-HLO-ROLE-1"), "organization",
    )),
    Mutant("professional is an Organization", put(
        held("AMM-HLO-ROLE-1", "practitioner"), reference="#REK-PIT-ORG-1",
    )),
    Mutant("professional without a name", drop(held("AMM-HLO-PRAC-1"), "name")),
    Mutant("professional without a family name", drop(
        held("AMM-HLO-PRAC-1", "name", 0), "family",
    )),
    Mutant("professional's title as a coding", lambda b: held("AMM-HLO-PRAC-1")(b).update(
        extension=[{
            "url": "https://gen.kanta.fi/fhir/StructureDefinition/extension/PractitionerTitle",
            "valueCoding": OTHER,
        }]
    )),
    Mutant("client's identifier of another system", put(
        held("ASIAKAS-1", "identifier", 0), system="urn:oid:1.2.3",
    )),
    Mutant("client's identity code with a wrong check character", put(
        held("ASIAKAS-1", "identifier", 0), value="010194-999A",
    )),
    Mutant("client's birth date on no day", put(held("ASIAKAS-1"), birthDate="1994-13-01")),
    Mutant("client's gender of no known code", put(held("ASIAKAS-1"), gender="x")),
    Mutant("record system's name of no known type", put(
        held("JARJ-1", "deviceName", 0), type="nickname",
    )),
    Mutant("person of no known relation", put(
        held("LUOV-SAAJA-HLO-1", "relationship", 0, "coding", 0), code="x",
    ), "to-legal-representative"),
    Mutant("relation of another system", put(
        held("LUOV-SAAJA-HLO-1", "relationship", 0, "coding", 0), system="urn:oid:1.2.3",
    ), "to-legal-representative"),
    Mutant("person without the client", drop(held("LUOV-SAAJA-HLO-1"), "patient"),
           "to-legal-representative"),
    Mutant("person of an Organization", put(
        held("LUOV-SAAJA-HLO-1", "patient"), reference="#REK-PIT-ORG-1",
    ), "to-legal-representative"),
)  # fmt: skip

CONSENT = (
    Mutant("Consent of another status", put(held("LUPA-1"), status="draft")),
    Mutant("Consent without a scope", drop(held("LUPA-1"), "scope")),
    Mutant("Consent of another scope", put(held("LUPA-1", "scope", "coding", 0), code="research")),
    Mutant("Consent of no known category", put(
        held("LUPA-1", "category", 0, "coding", 0), code="x",
    )),
    Mutant("Consent of another category's system", put(
        held("LUPA-1", "category", 0, "coding", 0), system="urn:oid:1.2.3",
    )),
    Mutant("Consent without a policy", drop(held("LUPA-1"), "policyRule")),
    Mutant("Consent that denies", put(held("LUPA-1", "provision"), type="deny")),
    Mutant("Consent without a provision", drop(held("LUPA-1"), "provision")),
    Mutant("Consent without the controller", drop(held("LUPA-1"), "organization")),
    Mutant("Consent given on no day", put(held("LUPA-1"), dateTime="2026-02-30T12:00:00+02:00")),
    Mutant("Consent of an Organization", put(
        held("LUPA-1", "patient"), reference="#REK-PIT-ORG-1",
    )),
    Mutant("Consent given by an Organization", put(
        held("LUPA-1"), performer=[{"reference": "#REK-PIT-ORG-1"}],
    )),
    Mutant("document of the Consent that is no OID", put(
        held("LUPA-1"), identifier=[{"system": "urn:ietf:rfc:3986", "value": "x"}],
    )),
)  # fmt: skip
