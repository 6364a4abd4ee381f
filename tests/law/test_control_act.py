"""The control act of a search: which reasons it has, in which form, and what is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from notices import NOW, Data, having, identity_code, without
from places import ROOT
from search_requests import CAUSES, RIGHTS, request

from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import InvalidAccessReason
from sha_disclosure.law.searches import ControlAct, require_access_reason
from sha_disclosure.messages import LANGUAGES

EDITION = load_edition()
SCHEMA = xmlschema.XMLSchema(ROOT / "tests" / "law" / "control_act.xsd")
V3 = "{urn:hl7-org:v3}"
USER_CODE = identity_code(date(1980, 5, 1), 905)


def act_of(data: Data, edition: Edition = EDITION) -> ControlAct:
    return require_access_reason(data, edition=edition, now=NOW).control_act()


def message_of(act: ControlAct) -> str:
    """Return a control act as a vendor makes it: its own two elements, then the given ones."""
    return (
        '<controlActProcess xmlns="urn:hl7-org:v3" classCode="CACT" moodCode="EVN">'
        '<code code="ESIM" codeSystem="2.16.840.1.113883.1.18"/><priorityCode code="R"/>'
        f"{act.xml()}</controlActProcess>"
    )


def left_out(act: ControlAct) -> list[tuple[str, str]]:
    return [(finding.id.removeprefix("control_act."), finding.path) for finding in act.left_out]


def by_code(data: Data) -> Data:
    """Return a request whose user is identified as in the messages that were seen."""
    return having(data, ("user", "id"), {"system": "urn:oid:1.2.246.21", "value": USER_CODE})


@pytest.mark.parametrize("kind", RIGHTS)
def test_the_reasons_are_the_service_request_the_use_situation_and_the_reason(kind: str) -> None:
    act = act_of(by_code(without(request(kind), ("justification",))))
    assert act.left_out == ()
    assert act.to_dict()["reasons"] == [
        {
            "part": "service_request",
            "code": "esim-1",
            "codeSystem": "1.2.246.537.6.1503.201601",
            "codeSystemName": "Sosiaalihuolto - Arkistosanomien palvelupyynnöt",
            "displayName": "Esimerkki",
        },
        {
            "part": "use_situation",
            "code": "esim-2",
            "codeSystem": "1.2.246.537.6.1289.201901",
            "codeSystemName": "Sosiaalihuolto - Asiakastiedon arkiston käyttötilanne",
            "displayName": "Toinen esimerkki",
        },
        {
            "part": "reason",
            "code": "7",
            "codeSystem": "1.2.246.537.6.1299.202101",
            "codeSystemName": "Sosiaalihuolto - Laajan tiedonhaun peruste",
            "displayName": "Esimerkkiperuste",
        },
    ]


def test_the_user_and_the_unit_are_the_author() -> None:
    act = act_of(by_code(request()))
    assert act.reveal()["author"] == {
        "id": {"root": "1.2.246.21", "extension": USER_CODE},
        "name": {"family": "Virtanen", "given": ["Aino"]},
        "unit": {"id": {"root": "1.2.246.10.28777751.10.12"}, "name": "Aikuissosiaalityö"},
    }
    author = act.elements()[-1]
    assigned = author.find(f"{V3}assignedPerson")
    assert (author.tag, author.get("typeCode")) == (f"{V3}authorOrPerformer", "PRF")
    assert assigned is not None
    assert [child.tag for child in assigned] == [
        f"{V3}id",
        f"{V3}assignedPerson",
        f"{V3}representedOrganization",
    ]
    assert assigned.findtext(f"{V3}assignedPerson/{V3}name/{V3}family") == "Virtanen"
    assert assigned.findtext(f"{V3}assignedPerson/{V3}name/{V3}given") == "Aino"


def test_the_elements_say_what_the_plain_values_say() -> None:
    act = act_of(by_code(request()))
    *reasons, _ = act.elements()
    assert [element.tag for element in reasons] == [f"{V3}reasonCode"] * 3
    assert [dict(element.attrib) for element in reasons] == [
        {name: value for name, value in each.items() if name != "part"}
        for each in act.to_dict()["reasons"]
    ]


@pytest.mark.parametrize("kind", RIGHTS)
def test_the_elements_have_the_form_of_hl7_v3(kind: str) -> None:
    SCHEMA.validate(message_of(act_of(request(kind))))
    bare = request(kind)
    for name in ("service_request", "use_situation", *(("reason",) if "data" in kind else ())):
        bare = without(bare, (name,))
    SCHEMA.validate(message_of(act_of(bare)))


def test_the_form_is_really_judged() -> None:
    text = message_of(act_of(by_code(request())))
    for old, new in (
        ('codeSystem="1.2.246', 'codeSystem="urn:oid:1.2.246'),
        ('typeCode="PRF"', 'typeCode="AUT"'),
        ("<family>Virtanen</family>", "<surname>Virtanen</surname>"),
        ('code="esim-1"', 'code="esim 1"'),
    ):
        assert old in text
        assert not SCHEMA.is_valid(text.replace(old, new, 1))


words = st.text(min_size=1, max_size=20).filter(str.strip)


@given(display=words, name=words, unit=words, value=words)
def test_whatever_a_request_says_the_elements_are_well_formed_and_valid(
    display: str, name: str, unit: str, value: str
) -> None:
    data = having(request(), ("service_request", "display"), display)
    data = having(having(data, ("user", "family_name"), name), ("unit", "name"), unit)
    data = having(data, ("user", "id", "value"), value)
    try:
        act = act_of(data)
    except InvalidAccessReason:
        return  # a text that no request can have
    SCHEMA.validate(message_of(act))
    assert "\r" not in act.xml()
    texts = [*(text for element in act.elements() for text in element.itertext())]
    assert not [text for text in texts if "\n" in text]


# --- what is not known ---------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["service_request", "use_situation"])
def test_a_part_that_is_not_public_is_left_out_and_named(part: str) -> None:
    act = act_of(without(by_code(request()), (part,)))
    assert part not in [reason.part for reason in act.reason_codes]
    assert (part, part) in left_out(act)


def test_a_search_by_53_without_a_code_names_the_reason_it_does_not_have() -> None:
    act = act_of(without(by_code(request("health_care_broad_search")), ("reason",)))
    assert ("reason", "reason") in left_out(act)
    assert [reason.part for reason in act.reason_codes] == ["service_request", "use_situation"]


def test_the_users_own_words_are_left_out_and_named() -> None:
    act = act_of(by_code(request()))
    assert left_out(act) == [("justification", "justification")]
    assert "kiireellinen" not in act.xml()


def test_another_identifier_of_the_user_goes_as_given_and_is_named() -> None:
    act = act_of(request())
    assert ("other_user_id", "user.id.system") in left_out(act)
    assert act.reveal()["author"]["id"]["root"] == "1.2.246.537.29"


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("service_request", "system"), "https://example.org/cs", "service_request.system"),
        (("use_situation", "code"), "kaksi osaa", "use_situation.code"),
        (("user", "id", "system"), "https://example.org/users", "user.id.system"),
    ],
)
def test_what_hl7_v3_cannot_say_is_left_out_and_named(
    path: tuple[str, ...], value: str, named: str
) -> None:
    act = act_of(having(request(), path, value))
    assert named in [path for _, path in left_out(act)]
    assert value not in act.xml()
    SCHEMA.validate(message_of(act))


def test_a_code_of_another_system_than_the_editions_has_no_name_of_the_editions() -> None:
    act = act_of(having(request(), ("service_request", "system"), "urn:oid:1.2.3"))
    assert act.reason_codes[0].code_system == "1.2.3"
    assert "codeSystemName" not in act.reason_codes[0].attributes()
    SCHEMA.validate(message_of(act))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_out_is_said_in_both_languages(language: Any) -> None:
    bare = request("health_care_broad_search")
    for name in ("service_request", "use_situation", "reason"):
        bare = without(bare, (name,))
    texts = [finding.text(language) for finding in act_of(bare).left_out]
    assert len(texts) == len(set(texts)) == 5
    assert all(text.endswith(".") for text in texts)


# --- the edition decides -------------------------------------------------------------------------


def own(tmp_path: Path, entries: str) -> Edition:
    file = tmp_path / "own.toml"
    file.write_text(f'name = "own"\nbased_on = "kanta-1.0.0"\n{entries}', "utf-8")
    return load_edition(file)


def test_the_order_and_the_systems_are_the_editions(tmp_path: Path) -> None:
    edition = own(
        tmp_path,
        '[control_act.reasons]\nvalue = ["reason", "service_request"]\n'
        '[control_act.service_request]\nvalue = { system = "urn:oid:1.2.9", name = "Oma" }\n'
        '[control_act.user_id]\nvalue = "urn:oid:1.2.246.537.29"\n',
    )
    act = act_of(request(), edition)
    assert [reason.part for reason in act.reason_codes] == ["reason", "service_request"]
    assert act.reason_codes[1].code_system == "1.2.9"
    assert ("not_placed", "use_situation") in left_out(act)
    assert "other_user_id" not in [name for name, _ in left_out(act)]
    SCHEMA.validate(message_of(act))


def test_every_entry_of_the_control_act_says_how_well_it_is_known() -> None:
    entries = {entry.key: entry for entry in EDITION.entries if entry.key.startswith("control_act")}
    assert len(entries) == 5
    assert entries["control_act.reasons"].status == "assumed"
    assert {entry.status for entry in entries.values()} == {"assumed", "inferred"}
    assert all("MR message specification" in entry.check for entry in entries.values())


# --- personal data -------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", CAUSES)
def test_no_form_tells_the_cause_and_only_the_revealing_ones_tell_the_user(cause: str) -> None:
    act = act_of(having(by_code(request()), ("right", "cause"), cause))
    shown = f"{act!r}{act}{act.to_dict()}"
    assert "Virtanen" not in shown
    assert USER_CODE not in shown
    assert cause not in f"{shown}{act.reveal()}{act.xml()}"
    assert "Virtanen" in act.xml()
