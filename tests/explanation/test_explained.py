"""Every element that is sent is explained: by the notice, the settings, the edition or FHIR.

``UPDATE_GOLDEN=1`` writes the golden text anew; look at the difference before you keep it.
"""

from __future__ import annotations

import json
import os
import pickle
import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from authority import edition_with, identity
from hypothesis import given
from hypothesis import settings as limits
from notices import GROUNDS, NOW, RECIPIENTS, Data, full, having, notices, places, without
from places import GOLDEN
from proofs import examples, sample

from sha_disclosure.delivery.prepare import PreparedNotice, Setup, build, sign
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError, InvalidNotice
from sha_disclosure.explanation import Explanation, Row, explain
from sha_disclosure.explanation.changing import leaves
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.messages import LANGUAGES
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources

EDITION = load_edition()
SETTINGS = Settings.stand_in()
TEXT = Path(__file__).with_name("permission-to-organisation.txt")
ACKNOWLEDGED = [*(f"N{number:02}" for number in (9, 10, *range(16, 25))), "N06", "N07"]
OF_FHIR = ("resourceType", "request.url")


def setup_of(edition: Edition) -> Setup:
    return Setup(SETTINGS, edition, Sources(lambda: NOW, random.Random(1), lambda _: None))


def bundle_of(*data: Data, edition: Edition = EDITION) -> dict[str, Any]:
    """Return the unsigned Bundle of notices, as JSON would have it."""
    found = [DisclosureNotice.model_validate(each) for each in data]
    made: dict[str, Any] = json.loads(json.dumps(build(found, setup_of(edition)).bundle))
    return made


def prepared_of(data: Data, edition: Edition = EDITION) -> PreparedNotice:
    setup = setup_of(edition)
    signer = BundleSigner(identity(), edition)
    return sign(build([DisclosureNotice.model_validate(data)], setup), setup, signer)


def by_element(explanation: Explanation) -> dict[str, Row]:
    return {row.element.removeprefix("Bundle."): row for row in explanation.rows}


def require_whole(document: dict[str, Any], explanation: Explanation, edition: Edition) -> None:
    """Fail unless every element has a row, and every row something that exists to rest on."""
    found = by_element(explanation)
    assert {place: row.value for place, row in found.items()} == dict(leaves(document))
    assert len(explanation.rows) == len(found)
    keys = {entry.key for entry in edition.entries}
    for place, row in found.items():
        assert row.origin != "fhir" or place.endswith(OF_FHIR), place
        assert {entry.key for entry in row.entries} <= keys
        assert not (row.about and row.fields)


@given(data=notices())
@limits(max_examples=examples(4, 200))
def test_every_element_of_any_valid_notice_is_explained(data: Data) -> None:
    document = bundle_of(data)
    require_whole(document, explain(document, EDITION), EDITION)


@pytest.mark.parametrize(
    ("ground", "recipient"),
    sample(((ground, recipient) for ground in GROUNDS for recipient in RECIPIENTS), every=5),
)
def test_every_element_of_every_kind_is_explained(ground: str, recipient: str) -> None:
    document = bundle_of(full(ground, recipient, acknowledged=ACKNOWLEDGED))
    require_whole(document, explain(document, EDITION), EDITION)


@pytest.mark.parametrize("ground", sample(GROUNDS, every=5))
def test_every_field_that_is_sent_is_named(ground: str) -> None:
    data = full(ground, acknowledged=ACKNOWLEDGED)
    rows = explain(bundle_of(data), EDITION).rows
    told = {path for row in rows for path in row.fields}
    read = {row.value for row in rows}
    for path in places(data):
        name = ".".join(str(step) for step in path).replace(".0", "[0]").replace(".1", "[1]")
        value: Any = data
        for step in path:
            value = value[step]
        if isinstance(value, str) and value in read and name != "recipient.kind":
            assert name in told, name


def test_a_message_of_several_notices_names_the_notice() -> None:
    one = full("statute")
    other = {**full("statute"), "id": "1.2.246.10.28777751.10.0.95.2026.2"}
    document = bundle_of(one, other)
    explanation = explain(document, EDITION)
    require_whole(document, explanation, EDITION)
    found = by_element(explanation)
    assert found["entry[0].resource.id"].fields == ("[0].id",)
    assert found["entry[2].resource.id"].fields == ("[1].id",)
    assert found["entry[2].resource.purposeOfEvent[0].coding[0].code"].fields == (
        "[1].ground.kind",
    )
    assert found["entry[2].resource.agent[0].requestor"].about == ("[1].controller",)


# --- what rows say -----------------------------------------------------------------------------


@cache
def explained(ground: str) -> Explanation:
    return explain(bundle_of(full(ground)), EDITION)


def row_of(place: str, ground: str = "permission") -> Row:
    return by_element(explained(ground))[place]


def test_a_value_of_the_notice_names_its_field_and_the_provision_that_asks_for_it() -> None:
    row = row_of("entry[0].resource.agent[2].purposeOfUse[0].text")
    assert (row.origin, row.fields, row.hidden) == ("notice", ("purpose",), True)
    assert [(entry.key, entry.status) for entry in row.entries] == [("event.purpose_at", "assumed")]
    assert row.provisions == ("703/2023 10 § 3 mom.",)


def test_a_value_of_the_edition_names_the_part_of_the_notice_it_stands_with() -> None:
    row = row_of("entry[0].resource.contained[4].identifier[0].system")
    assert (row.origin, row.about) == ("edition", ("client.personal_id",))
    assert [entry.key for entry in row.entries] == ["identifier.personal_id"]
    assert row.provisions == ("703/2023 38 § 1 mom. 2 kohta",)


def test_a_reference_stands_with_what_it_leads_to() -> None:
    assert row_of("entry[0].resource.agent[1].who.reference").about == ("discloser",)
    assert row_of("entry[0].resource.agent[1].type.coding[0].code").about == ("discloser",)


def test_the_record_system_is_of_the_settings_and_no_part_of_the_notice() -> None:
    row = row_of("entry[0].resource.contained[7].deviceName[0].name")
    assert (row.origin, row.settings, row.about) == ("settings", ("system.name",), ())
    assert row.provisions == ()


def test_the_ground_names_the_provisions_of_its_kind() -> None:
    place = "entry[0].resource.purposeOfEvent[0].coding[0].code"
    assert row_of(place).provisions == (
        "703/2023 10 § 3 mom.",
        "703/2023 3 § 10 kohta, 53 § 2-3 mom., 55 § 1 mom.",
    )
    assert "703/2023 55 § 2 mom. 2. virke" in row_of(place, "authority_right").provisions
    assert row_of(place, "statute").provisions == ("703/2023 10 § 3 mom.",)


def test_who_gave_a_permission_is_told_by_what_another_giver_would_change() -> None:
    data = full("permission")
    data["ground"]["given_by"] = "legal_representative"
    found = by_element(explain(bundle_of(data), EDITION))
    assert found["entry[0].resource.contained[6].performer[0].reference"].fields == (
        "ground.given_by",
    )


def test_every_entry_that_says_where_something_is_sent_is_named_by_a_notice() -> None:
    named: set[str] = set()
    for ground in ("permission", "statute"):
        rows = prepared_of(full(ground)).explain().rows
        named |= {entry.key for row in rows for entry in row.entries}
    said = {e.key for e in EDITION.entries if e.key.endswith("_at") and e.key[:5] != "claim"}
    assert said - named == {"event.consent_document_at"}  # of a permission that is in Kanta


def test_where_the_document_of_a_permission_in_kanta_is_named_is_the_edition_s_choice() -> None:
    stored = {"kind": "permission", "stored_in_kanta": True, "document_id": "1.2.246.10.7"}
    document = bundle_of({**full("permission"), "ground": stored})
    keys = {e.key for row in explain(document, EDITION).rows for e in row.entries}
    assert "event.consent_document_at" in keys


# --- the signature -----------------------------------------------------------------------------


def test_the_signature_of_a_prepared_notice_is_explained() -> None:
    prepared = prepared_of(full("statute"))
    explanation = prepared.explain()
    require_whole(prepared.bundle(), explanation, EDITION)
    found = by_element(explanation)
    assert found["signature.who.display"].settings == ("requester.name",)
    assert found["signature.when"].origin == found["signature.data"].origin == "made"
    forms = {entry.key.partition(".")[2] for entry in found["signature.data"].entries}
    assert {"p256", "header", "detached", "canonical_form"} <= forms
    assert "rsa" not in forms
    assert not found["signature.data"].hidden


def test_a_signature_that_carries_the_content_is_hidden() -> None:
    edition = edition_with(content_signature={"detached": False})
    prepared = prepared_of(full("statute"), edition)
    assert by_element(prepared.explain(edition))["signature.data"].hidden


def test_a_message_of_another_edition_asks_for_that_edition() -> None:
    edition = replace(edition_with(contained={"client": "ANOTHER-1"}), name="ours")
    prepared = prepared_of(full("statute"), edition)
    assert prepared.explain(edition).edition == "ours"
    with pytest.raises(ConfigurationError, match="ours"):
        prepared.explain()
    with pytest.raises(InvalidNotice):
        prepared.explain(EDITION)


@pytest.mark.parametrize("document", [{}, {"entry": []}, {"entry": 5}, [], None])
def test_another_document_is_refused(document: Any) -> None:
    with pytest.raises(InvalidNotice):
        explain(document, EDITION)


def test_a_changed_bundle_is_refused_or_explained_and_never_crashed_on() -> None:
    document = prepared_of(full("permission")).bundle()
    refused = 0
    for path in list(places(document))[::15]:
        for mutant in (without(document, path), having(document, path, 5)):
            try:
                explanation = explain(mutant, EDITION)
            except InvalidNotice:
                refused += 1
            else:  # as of a notice that never had it
                require_whole(mutant, explanation, EDITION)
    assert refused > 20


# --- what is hidden ----------------------------------------------------------------------------


def renderings(explanation: Explanation, **options: Any) -> list[str]:
    texts = [json.dumps(explanation.to_dict(**options), ensure_ascii=False)]
    for language in LANGUAGES:
        texts += [explanation.text(language, **options), explanation.html(language, **options)]
    return texts


def test_personal_data_is_shown_only_where_it_is_asked_for() -> None:
    explanation = explained("permission")
    secrets = ("Virtanen", "Aino", "Palvelutarpeen arvio", "Palvelun järjestäminen", "81234567890")
    for text in renderings(explanation):
        assert not [secret for secret in secrets if secret in text]
    assert all("Virtanen" in text for text in renderings(explanation, show_values=True))
    assert "Virtanen" not in repr(explanation)
    assert "Virtanen" not in repr(explanation.rows)
    assert pickle.loads(pickle.dumps(explanation)) == explanation


def test_the_cause_of_the_broad_right_is_not_told_by_the_entry_it_chooses() -> None:
    edition = edition_with(event={"cause": "sent"})
    explanation = explain(bundle_of(full("broad_right"), edition=edition), edition)
    assert "ground.cause" in {path for row in explanation.rows for path in row.fields}
    for text in renderings(explanation):
        assert "memory" not in text
        assert "uisti" not in text
    assert "cause.***" in explanation.text()
    assert "cause.memory_disease" in explanation.text(show_values=True)


# --- as text -----------------------------------------------------------------------------------


def test_the_text_of_an_example_is_as_the_golden_file_has_it() -> None:
    document = json.loads((GOLDEN / "permission-to-organisation.json").read_bytes())
    text = explain(document, EDITION).text("en", show_values=True)
    if os.environ.get("UPDATE_GOLDEN"):
        TEXT.write_text(text, "utf-8")
    assert text == TEXT.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_fits_a_terminal_of_80_columns(language: Any) -> None:
    explanation = explained("permission")
    lines = explanation.text(language, show_values=True).splitlines()
    assert max(map(len, lines)) <= 80
