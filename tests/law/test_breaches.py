"""Each breach is reported at its place, and from its limit on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from notices import NOW, Data, full, ground, having, identity_code, recipient, without

from sha_disclosure.codes import CodeLists, ListedCode
from sha_disclosure.editions import load_edition
from sha_disclosure.editions.wire import Limit
from sha_disclosure.law import Circumstances, check_data
from sha_disclosure.law.rules.texts import are_in_order

GIVEN = Circumstances(now=NOW, environment="sandbox", wire=load_edition().wire)
OURS, UNKNOWN = "1.2.246.10.28777751.10.0", "1.2.246.10.28777753.10.0"


def found(data: Data, given: Circumstances = GIVEN) -> list[tuple[str, str, str]]:
    """Return the breaches but those of codes whose lists are not loaded."""
    return [(p.key, p.path, p.severity) for p in check_data(data, given) if p.rule != "N15"]


def to(role: str) -> Data:
    return {"kind": "organisation", "name": "Esimerkki", "roles": [role]}


@pytest.mark.accepts("N25")
@pytest.mark.refuses("N25")
def test_a_controller_that_no_organisation_sends_for_is_reported_at_its_oid() -> None:
    given = replace(GIVEN, organisations={OURS: "1.2.246.10.1"})
    assert found(having(full(), ("controller", "oid"), OURS), given) == []
    assert found(having(full(), ("controller", "oid"), UNKNOWN), given) == [
        ("N25", "controller.oid", "error")
    ]


@pytest.mark.refuses("N06")
def test_a_provision_that_is_not_recognised_is_reported_at_the_provision() -> None:
    data = full() | {"ground": ground("statute", provision="Kirje väärin")}
    assert found(data) == [("N06.unrecognised", "ground.provision", "objection")]


@pytest.mark.accepts("N07")
@pytest.mark.refuses("N07")
@pytest.mark.parametrize(
    ("kind", "role", "key"),
    [
        ("permission", "health_care_provider", "N07.itemised"),
        ("permission", "social_welfare_provider", None),
        ("consent", "other", "N07.national"),
        ("consent", "other_authority", "N07.national"),
    ],
)
def test_a_will_in_kanta_that_says_too_little_is_reported_at_the_ground(
    kind: str, role: str, key: str | None
) -> None:
    data = full() | {"ground": {"kind": kind, "stored_in_kanta": True}, "recipient": to(role)}
    assert found(data) == ([(key, "ground", "warning")] if key else [])
    for said in ({"scope": "Kaikki"}, {"document_id": "1.2.3"}, {"given_by": "client"}):
        assert found(data | {"ground": {**data["ground"], **said}}) == []


@pytest.mark.accepts("N07")
@pytest.mark.parametrize("role", ["social_welfare_provider", "health_care_provider"])
def test_a_consent_in_kanta_to_those_who_give_care_says_enough(role: str) -> None:
    data = full() | {"ground": {"kind": "consent", "stored_in_kanta": True}, "recipient": to(role)}
    assert "N07.national" not in [key for key, _, _ in found(data)]


FIRST_DAY, DAY_BEFORE = "2024-01-01", "2023-12-31"


@pytest.mark.accepts("N24")
@pytest.mark.refuses("N24")
@pytest.mark.parametrize(
    ("basis", "of_the_act"),
    [
        (ground("statute"), True),
        (ground("statute", provision="asiakastietolaki 63 §"), True),
        (ground("broad_right"), True),
        (ground("authority_right"), True),
        (ground("information_request", provision="703/2023 50 §"), True),
        (ground("information_request", provision="(EU) 2016/679 15 art."), False),
        (ground("statute", provision="812/2000 18 §"), False),
    ],
)
def test_703_2023_is_no_ground_before_its_first_day(basis: Data, of_the_act: bool) -> None:
    data = without(full(), ("recorded_at",)) | {"ground": basis}
    at_ground = [("N24.not_in_force", "ground", "warning")] if of_the_act else []
    for day, expected in ((DAY_BEFORE, at_ground), (FIRST_DAY, [])):
        breaches = found(data | {"disclosed_at": day})
        assert [each for each in breaches if each[0] == "N24.not_in_force"] == expected


def test_a_ground_is_held_to_the_recipients_of_703_2023_from_its_first_day() -> None:
    data = without(full(), ("recorded_at",)) | {"recipient": {"kind": "client"}}
    mismatch = ("N22", "recipient", "objection")
    assert mismatch not in found(data | {"disclosed_at": DAY_BEFORE})
    assert mismatch in found(data | {"disclosed_at": FIRST_DAY})


@pytest.mark.refuses("N26")
@pytest.mark.parametrize("who", ["client", "discloser", "recipient"])
def test_a_person_without_given_names_is_reported_where_the_edition_only_assumes_that_it_may(
    who: str,
) -> None:
    data = without(full("statute", "professional"), (who, "given_names"))
    given = replace(GIVEN, assumed=frozenset({"cardinality.given_names"}))
    (breach,) = [p for p in check_data(data, given) if p.rule == "N26"]
    assert (breach.key, breach.path) == ("N26.assumed", f"{who}.given_names")
    assert (breach.severity, dict(breach.parameters)) == (
        "warning",
        {"entry": "cardinality.given_names"},
    )


@pytest.mark.accepts("N26")
@pytest.mark.refuses("N26")
def test_a_disclosure_without_a_time_of_day_is_reported_at_its_day() -> None:
    given = replace(GIVEN, assumed=frozenset({"cardinality.time_of_disclosure"}))
    data = without(full(), ("recorded_at",))
    assert found(data | {"disclosed_at": "2026-11-15T11:00:00+02:00"}, given) == []
    assert found(data | {"disclosed_at": "2026-11-15"}, given) == [
        ("N26.assumed", "disclosed_at", "warning")
    ]


@pytest.mark.refuses("N28")
def test_a_name_of_three_letters_is_looked_for_in_texts() -> None:
    person = recipient("person", family_name="Elo")
    data = full("statute", "person") | {"recipient": person}
    for family_name, names in (("Elo", [("N28", "purpose", "warning")]), ("El", [])):
        told = having(data, ("recipient", "family_name"), family_name)
        assert [
            each for each in found(told | {"purpose": f"{family_name} pyysi"}) if each[0] == "N28"
        ] == names


@pytest.mark.refuses("N29")
def test_the_age_of_a_minor_is_that_of_the_identity_code_where_no_birth_date_is_given() -> None:
    data = without(full(), ("client", "birth_date"))
    data |= {"recipient": recipient("person", relation="legal_representative")}
    minor = [("N29", "recipient", "warning")]
    for born, sign, expected in ((date(2012, 5, 1), "A", minor), (date(1994, 5, 1), "-", [])):
        code = identity_code(born, 903, sign)
        told = found(having(data, ("client", "personal_id"), code))
        assert [each for each in told if each[0] == "N29"] == expected


def test_objections_to_a_notice_that_was_read_in_part_follow_the_settings() -> None:
    data = full() | {"recipient": {"kind": "client"}, "purpose": 5}
    assert ("N22", "recipient", "objection") in found(data)
    assert ("N22", "recipient", "warning") in found(data, replace(GIVEN, objections="warn"))


def test_acknowledgements_that_cannot_be_read_keep_no_rule_from_being_reported() -> None:
    data = full() | {"recipient": {"kind": "client"}, "acknowledged": 5}
    assert ("N22", "recipient", "objection") in found(data)
    assert {path for _, path, _ in found(data | {"recipient": 5})} == {"acknowledged", "recipient"}


def test_a_text_as_long_as_the_limit_is_no_breach_beside_another_one() -> None:
    wire = GIVEN.wire.model_copy(update={"limit": Limit(text=300)})
    data = having(full(), ("disclosed_data", 0, "description"), "x" * 300)
    assert found(data | {"purpose": " a"}, replace(GIVEN, wire=wire)) == [
        ("N14.blanks", "purpose", "warning")
    ]


@pytest.mark.refuses("N15")
def test_a_code_that_was_closed_is_reported_with_its_validity() -> None:
    system = GIVEN.wire.code_system.type_of_disclosure
    closed = ListedCode("kirje", valid_to=date(2020, 1, 1))
    given = replace(GIVEN, code_lists=CodeLists.of({system: [closed]}))
    (breach,) = [p for p in check_data(full(), given) if p.key == "N15.closed"]
    assert (breach.path, breach.severity) == ("type_of_disclosure", "error")
    assert dict(breach.parameters)["validity"] == closed.validity
    assert "2020-01-01" in breach.message


def test_no_texts_at_all_are_in_order() -> None:
    assert are_in_order([], GIVEN)
