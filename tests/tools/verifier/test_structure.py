"""The own structure checks: a mutant of a good Bundle is found at the right place."""

from __future__ import annotations

import copy
import itertools
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from notices import NOW, Data, full, having, json_values, places

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.verifier import Verification, check_structure, verify_bundle
from tests.authority import NOW as SIGNED_AT
from tests.authority import root
from tests.jose.test_content import sign

EDITION = load_edition()  # hypothesis would print the fixture in full


Change = Callable[[Data], object]

EVENT = "Bundle.entry[0].resource"
PROVENANCE = "Bundle.entry[1].resource"


@pytest.fixture(scope="module")
def good(settings: Settings, edition: Edition) -> Data:
    """A Bundle with a Consent, every extension of a will, and a professional recipient."""
    data = full("consent", "professional")
    setup = Setup(settings, edition, Sources(lambda: NOW, random.Random(1), lambda _: None))
    made: Data = build([DisclosureNotice.model_validate(data)], setup).bundle
    assert check_structure(made, edition) == ()
    return made


def event(bundle: Data) -> Data:
    made: Data = bundle["entry"][0]["resource"]
    return made


def provenance(bundle: Data) -> Data:
    made: Data = bundle["entry"][1]["resource"]
    return made


def held(resource: Data, label: str) -> Data:
    return next(each for each in resource["contained"] if each["id"] == label)


def put(where: Callable[[Data], Data], **members: object) -> Change:
    return lambda bundle: where(bundle).update(members)


def drop(where: Callable[[Data], Any], name: str | int) -> Change:
    return lambda bundle: where(bundle).pop(name)


def extension(bundle: Data, end: str) -> Data:
    return next(each for each in event(bundle)["extension"] if each["url"].endswith(end))


NEW = {"resourceType": "Organization", "id": "NEW-1", "name": "x"}

MUTANTS: dict[str, tuple[Change, str]] = {
    # frame
    "type batch": (put(lambda b: b, type="batch"), "Bundle.type"),
    "no type": (drop(lambda b: b, "type"), "Bundle.type"),
    "root id": (put(lambda b: b, id="x"), "Bundle.id"),
    "root meta": (put(lambda b: b, meta={"profile": ["x"]}), "Bundle.meta"),
    "root timestamp": (put(lambda b: b, timestamp="2026-11-22T10:00:00Z"), "Bundle.timestamp"),
    "no entries": (put(lambda b: b, entry=[]), "Bundle.entry"),
    "missing pair": (drop(lambda b: b["entry"], 1), "Bundle.entry"),
    "pair in the other order": (lambda b: b["entry"].reverse(), EVENT),
    "resource of another type": (put(event, resourceType="Basic"), EVENT),
    # entry
    "relative fullUrl": (
        put(lambda b: b["entry"][0], fullUrl="AuditEvent/1"),
        "Bundle.entry[0].fullUrl",
    ),
    "no fullUrl": (drop(lambda b: b["entry"][0], "fullUrl"), "Bundle.entry[0].fullUrl"),
    "fullUrl as a URN of a UUID": (
        put(lambda b: b["entry"][1], fullUrl="urn:uuid:00000000-0000-4000-8000-000000000000"),
        "Bundle.entry[1].fullUrl",
    ),
    "two same fullUrls": (
        lambda b: b["entry"][1].update(fullUrl=b["entry"][0]["fullUrl"]),
        "Bundle.entry[1].fullUrl",
    ),
    "wrong request url": (
        put(lambda b: b["entry"][0]["request"], url="Provenance"),
        "Bundle.entry[0].request",
    ),
    "request url with an id": (
        put(lambda b: b["entry"][0]["request"], url="AuditEvent/1"),
        "Bundle.entry[0].request",
    ),
    "PUT": (put(lambda b: b["entry"][1]["request"], method="PUT"), "Bundle.entry[1].request"),
    "conditional create": (
        put(lambda b: b["entry"][0]["request"], ifNoneExist="x=1"),
        "Bundle.entry[0].request",
    ),
    "no request": (drop(lambda b: b["entry"][0], "request"), "Bundle.entry[0].request"),
    # resource
    "id too long": (put(event, id="1." * 32 + "1"), f"{EVENT}.id"),
    "id with a colon": (put(event, id="urn:oid:1.2"), f"{EVENT}.id"),
    "no id": (drop(event, "id"), f"{EVENT}.id"),
    "another profile": (put(event, meta={"profile": ["urn:x"]}), f"{EVENT}.meta.profile"),
    "two profiles": (
        lambda b: event(b)["meta"]["profile"].append("urn:x"),
        f"{EVENT}.meta.profile",
    ),
    "Provenance without a profile": (drop(provenance, "meta"), f"{PROVENANCE}.meta"),
    "target elsewhere": (
        put(lambda b: provenance(b)["target"][0], reference="urn:oid:1.2.3"),
        f"{PROVENANCE}.target",
    ),
    "two targets": (
        lambda b: provenance(b)["target"].append({"reference": "urn:oid:1.2.3"}),
        f"{PROVENANCE}.target",
    ),
    "no target": (drop(provenance, "target"), f"{PROVENANCE}.target"),
    # contained
    "dangling reference": (
        put(lambda b: event(b)["agent"][0]["who"], reference="#NONE"),
        f"{EVENT}.agent[0].who",
    ),
    "dangling reference inside a contained resource": (
        put(lambda b: held(provenance(b), "AMM-HLO-ROLE-1")["practitioner"], reference="#NONE"),
        f"{PROVENANCE}.contained[0].practitioner",
    ),
    "unreferenced contained": (lambda b: event(b)["contained"].append(NEW), f"{EVENT}.contained"),
    "contained twice": (
        lambda b: event(b)["contained"].append(copy.deepcopy(event(b)["contained"][0])),
        f"{EVENT}.contained",
    ),
    "contained without an id": (
        lambda b: event(b)["contained"].append({"resourceType": "Basic"}),
        f"{EVENT}.contained",
    ),
    "nested contained": (
        put(lambda b: held(event(b), "REK-PIT-ORG-1"), contained=[NEW]),
        f"{EVENT}.contained",
    ),
    "contained with a version": (
        lambda b: held(event(b), "REK-PIT-ORG-1")["meta"].update(versionId="1"),
        f"{EVENT}.contained",
    ),
    "observer is a Consent": (
        put(lambda b: event(b)["source"]["observer"], reference="#LUPA-1"),
        f"{EVENT}.source.observer",
    ),
    "agent is a Consent": (
        put(lambda b: event(b)["agent"][2]["who"], reference="#LUPA-1"),
        f"{EVENT}.agent[2].who",
    ),
    "client is an Organization": (
        put(lambda b: event(b)["entity"][0]["what"], reference="#REK-PIT-ORG-1"),
        f"{EVENT}.entity[0].what",
    ),
    "practitioner is an Organization": (
        put(lambda b: held(event(b), "AMM-HLO-ROLE-1")["practitioner"], reference="#AMM-HLO-ORG-1"),
        f"{EVENT}.contained[1].practitioner",
    ),
    "Consent of another patient type": (
        put(lambda b: held(event(b), "LUPA-1")["patient"], reference="#REK-PIT-ORG-1"),
        f"{EVENT}.contained[8].patient",
    ),
    "Consent given by an Organization": (
        lambda b: held(event(b), "LUPA-1").update(performer=[{"reference": "#REK-PIT-ORG-1"}]),
        f"{EVENT}.contained[8].performer[0]",
    ),
    "Provenance agent is nobody": (
        put(lambda b: provenance(b)["agent"][1]["who"], reference="#X"),
        f"{PROVENANCE}.agent[1].who",
    ),
    "client outside the message": (
        put(lambda b: event(b)["entity"][0]["what"], reference="Patient/1"),
        f"{EVENT}.entity[0].what",
    ),
    "consent extension refers to the client": (
        lambda b: extension(b, "/Consent")["valueReference"].update(reference="#ASIAKAS-1"),
        f"{EVENT}.extension[0].valueReference",
    ),
    # extensions
    "extra extension": (
        lambda b: event(b)["extension"].append({"url": "urn:x", "valueString": "x"}),
        f"{EVENT}.extension[3]",
    ),
    "extension of the Bundle": (
        put(lambda b: b, extension=[{"url": "urn:x", "valueString": "x"}]),
        "Bundle.extension",
    ),
    "modifier extension": (
        put(event, modifierExtension=[{"url": "urn:x", "valueString": "x"}]),
        f"{EVENT}.modifierExtension",
    ),
    "extension inside a coding": (
        lambda b: event(b)["type"].update(extension=[{"url": "urn:x", "valueString": "x"}]),
        f"{EVENT}.type.extension",
    ),
    "extension inside an extension's coding": (
        lambda b: extension(b, "/TypeOfDisclosure")["valueCoding"].update(
            extension=[{"url": "urn:x", "valueString": "x"}]
        ),
        f"{EVENT}.extension[2].valueCoding.extension",
    ),
    "extension with two values": (
        lambda b: extension(b, "/TypeOfDisclosure").update(valueString="x"),
        f"{EVENT}.extension[2]",
    ),
    "extension with a value of another type": (
        lambda b: event(b)["extension"].__setitem__(
            2, {"url": extension(b, "/TypeOfDisclosure")["url"], "valueString": "x"}
        ),
        f"{EVENT}.extension[2]",
    ),
    "extension without a value": (
        lambda b: extension(b, "/TypeOfDisclosure").pop("valueCoding"),
        f"{EVENT}.extension[2]",
    ),
    "extension without a url": (
        lambda b: extension(b, "/TypeOfDisclosure").pop("url"),
        f"{EVENT}.extension[2]",
    ),
    "extension in a contained resource without display": (
        lambda b: held(event(b), "REK-PIT-ORG-1")["extension"][0]["valueCoding"].pop("display"),
        f"{EVENT}.contained[0].extension[0]",
    ),
    "extension of an entity without system": (
        lambda b: event(b)["entity"][1]["extension"][0]["valueCoding"].pop("system"),
        f"{EVENT}.entity[1].extension[0]",
    ),
    "extension coding with another member in place of its display": (
        lambda b: b["entry"][0]["resource"]["entity"][1]["extension"].__setitem__(
            0,
            {
                "url": event(b)["entity"][1]["extension"][0]["url"],
                "valueCoding": {"system": "urn:x", "code": "1", "userSelected": True},
            },
        ),
        f"{EVENT}.entity[1].extension[0]",
    ),
    "unknown part of the ground detail": (
        lambda b: extension(b, "ground-detail")["extension"].append(
            {"url": "x", "valueString": "x"}
        ),
        f"{EVENT}.extension[1].extension[1]",
    ),
    # blanks
    "empty string": (put(lambda b: event(b)["type"], display=""), f"{EVENT}.type.display"),
    "null": (put(event, outcome=None), f"{EVENT}.outcome"),
    "empty list": (put(event, subtype=[]), f"{EVENT}.subtype"),
    "empty object": (put(lambda b: event(b)["agent"][0], network={}), f"{EVENT}.agent[0].network"),
    "null in a list": (lambda b: event(b)["agent"].append(None), f"{EVENT}.agent[3]"),
    "entry null": (lambda b: b["entry"].extend([None, None]), "Bundle.entry[2]"),
    "resource null": (put(lambda b: b["entry"][0], resource=None), "Bundle.entry[0].resource"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_of_structure_is_found_at_its_place(
    name: str, good: Data, edition: Edition
) -> None:
    change, path = MUTANTS[name]
    mutant = copy.deepcopy(good)
    change(mutant)
    assert mutant != good
    found = {finding.path for finding in check_structure(mutant, edition)}
    assert any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in found)


def test_a_fault_shows_no_value_of_the_bundle(good: Data, edition: Edition) -> None:
    for change, _ in list(MUTANTS.values())[:40]:
        mutant = copy.deepcopy(good)
        change(mutant)
        told = repr(check_structure(mutant, edition))
        assert "MessageFinding" in told
        assert not [v for v in ("Asiakas", "Virtanen", "Salo", "1994") if v in told]


def test_the_signature_element_is_held_to_the_edition(good: Data, edition: Edition) -> None:
    signed = sign(good, edition).bundle
    assert check_structure(signed, edition) == ()
    found = check_structure({**good, "signature": {"data": "eA=="}}, edition)
    assert {f.path.rpartition(".")[2] for f in found} >= {"type", "when", "who", "sigFormat"}


@pytest.mark.parametrize("every", [pytest.param(1, id="all", marks=pytest.mark.proof), 25])
def test_any_value_put_anywhere_is_judged_without_a_crash(
    good: Data, edition: Edition, every: int
) -> None:
    document = json.loads(json.dumps(good))
    values: tuple[object, ...] = (None, 5, "x", [], {}, [None], {"reference": 5})
    crashed: dict[str, list[object]] = {}
    for path, value in list(itertools.product(places(document), values))[::every]:
        try:
            check_structure(having(document, path, value), edition)
        except Exception as error:  # noqa: BLE001 - all crashes are reported together
            crashed.setdefault(type(error).__name__, []).append((path, value))
    assert {kind: found[:3] for kind, found in crashed.items()} == {}


@given(value=json_values)
def test_any_json_is_judged_without_a_crash(
    value: Any,
) -> None:
    assert check_structure({"entry": value}, EDITION)
    assert check_structure({"entry": [{"resource": value}, {"resource": value}]}, EDITION)


def test_a_whole_signature_does_not_make_a_wrong_bundle_valid(good: Data, edition: Edition) -> None:
    def verified(bundle: Data) -> Verification:
        signed = sign(bundle, edition).bundle
        return verify_bundle(signed, edition, anchors=[root().certificate], at=SIGNED_AT)

    assert verified(good).valid
    mutant = copy.deepcopy(good)
    held(event(mutant), "REK-PIT-ORG-1")["name"] = True
    found = verified(mutant)
    assert found.signed
    assert not found.valid
    (only,) = found.to_dict()["structure"]
    assert only == {"path": f"{EVENT}.contained[0].name", "what": "this element is not a string"}
    assert found.to_dict("fi")["structure"][0]["what"] == "tämä elementti ei ole merkkijono"
