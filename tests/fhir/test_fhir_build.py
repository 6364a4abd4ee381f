"""From notices to a Bundle and back: golden bytes, any valid notice.

``UPDATE_GOLDEN=1`` writes the golden files anew; look at the difference before you keep it.
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import settings as limits
from notices import GROUNDS, NOW, Data, Path, full, having, json_values, notices, places, without
from places import GOLDEN
from proofs import examples, sample

from sha_disclosure.delivery.prepare import Setup, UnsignedNotice, build, instant
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.bundle import to_bytes
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.verifier import check_structure

EDITION = load_edition()  # hypothesis would print the fixture in full


EXAMPLES = (
    "authority-right",
    "broad-right",
    "consent-outside-care",
    "disclosed-to-client",
    "permission-in-kanta",
    "permission-to-organisation",
    "statute-to-authority",
    "to-legal-representative",
)


def built(settings: Settings, edition: Edition, *data: Data | str, seed: int = 1) -> UnsignedNotice:
    """Build one message at NOW with seeded chance."""
    read = [
        DisclosureNotice.model_validate_json(each)
        if isinstance(each, str)
        else DisclosureNotice.model_validate(each)
        for each in data
    ]
    sources = Sources(lambda: NOW, random.Random(seed), lambda _: None)
    return build(read, Setup(settings, edition, sources))


def contents(bundle: Data) -> list[Data]:
    return [entry["resource"] for entry in bundle["entry"]]


# --- golden ------------------------------------------------------------------------------------


def test_every_example_has_a_golden_bundle(notice_texts: dict[str, str]) -> None:
    assert tuple(notice_texts) == EXAMPLES
    assert sorted(p.stem for p in GOLDEN.glob("*.json")) == sorted(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_builds_its_golden_bundle_byte_for_byte(
    name: str, notice_texts: dict[str, str], settings: Settings, edition: Edition
) -> None:
    made = to_bytes(built(settings, edition, notice_texts[name]).bundle)
    path = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(made)
    assert made == path.read_bytes()


@pytest.mark.parametrize("name", EXAMPLES)
def test_two_independent_engines_and_the_own_checks_accept_a_golden_bundle(
    name: str, edition: Edition
) -> None:
    golden = (GOLDEN / f"{name}.json").read_bytes()
    assert check_structure(json.loads(golden), edition) == ()
    assert fhirkit.validate(golden.decode()) == []
    for resource in contents(json.loads(golden)):
        assert fhirkit.validate(json.dumps(resource)) == []
    entries = Bundle.model_validate_json(golden).entry
    assert entries is not None
    assert [type(entry.resource).__name__ for entry in entries] == ["AuditEvent", "Provenance"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_golden_bundle_reads_back_as_the_example_it_was_built_from(
    name: str, notice_texts: dict[str, str], settings: Settings, edition: Edition
) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_bytes())
    complete = built(settings, edition, notice_texts[name]).notices
    assert read_bundle(golden, edition.wire) == complete
    told = json.loads(notice_texts[name])
    kept = json.loads(complete[0].model_dump_json(include=set(told) - {"disclosed_data", "ground"}))
    again = DisclosureNotice.model_validate(
        {**kept, **{n: told[n] for n in ("disclosed_data", "ground")}}
    )
    assert again == DisclosureNotice.model_validate(told | {"id": again.id and str(again.id)})


# --- the message as specs/wire.md describes it -------------------------------------------------


@pytest.mark.parametrize("recipient", ["organisation", "professional", "client", "person"])
def test_the_agents_are_controller_discloser_and_recipient(
    recipient: str, settings: Settings, edition: Edition
) -> None:
    event = contents(built(settings, edition, full("statute", recipient)).bundle)[0]
    labels, agents = edition.wire.contained, event["agent"]
    of_recipient = {
        "organisation": labels.recipient_organisation,
        "professional": labels.recipient_role,
        "client": labels.client,
        "person": labels.recipient_person,
    }[recipient]
    assert [agent["who"]["reference"] for agent in agents] == [
        f"#{labels.controller}",
        f"#{labels.discloser_role}",
        f"#{of_recipient}",
    ]
    assert [agent["requestor"] for agent in agents].count(True) == 1
    assert agents[2]["purposeOfUse"] == [{"text": "Palvelun järjestäminen"}]
    assert ("role" in agents[2]) is (recipient in {"organisation", "professional"})
    assert not any("role" in agent or "purposeOfUse" in agent for agent in agents[:2])


@pytest.mark.parametrize("kind", GROUNDS)
def test_the_ground_stands_where_the_wire_has_it(
    kind: str, settings: Settings, edition: Edition
) -> None:
    event = contents(built(settings, edition, full(kind)).bundle)[0]
    urls = edition.wire.extension
    extensions = {each["url"]: each for each in event["extension"]}
    code = event["purposeOfEvent"][0]["coding"][0]
    assert code == edition.wire.ground[kind].model_dump()
    wanted = {
        "statute": "703/2023 63 § 1 mom.",
        "information_request": "703/2023 50 §",
        "broad_right": "703/2023 55 § 2 mom.",
        "authority_right": "703/2023 55 § 2 mom.",
    }.get(kind)
    assert extensions.get(urls.provision, {}).get("valueString") == wanted
    assert (urls.consent in extensions) is (kind in {"permission", "consent"})
    assert (urls.ground_detail in extensions) is (kind not in {"statute", "information_request"})


def test_a_will_that_kanta_holds_is_a_logical_reference(
    settings: Settings, edition: Edition
) -> None:
    data = full(
        "permission", ground={"kind": "permission", "stored_in_kanta": True, "document_id": "1.2.9"}
    )
    event = contents(built(settings, edition, data).bundle)[0]
    assert {"Consent"}.isdisjoint(each["resourceType"] for each in event["contained"])
    reference = next(
        e["valueReference"]
        for e in event["extension"]
        if e["url"] == edition.wire.extension.consent
    )
    assert reference == {"identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.9"}}


def test_a_will_that_kanta_does_not_hold_is_a_consent_of_its_own(
    settings: Settings, edition: Edition
) -> None:
    data = having(full("consent"), ("ground", "given_by"), "legal_representative")
    event = contents(built(settings, edition, data).bundle)[0]
    consent = next(each for each in event["contained"] if each["resourceType"] == "Consent")
    assert consent["dateTime"] == "2026-11-02T13:00:00+02:00"
    assert consent["provision"]["code"] == [{"text": "Palvelutarpeen arvio"}]
    assert consent["performer"] == [{"reference": f"#{edition.wire.contained.representative}"}]
    assert consent["category"][0]["coding"][0]["code"] == "suostumus"


@pytest.mark.parametrize("pair", [(1, 2), (2, 1)])
def test_a_message_has_a_pair_for_each_notice_in_order(
    pair: tuple[int, int], settings: Settings, edition: Edition
) -> None:
    data = [full(id=f"1.2.246.{number}") for number in pair]
    made = built(settings, edition, *data)
    resources = contents(made.bundle)
    assert [r["resourceType"] for r in resources] == ["AuditEvent", "Provenance"] * 2
    assert [str(n.id) for n in made.notices] == [f"1.2.246.{number}" for number in pair]
    assert [r["target"] for r in resources[1::2]] == [
        [{"reference": f"urn:oid:1.2.246.{number}"}] for number in pair
    ]
    assert len({r["id"] for r in resources}) == 4
    assert check_structure(made.bundle, edition) == ()


def test_what_the_caller_leaves_out_is_completed(settings: Settings, edition: Edition) -> None:
    data = without(without(full("broad_right"), ("id",)), ("recorded_at",))
    notice = built(settings, edition, data).notices[0]
    assert str(notice.id).startswith(f"{settings.ids.root}.2026.")
    assert str(notice.recorded_at) == "2026-11-22T10:00:00.000Z"


def test_every_coding_of_the_message_names_its_system_whether_the_caller_did_or_not(
    settings: Settings, edition: Edition
) -> None:
    systems = edition.wire.code_system
    named = full("broad_right")
    for path, system in {
        ("ground", "reason"): systems.access_reason,
        ("type_of_disclosure",): systems.type_of_disclosure,
        ("disclosed_data", 0, "specific_document_type"): systems.specific_document_type,
        ("disclosed_data", 0, "service_tasks", 0): systems.service_task,
        ("disclosed_data", 0, "original_service_tasks", 0): systems.original_service_task[0],
    }.items():
        named = having(named, (*path, "system"), system)
    plain = built(settings, edition, full("broad_right"))
    assert to_bytes(built(settings, edition, named).bundle) == to_bytes(plain.bundle)
    assert built(settings, edition, named).notices == plain.notices
    assert read_bundle(plain.bundle, edition.wire) == plain.notices
    told = set(strings(plain.bundle))
    assert {systems.access_reason, systems.type_of_disclosure, systems.service_task} <= told
    assert "urn:oid:1.2.246.1" in told


def test_a_disclosure_a_moment_ahead_of_the_clock_is_recorded_when_it_happened(
    settings: Settings, edition: Edition
) -> None:
    data = without(full(), ("recorded_at",)) | {"disclosed_at": "2026-11-22T10:00:30Z"}
    assert str(built(settings, edition, data).notices[0].recorded_at) == "2026-11-22T10:00:30Z"


def test_the_clock_is_written_with_milliseconds_and_offset() -> None:
    assert str(instant(NOW)) == "2026-11-22T10:00:00.000Z"
    assert str(instant(NOW + timedelta(microseconds=1999))) == "2026-11-22T10:00:00.001Z"


def test_a_built_message_does_not_show_its_content(settings: Settings, edition: Edition) -> None:
    made = built(settings, edition, full())
    assert "Virtanen" not in repr(made)
    assert [w.severity for w in made.warnings] == ["warning"] * len(made.warnings)
    assert {w.rule for w in made.warnings} == {"N15"}


# --- any valid notice --------------------------------------------------------------------------


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from strings(each)


@given(data=notices())
def test_any_valid_notice_builds_a_clean_bundle_that_reads_back_equal(
    data: Data,
    settings: Settings,
) -> None:
    before = copy.deepcopy(data)
    made = built(settings, EDITION, data)
    sent = to_bytes(made.bundle)
    assert data == before
    assert check_structure(json.loads(sent), EDITION) == ()
    assert read_bundle(json.loads(sent), EDITION.wire) == made.notices
    assert to_bytes(built(settings, EDITION, data).bundle) == sent
    told = set(strings(made.bundle))
    times = [data["disclosed_at"], data.get("recorded_at"), data["ground"].get("given_at")]
    assert not [time for time in times if time is not None and f'"{time}"'.encode() not in sent]
    given = {data["purpose"], data["client"]["family_name"], data["controller"]["name"]}
    assert {text.replace("\r\n", "\n").replace("\r", "\n") for text in given} <= told


@given(data=notices())
@limits(max_examples=examples(8, 200))
def test_independent_engines_accept_any_valid_notice(
    data: Data,
    settings: Settings,
) -> None:
    sent = to_bytes(built(settings, EDITION, data).bundle)
    assert fhirkit.validate(sent.decode()) == []
    Bundle.model_validate_json(sent)


@given(data=notices())
@limits(max_examples=examples(8, 200))
def test_another_seed_changes_nothing_but_the_ids(
    data: Data,
    settings: Settings,
) -> None:
    bundles = [built(settings, EDITION, data, seed=seed).bundle for seed in (1, 2)]
    texts = []
    for bundle in bundles:
        text = to_bytes(bundle).decode()
        for number, resource in enumerate(contents(bundle)):
            text = text.replace(resource["id"], f"<{number}>")
        texts.append(text)
    assert texts[0] == texts[1]
    ids = [[resource["id"] for resource in contents(bundle)] for bundle in bundles]
    given = data.get("id") is not None
    assert (ids[0] == ids[1]) == given


def test_a_notice_prepared_again_has_the_same_ids_and_content(settings: Settings) -> None:
    """After a crash the same notice must not look like another one."""
    data = full("permission") | {"id": "1.2.246.10.12345678.10.0.95.7"}
    first, again = (to_bytes(built(settings, EDITION, data, seed=s).bundle) for s in (1, 2))
    assert first == again


# --- reading what is not ours ------------------------------------------------------------------


@pytest.mark.parametrize(
    "document", [{}, [], None, {"entry": 5}, {"entry": [5]}, {"entry": [{"resource": {}}]}, "x"]
)
def test_another_document_is_refused_as_no_bundle_of_the_edition(
    document: Any, edition: Edition
) -> None:
    with pytest.raises(InvalidNotice) as caught:
        read_bundle(document, edition.wire)
    assert [(p.rule, p.path) for p in caught.value.problems] == [("SHAPE", "")]
    assert caught.value.__context__ is None


@pytest.mark.parametrize("every", sample([5, 1], 2))
@pytest.mark.parametrize("kind", GROUNDS)
def test_a_bundle_that_lacks_any_part_is_read_or_refused_never_crashed_on(
    kind: str, every: int, settings: Settings, edition: Edition
) -> None:
    document = json.loads(to_bytes(built(settings, edition, full(kind)).bundle))
    changes: tuple[Callable[[Path], Data], ...] = (
        lambda path: without(document, path),
        lambda path: having(document, path, None),
        lambda path: having(document, path, 5),
    )
    crashed = []
    for path, change in [*product(places(document), changes)][::every]:
        try:
            read_bundle(change(path), edition.wire)
        except InvalidNotice:
            pass
        except Exception as error:  # noqa: BLE001 - all crashes are told together
            crashed.append((path, type(error).__name__))
    assert crashed == []


@given(json_values)
def test_any_json_is_refused_as_a_bundle(value: Any) -> None:
    for document in (
        {"entry": [value]},
        {"entry": [{"resource": value}, {"resource": value}]},
        {"entry": [{"resource": {"contained": value}}, {"resource": value}]},
    ):
        with pytest.raises(InvalidNotice):
            read_bundle(document, EDITION.wire)
