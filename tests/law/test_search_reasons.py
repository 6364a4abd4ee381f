"""The reason of a search by a right of access: every condition, and what is returned."""

from __future__ import annotations

import json
import pickle
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import NOW, Data, having, identity_code, json_values, places, without, written
from search_requests import CLIENT_CODE, RIGHTS, request

import sha_disclosure
from sha_disclosure.codes import CodeLists, ListedCode
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import DisclosureError, InvalidAccessReason
from sha_disclosure.law.searches import (
    AccessRequest,
    AuthorityAccessReason,
    BroadAccessReason,
    BroadSearch,
    UsedData,
    require_access_reason,
)
from sha_disclosure.notice import Cause

EDITION = load_edition()
REASONS = EDITION.wire.code_system.access_reason
LISTS = CodeLists.of({REASONS: [ListedCode("7")]})


def judged(data: Any, lists: CodeLists = LISTS) -> list[tuple[str, str]]:
    """Return rule and path of every error of a request."""
    found: list[InvalidAccessReason] = []
    try:
        require_access_reason(data, edition=EDITION, code_lists=lists, now=NOW)
    except InvalidAccessReason as error:
        found.append(error)
    assert not [error for error in found if error.__context__ is not None]
    problems = [problem for error in found for problem in error.problems]
    assert not [problem for problem in problems if problem.severity != "error"]
    return [(problem.rule, problem.path) for problem in problems]


@pytest.mark.accepts("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10")
@pytest.mark.parametrize("kind", RIGHTS)
def test_a_complete_reason_is_returned_with_what_the_query_needs(kind: str) -> None:
    made = require_access_reason(request(kind), edition=EDITION, code_lists=LISTS, now=NOW)
    broad = "broad" in kind
    assert type(made) is (BroadAccessReason if broad else AuthorityAccessReason)
    assert made.use_case == ("broad_right" if broad else "authority_right")
    assert made.provision == RIGHTS[kind][2]
    assert made.coding is not None
    assert (str(made.coding.code), str(made.coding.system)) == ("7", REASONS)
    assert made.justification is not None
    assert made.justification.reveal() == "Kotihoidon kiireellinen järjestäminen"
    assert made.service_request is not None
    assert made.right.kind == kind
    assert made.warnings == ()


CONDITIONS = [
    (kind, name, "A02" if "broad" in kind else "A03")
    for kind, (conditions, _, _) in RIGHTS.items()
    for name in conditions
]


@pytest.mark.refuses("A02", "A03")
@pytest.mark.parametrize(("kind", "name", "rule"), CONDITIONS)
def test_a_condition_that_is_missing_or_not_so_is_the_one_problem(
    kind: str, name: str, rule: str
) -> None:
    path = ("right", name)
    not_so = " " if name == "statutory_task" else "whim" if name in {"cause", "purpose"} else False
    for data in (
        without(request(kind), path),
        having(request(kind), path, None),
        having(request(kind), path, not_so),
    ):
        assert judged(data) == [(rule, f"right.{name}")]


@pytest.mark.parametrize(("kind", "name", "rule"), CONDITIONS)
def test_the_problem_names_its_condition(kind: str, name: str, rule: str) -> None:
    with pytest.raises(InvalidAccessReason) as caught:
        require_access_reason(
            without(request(kind), ("right", name)), edition=EDITION, code_lists=LISTS, now=NOW
        )
    (problem,) = caught.value.problems
    assert f"`{name}" in problem.message
    assert f"`{name}" in problem.text("fi")


@pytest.mark.refuses("A02", "A03")
@pytest.mark.parametrize("kind", RIGHTS)
@pytest.mark.parametrize(
    "role", ["social_welfare_provider", "social_welfare_authority", "health_care_provider"]
)
def test_a_right_is_used_only_by_those_it_belongs_to(kind: str, role: str) -> None:
    data = having(request(kind), ("unit", "roles"), [role])
    rule = "A02" if "broad" in kind else "A03"
    owners = {RIGHTS[kind][1]}
    if owners == {"social_welfare_provider"}:
        owners.add("social_welfare_authority")  # an authority is a provider too, 3 § 11 kohta
    assert judged(data) == ([] if role in owners else [(rule, "unit.roles")])


@pytest.mark.parametrize("kind", RIGHTS)
def test_no_condition_of_another_right_can_be_added(kind: str) -> None:
    other = "statutory_task" if "broad" in kind else "cause"
    value = "x" if "broad" in kind else "memory_disease"
    assert judged(having(request(kind), ("right", other), value)) == [("SHAPE", "right")]
    if kind != "broad_search":
        assert judged(having(request(kind), ("right", "service_necessary"), True)) == [
            ("SHAPE", "right")
        ]


REFUSED: list[tuple[str, str, Data]] = [
    ("A01", "right", without(request(), ("right",))),
    ("A04", "reason", without(request(), ("reason",))),
    ("A04", "reason.system", having(request(), ("reason", "system"), "urn:oid:1.2.3")),
    ("A04", "reason", having(request(), ("reason", "code"), "8")),
    ("A04", "reason", having(request("authority_search"), ("reason",), None)),
    ("A05", "justification", having(request(), ("justification",), " ")),
    ("A06", "relationship", without(request(), ("relationship",))),
    ("A06", "relationship.verified", having(request(), ("relationship", "verified"), False)),
    ("A06", "relationship.verified", without(request(), ("relationship", "verified"))),
    ("A06", "relationship.verified_at", without(request(), ("relationship", "verified_at"))),
    (
        "A06",
        "relationship.verified_at",
        having(request(), ("relationship", "verified_at"), "2026-11-22T11:59:01+02:00"),
    ),
    ("A06", "relationship", without(request(), ("relationship", "personal_id"))),
    ("A07", "user", without(request(), ("user",))),
    ("A07", "user.task", without(request(), ("user", "task"))),
    ("A07", "user.id", without(request(), ("user", "id"))),
    ("A07", "user.family_name", having(request(), ("user", "family_name"), "")),
    ("A07", "unit", without(request(), ("unit",))),
    ("A07", "unit.oid", without(request(), ("unit", "oid"))),
    ("A07", "unit.roles", having(request(), ("unit", "roles"), [])),
    ("A08", "asked_at", without(request(), ("asked_at",))),
    ("A08", "asked_at", having(request(), ("asked_at",), "2026-11-22T12:01:01+02:00")),
    ("A09", "justification", having(request(), ("justification",), f"Asiakas {CLIENT_CODE}")),
    (
        "A09",
        "right.statutory_task",
        having(request("authority_search"), ("right", "statutory_task"), f"x {CLIENT_CODE}"),
    ),
]


@pytest.mark.refuses("A01", "A04", "A05", "A06", "A07", "A08", "A09")
@pytest.mark.parametrize(("rule", "path", "data"), REFUSED)
def test_what_the_law_or_the_requirement_asks_and_is_missing_is_told(
    rule: str, path: str, data: Data
) -> None:
    assert judged(data) == [(rule, path)]


def test_every_problem_comes_at_once() -> None:
    data = without(request(), ("right", "cause"))
    data = having(data, ("right", "no_legal_representative"), False)
    data = having(data, ("relationship", "verified"), False)
    data = having(data, ("unit", "roles"), ["health_care_provider"])
    data = having(having(data, ("justification",), ""), ("reason", "code"), "8")
    assert set(judged(data)) == {
        ("A02", "right.cause"),
        ("A02", "right.no_legal_representative"),
        ("A02", "unit.roles"),
        ("A04", "reason"),
        ("A05", "justification"),
        ("A06", "relationship.verified"),
    }


@pytest.mark.refuses("A04")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ListedCode("7", valid_to=date(2026, 11, 21)), "... – 2026-11-21"),
        (ListedCode("7", valid_from=date(2026, 11, 23)), "2026-11-23 – ..."),
        (ListedCode("7", status="DELETED"), "removed"),
        (ListedCode("7", status="PROPOSAL"), "proposal"),
    ],
)
def test_a_code_not_in_force_at_the_search_is_refused(code: ListedCode, words: str) -> None:
    lists = CodeLists.of({REASONS: [code]})
    with pytest.raises(InvalidAccessReason) as caught:
        require_access_reason(request(), edition=EDITION, code_lists=lists, now=NOW)
    (problem,) = caught.value.problems
    assert (problem.rule, problem.path) == ("A04", "reason")
    assert words in problem.message


@pytest.mark.refuses("A10")
def test_what_is_not_public_is_said_to_be_missing_and_all_else_enforced() -> None:
    data = without(request(), ("service_request",))
    made = require_access_reason(data, edition=EDITION, now=NOW)
    assert [(p.rule, p.path, p.severity) for p in made.warnings] == [
        ("A04", "reason", "warning"),
        ("A10", "service_request", "warning"),
    ]
    assert made.service_request is None
    assert judged(having(data, ("right", "data_necessary"), False), CodeLists()) == [
        ("A02", "right.data_necessary")
    ]


def test_a_temporary_identifier_identifies_the_client_too() -> None:
    data = without(request(), ("relationship", "personal_id"))
    data = having(data, ("relationship", "temporary_id"), "1.2.246.10.28777751.22.2026.17")
    assert judged(data) == []


def test_types_raise_the_error_of_a_search_and_never_of_a_notice() -> None:
    with pytest.raises(InvalidAccessReason):
        BroadSearch(cause=Cause("memory_disease"))  # type: ignore[call-arg]
    with pytest.raises(InvalidAccessReason):
        AccessRequest.model_validate_json("{")
    assert AccessRequest.model_validate_json(json.dumps(request())).right.kind == "broad_search"


def test_a_request_may_be_made_of_types_or_of_data() -> None:
    made = AccessRequest.model_validate(request())
    assert require_access_reason(made, code_lists=LISTS, now=NOW).request == made
    assert sha_disclosure.require_access_reason is require_access_reason


@given(value=json_values, at=st.sampled_from([p for p in places(request()) if len(p) < 3]))
def test_whatever_is_given_nothing_but_the_error_of_a_search_is_raised(
    value: Any, at: tuple[str | int, ...]
) -> None:
    data = having(request(), at, value)
    for each in (value, data):
        raised: list[DisclosureError] = []
        try:
            require_access_reason(each, edition=EDITION, now=NOW)
        except DisclosureError as error:
            raised.append(error)
        assert {type(error) for error in raised} <= {InvalidAccessReason}
        copies = [pickle.loads(pickle.dumps(error)) for error in raised]
        assert [str(copy) for copy in copies] == [str(error) for error in raised]


OF_53 = tuple(kind for kind, (_, _, provision) in RIGHTS.items() if "53 §" in provision)
OF_55 = tuple(kind for kind, (_, _, provision) in RIGHTS.items() if "55 §" in provision)


@pytest.mark.accepts("A04")
@pytest.mark.parametrize("kind", OF_53)
def test_a_search_by_53_asks_for_no_code_but_judges_the_one_that_is_given(kind: str) -> None:
    data = without(request(kind), ("reason",))
    made = require_access_reason(data, edition=EDITION, code_lists=CodeLists(), now=NOW)
    assert made.coding is None
    assert made.warnings == ()
    assert judged(having(request(kind), ("reason", "code"), "8")) == [("A04", "reason")]


@pytest.mark.refuses("A04")
@pytest.mark.parametrize("kind", OF_55)
def test_a_search_by_55_asks_for_the_code(kind: str) -> None:
    assert judged(without(request(kind), ("reason",))) == [("A04", "reason")]


@pytest.mark.accepts("A05")
@pytest.mark.parametrize("kind", RIGHTS)
def test_the_users_own_words_are_optional(kind: str) -> None:
    made = require_access_reason(without(request(kind), ("justification",)), now=NOW)
    assert made.justification is None


PURPOSES = ["assess_need", "arrange_care", "verify_information"]


@pytest.mark.accepts("A03")
@pytest.mark.parametrize("kind", ["authority_search", "authority_patient_data_search"])
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("arrange_care", PURPOSES[1:2]),
        (["arrange_care"], PURPOSES[1:2]),
        (["verify_information", "assess_need"], [PURPOSES[0], PURPOSES[2]]),
        (PURPOSES, PURPOSES),
        (["assess_need", "assess_need"], PURPOSES[:1]),
    ],
)
def test_an_authority_may_have_several_purposes(kind: str, given: Any, kept: list[str]) -> None:
    data = having(request(kind), ("right", "purpose"), given)
    entry = require_access_reason(data, now=NOW).log_entry()
    assert entry.to_dict()["purpose"] == kept


@pytest.mark.refuses("A03")
@pytest.mark.parametrize("given", [[], ["assess_need", "whim"], {}, 1, [["assess_need"]], [None]])
def test_purposes_that_are_none_of_the_three_are_refused_by_name(given: Any) -> None:
    data = having(request("authority_search"), ("right", "purpose"), given)
    assert judged(data) == [("A03", "right.purpose")]


def test_a_user_may_be_identified_by_an_identity_code_and_by_nothing_like_it_elsewhere() -> None:
    own = identity_code(date(1980, 5, 1), 905)
    data = having(request(), ("user", "id"), {"system": "urn:oid:1.2.246.21", "value": own})
    assert judged(data) == []
    other = having(data, ("user", "id", "system"), "urn:oid:1.2.246.537.29")
    assert judged(other) == [("A09", "user.id.value")]


@pytest.mark.parametrize("value", ["true", 1, "no"])
def test_an_overridden_denial_is_a_statement(value: Any) -> None:
    found = judged(having(request(), ("denial_overridden",), value))
    assert found == [("SHAPE", "denial_overridden")]


# --- the access log ----------------------------------------------------------------------------


def test_the_log_entry_tells_who_in_which_unit_by_which_right_what_for_and_when() -> None:
    entry = require_access_reason(request(), code_lists=LISTS, now=NOW).log_entry()
    plain = {
        "right": "broad_search",
        "use_case": "broad_right",
        "provision": "703/2023 55 § 2 mom. 1. virke",
        "purpose": ["necessary_social_service"],
        "reason": {"system": REASONS, "code": "7", "display": "Esimerkkiperuste"},
        "conditions": [
            "cannot_judge_permission",
            "no_legal_representative",
            "data_necessary",
            "service_necessary",
        ],
        "denial_overridden": None,
        "asked_at": "2026-11-22T11:59:00+02:00",
        "relationship_verified_at": "2026-11-22T11:58:00+02:00",
        "unit": {"oid": "1.2.246.10.28777751.10.12", "name": "Aikuissosiaalityö"},
    }
    assert entry.to_dict() == plain
    assert entry.reveal() == {
        **plain,
        "purpose_text": "välttämättömän sosiaalipalvelun järjestäminen tai toteuttaminen",
        "statutory_task": None,
        "user": {
            "name": "Aino Virtanen",
            "id": {"system": "urn:oid:1.2.246.537.29", "value": "81234567890"},
            "task": "Sosiaalityöntekijä",
        },
        "client": {"personal_id": CLIENT_CODE, "temporary_id": None},
        "relationship_reference": "asiakkuus-4711",
        "used": [],
    }
    assert "Virtanen" not in f"{entry!r}{entry.to_dict()}"


def test_the_log_entry_of_an_authority_has_its_task_its_purposes_and_its_conditions() -> None:
    data = having(request("authority_search"), ("right", "purpose"), PURPOSES[:2])
    entry = require_access_reason(data, code_lists=LISTS, now=NOW).log_entry()
    assert entry.to_dict()["conditions"] == ["essential_effect", "necessary_for_task"]
    revealed = entry.reveal("en")
    assert revealed["statutory_task"] == "Lastensuojelutarpeen selvittäminen (417/2007 26 §)"
    assert revealed["purpose_text"] == (
        "assessing the need for social welfare; "
        "arranging social welfare and carrying out its measures"
    )
    assert "Lastensuojelu" not in f"{entry!r}{entry.to_dict()}"


@pytest.mark.parametrize("kind", RIGHTS)
@pytest.mark.parametrize("language", ["fi", "en"])
def test_every_right_has_its_purpose_of_use_in_words(kind: str, language: Any) -> None:
    entry = require_access_reason(request(kind), code_lists=LISTS, now=NOW).log_entry()
    assert "right" not in entry.purpose(language)
    assert len(entry.purpose(language)) > 20


@pytest.mark.parametrize("overridden", [True, False, None])
def test_an_overridden_denial_stands_in_the_log_entry(overridden: bool | None) -> None:
    data = having(request(), ("denial_overridden",), overridden)
    entry = require_access_reason(data, code_lists=LISTS, now=NOW).log_entry()
    assert entry.to_dict()["denial_overridden"] is overridden


def test_what_the_answer_brought_is_added_provider_by_provider() -> None:
    used = UsedData.model_validate(
        {
            "provider_oid": "1.2.246.10.12345678.10.0",
            "provider_name": "Toinen hyvinvointialue",
            "document_ids": ["1.2.246.10.12345678.95.2026.1.2"],
        }
    )
    entry = require_access_reason(request(), code_lists=LISTS, now=NOW).log_entry([used])
    assert entry.reveal()["used"] == [
        {
            "provider": {"oid": "1.2.246.10.12345678.10.0", "name": "Toinen hyvinvointialue"},
            "document_ids": ["1.2.246.10.12345678.95.2026.1.2"],
            "description": None,
        }
    ]
    assert "Toinen" not in f"{entry!r}{entry.to_dict()}"


def test_an_identity_code_of_any_form_stays_out_of_every_text() -> None:
    code = identity_code(date(2004, 5, 1), 907, "B")
    for path in (("justification",), ("user", "task"), ("relationship", "reference")):
        assert judged(having(request(), path, f"nro {code}")) == [("A09", written(path))]


def test_a_code_that_shows_only_when_normalised_is_a_warning() -> None:
    code = identity_code(date(2004, 5, 1), 907, "B")
    for spread in (f"{code[:2]}.{code[2:4]}.{code[4:]}", "\u200b".join(code)):
        data = having(request(), ("justification",), f"nro {spread}")
        reason = require_access_reason(data, edition=EDITION, code_lists=LISTS, now=NOW)
        found = [p for p in reason.warnings if p.rule == "A09"]
        assert [(p.key, p.path, p.severity) for p in found] == [
            ("A09.hidden", "justification", "warning")
        ]
