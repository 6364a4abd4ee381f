"""Another release of the package is another file: guide 0.3, built by the same code.

``UPDATE_GOLDEN=1`` writes the golden Bundle anew; look at the difference before you keep it.
"""

from __future__ import annotations

import json
import os
import random
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from notices import NOW, coding, full, ground, recipient
from proofs import sample
from traceability.observing import Observer

from sha_disclosure import KantaClient
from sha_disclosure.credentials import load_anchors
from sha_disclosure.delivery.prepare import Setup, UnsignedNotice, build
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import InvalidNotice, Rejected
from sha_disclosure.fhir.bundle import to_bytes
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.verifier import check_structure, verify_bundle

HERE = Path(__file__).resolve().parent
FILE = HERE / "kanta-0.3.toml"
GOLDEN = HERE / "disclosed-to-client-0.3.json"
SHARK = "https://shark.kanta.fi/fhir/StructureDefinition/"
Data = dict[str, Any]
KIND = {"type_of_disclosure": coding("esim-kirje", "Kirje")}
STORED = {"stored_in_kanta": True, "document_id": "1.2.246.10.28777751.14.2026.7"}


@pytest.fixture(scope="module")
def older() -> Edition:
    return load_edition(FILE)


@pytest.fixture(scope="module")
def sandbox(older: Edition) -> Iterator[Sandbox]:
    with Sandbox(edition=older) as running:
        yield running


def built(data: Data, edition: Edition) -> UnsignedNotice:
    sources = Sources(lambda: NOW, random.Random(1), lambda _: None)
    setup = Setup(Settings.stand_in(), edition, sources)
    return build([DisclosureNotice.model_validate(data)], setup)


def event_of(made: UnsignedNotice) -> Data:
    event: Data = made.bundle["entry"][0]["resource"]
    return event


def held(event: Data, kind: str) -> Data:
    return next(each for each in event["contained"] if each["resourceType"] == kind)


def rules_broken(data: Data, edition: Edition) -> set[tuple[str, str]]:
    with pytest.raises(InvalidNotice) as caught:
        built(data, edition)
    return {(problem.rule, problem.path) for problem in caught.value.problems}


def without_identifier() -> Data:
    client = {"birth_date": "1994-05-01", "family_name": "Asiakas", "given_names": ["Testi"]}
    return full(client=client)


def test_the_official_example_in_names_of_0_3_is_golden(
    notice_texts: dict[str, str], older: Edition
) -> None:
    data = json.loads(notice_texts["disclosed-to-client"]) | KIND
    made = to_bytes(built(data, older).bundle)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_bytes(made)
    assert made == GOLDEN.read_bytes()
    assert fhirkit.validate(made.decode()) == []
    for name in ("AuditEvent", "Provenance", "Patient"):
        assert f"{SHARK}SocialWelfareService{name}".encode() in made
    assert re.findall(rb"SocialWelfare(?!Service)\w+", made) == []


EXAMPLES = sorted(p.stem for p in (HERE.parent.parent / "examples" / "notices").glob("*.json"))


@pytest.mark.accepts("N26")
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_kind_of_notice_is_built_signed_verified_and_stored(
    name: str, notice_texts: dict[str, str], older: Edition, sandbox: Sandbox
) -> None:
    data = json.loads(notice_texts[name]) | KIND
    data["id"] = None
    settings = sandbox.settings()
    with KantaClient(settings) as kanta:
        prepared = kanta.prepare(DisclosureNotice.model_validate(data))
        receipt = kanta.submit(prepared)
    assert prepared.edition == "kanta-0.3"
    assert receipt.notice_id in {received.notice_id for received in sandbox.received()}
    bundle = prepared.bundle()
    assert check_structure(bundle, older) == ()
    assert fhirkit.validate(prepared.body.decode()) == []
    assert settings.tls is not None
    at = datetime.now(UTC) + timedelta(seconds=1)
    found = verify_bundle(prepared.body, older, anchors=load_anchors(settings.tls.ca), at=at)
    assert found.valid
    (read,) = read_bundle(bundle, older.wire)
    given = DisclosureNotice.model_validate(data).ground
    assert read.ground.model_dump(exclude={"cause"}) == given.model_dump(exclude={"cause"})


@pytest.mark.parametrize("recipient_kind", ["organisation", "professional", "client", "person"])
def test_every_kind_of_recipient_is_stored(recipient_kind: str, sandbox: Sandbox) -> None:
    data = full("statute", recipient_kind, id=None)
    now = datetime.now(UTC)
    data["disclosed_at"] = (now - timedelta(hours=1)).isoformat(timespec="seconds")
    data["recorded_at"] = now.isoformat(timespec="seconds")
    with KantaClient(sandbox.settings()) as kanta:
        assert kanta.submit(kanta.prepare(DisclosureNotice.model_validate(data))).status


# --- what 0.3 counts differently ---------------------------------------------------------------


@pytest.mark.refuses("N26")
def test_the_type_of_disclosure_is_mandatory_in_0_3_alone(older: Edition, edition: Edition) -> None:
    data = full(type_of_disclosure=None)
    assert rules_broken(data, older) == {("N26", "type_of_disclosure")}
    assert built(data, edition).bundle


@pytest.mark.refuses("N26")
def test_a_client_without_identifier_is_refused_by_0_3_alone(
    older: Edition, edition: Edition
) -> None:
    assert rules_broken(without_identifier(), older) == {("N26", "client")}
    assert built(without_identifier(), edition).bundle


def test_an_unidentified_client_is_told_once(older: Edition) -> None:
    client = {"family_name": "Asiakas", "given_names": ["Testi"]}
    assert rules_broken(full(client=client), older) == {("N08", "client")}


def test_of_two_identifiers_0_3_sends_the_identity_code(older: Edition, edition: Edition) -> None:
    both = held(event_of(built(full(), edition)), "Patient")["identifier"]
    one = held(event_of(built(full(), older)), "Patient")["identifier"]
    assert [each["system"] for each in both] == ["urn:oid:1.2.246.21", "urn:ietf:rfc:3986"]
    assert one == both[:1]
    made = built(full(), older)
    assert read_bundle(made.bundle, older.wire) == made.notices
    data = full()
    del data["client"]["personal_id"]
    (temporary,) = held(event_of(built(data, older)), "Patient")["identifier"]
    assert temporary == both[1]


def test_a_permission_kanta_holds_is_named_in_a_consent_in_0_3(
    older: Edition, edition: Edition
) -> None:
    data = full(ground={"kind": "permission", **STORED})
    made = built(data, older)
    event = event_of(made)
    (named,) = (x["valueReference"] for x in event["extension"] if x["url"].endswith("/Consent"))
    assert named == {"reference": f"#{older.wire.contained.consent}"}
    (document,) = held(event, "Consent")["identifier"]
    assert document["value"] == f"urn:oid:{STORED['document_id']}"
    assert read_bundle(made.bundle, older.wire) == made.notices
    newer = event_of(built(data, edition))
    (named,) = (x["valueReference"] for x in newer["extension"] if x["url"].endswith("/Consent"))
    assert named == {"identifier": document}
    assert not any(each["resourceType"] == "Consent" for each in newer["contained"])


@pytest.mark.parametrize("kind", ["statute", "permission", "consent", "broad_right"])
def test_what_0_3_forbids_is_not_sent_and_what_it_demands_is(kind: str, older: Edition) -> None:
    made = built(full(kind), older)
    event, provenance = (entry["resource"] for entry in made.bundle["entry"])
    assert event.keys().isdisjoint({"action", "outcome", "outcomeDesc", "subtype"})
    assert event["period"].keys() == {"start"}
    assert event["type"].keys() == {"system", "code", "display"}
    assert "text" not in event["purposeOfEvent"][0]
    assert {agent["who"].keys() == {"reference"} for agent in event["agent"]} == {True}
    urls = [extension["url"] for extension in event["extension"]]
    assert urls.count(older.wire.extension.type_of_disclosure) == 1
    assert provenance["language"] == "fi"
    (identifier,) = held(event, "Patient")["identifier"]
    assert identifier.keys() == {"system", "value"}


# --- the sandbox goes by the edition -----------------------------------------------------------


def refused(sandbox: Sandbox, edition: str, data: Data) -> str:
    """Send a message of another edition to a sandbox, and return what it finds."""
    settings = sandbox.settings().model_copy(update={"edition": edition})
    with KantaClient(settings) as kanta, pytest.raises(Rejected):
        kanta.submit(kanta.prepare(DisclosureNotice.model_validate(data)))
    return " ".join(finding.message for finding in sandbox.refusals()[-1].findings)


def test_a_sandbox_of_0_3_refuses_what_1_0_0_sends(sandbox: Sandbox) -> None:
    data = without_identifier() | {
        "id": None,
        "type_of_disclosure": None,
        "ground": ground("permission", **STORED, given_at=None, given_by=None, scope=None),
        "recipient": recipient("organisation"),
        "disclosed_at": "2025-11-15T11:00:00+02:00",
        "recorded_at": "2025-11-15T11:04:00+02:00",
    }
    told = refused(sandbox, "kanta-1.0.0", data)
    for fault in (
        "the profile must be the one of the edition",
        "the extension of the type of disclosure is missing",
        "this element is missing",
    ):
        assert fault in told


def test_a_sandbox_of_1_0_0_refuses_what_0_3_sends() -> None:
    data = full(
        id=None,
        disclosed_at="2025-11-15T11:00:00+02:00",
        recorded_at="2025-11-15T11:04:00+02:00",
    )
    with Sandbox() as newer:
        assert "the profile must be" in refused(newer, str(FILE), data)


@pytest.mark.parametrize("every", sample([16, 1], 2))
def test_what_differs_in_0_3_is_written_in_its_file_only(older: Edition, every: int) -> None:
    """Each of its values changed once more: it is read, it shows, and no part is in code."""
    observer = Observer(older)
    text = FILE.read_text("utf-8")
    differing = [e for e in older.entries if f"[{e.key}]" in text]
    assert len(differing) > 20
    for entry in differing[::every]:
        seen = observer.of(entry)
        assert seen.modules, entry.key
        assert seen.places or seen.judges, entry.key
        assert (seen.lost, seen.refused) == ((), ()), entry.key


# --- honesty -----------------------------------------------------------------------------------


def test_0_3_calls_published_only_what_a_page_of_0_3_or_of_fhir_shows(older: Edition) -> None:
    published = [entry for entry in older.entries if entry.status == "published"]
    assert published
    for entry in published:
        assert re.match(r"\w+_0_3\b|fhir_r4\b", entry.source), entry.key


def test_the_file_holds_only_what_differs(edition: Edition) -> None:
    before = {entry.key: entry for entry in edition.entries}
    tables = tomllib.loads(FILE.read_text("utf-8"))
    for section, keys in tables.items():
        for key, given in keys.items() if isinstance(keys, dict) else ():
            entry = before[f"{section}.{key}"].to_dict()
            assert given != {name: entry[name] for name in given}, entry["key"]
            assert "value" not in given or given["value"] != entry["value"]
