"""The national rules N01-N16: for each what it accepts, what it refuses, and where."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from notices import (
    GROUNDS,
    NOW,
    Data,
    Path,
    full,
    ground,
    having,
    identity_code,
    json_values,
    notices,
    places,
    without,
    written,
)
from proofs import examples, sample

from sha_disclosure.codes import CodeLists, ListedCode
from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.findings import Problem, problem
from sha_disclosure.law import Circumstances, check, check_data, check_together
from sha_disclosure.law.fitting import SEVERITIES
from sha_disclosure.law.rulebook import rule_entries
from sha_disclosure.law.rules import RULES
from sha_disclosure.messages import template
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.values import PersonalId

EDITION = load_edition()  # hypothesis would print the fixture in full


PERSONAL_ID = ("client", "personal_id")
TASK = "urn:oid:1.2.246.537.6.1221.201601"
ORIGINAL = "urn:oid:1.2.246.537.6.1283.201101"


@pytest.fixture
def given_(edition: Edition) -> Circumstances:
    return Circumstances(now=NOW, environment="sandbox", wire=edition.wire)


def blocking(data: Data, given_: Circumstances) -> list[tuple[str, str]]:
    """Return rule and path of what refuses the notice, and check that shape-first agrees."""
    found = check(DisclosureNotice.model_validate(data), given_)
    assert check_data(data, given_) == found
    return [(p.rule, p.path) for p in found if p.blocks]


@pytest.mark.parametrize("kind", GROUNDS)
def test_a_full_notice_on_any_ground_keeps_every_rule(kind: str, given_: Circumstances) -> None:
    assert blocking(full(kind), given_) == []


@settings(max_examples=examples(8, 200))
@given(data=notices())
def test_any_generated_notice_keeps_every_rule(data: Data) -> None:
    given_ = Circumstances(now=NOW, environment="at", wire=EDITION.wire)
    assert blocking(data, given_) == []


def changed(*changes: tuple[Path, object], kind: str = "statute", to: str | None = None) -> Data:
    data = full(kind, to)
    for path, value in changes:
        data = having(data, path, value)
    return data


def left_out(*paths: Path, kind: str = "statute") -> Data:
    data = full(kind)
    for path in paths:
        data = without(data, path)
    return data


SET_0 = ("disclosed_data", 0)
WHATS = [(*SET_0, n) for n in ("document_type", "specific_document_type", "description")]

ACCEPTED: list[tuple[str, Data]] = [
    ("N01", left_out(WHATS[0], WHATS[1])),
    ("N01", left_out(WHATS[0], WHATS[2])),
    ("N01", left_out(WHATS[1], WHATS[2])),
    ("N02", changed(((*SET_0, "service_tasks", 0, "system"), TASK))),
    ("N02", changed(((*SET_0, "original_service_tasks", 0, "system"), ORIGINAL))),
    ("N02", left_out((*SET_0, "original_service_tasks"))),
    ("N03", left_out(("recipient", "oid"))),
    ("N04", left_out(("recorded_at",))),
    ("N04", changed((("recorded_at",), "2026-11-15T09:00:00Z"))),
    ("N04", left_out(("recorded_at",)) | {"disclosed_at": "2026-11-22T12:01:00+02:00"}),
    ("N05", changed((("purpose",), "x"))),
    ("N06", changed((("ground",), ground("statute", provision="417/2007 26 §")))),
    ("N07", changed(kind="permission")),
    ("N07", changed((("ground", "given_at"), "2026-11-15T09:00:00Z"), kind="consent")),
    ("N07", changed((("ground",), {"kind": "consent", "stored_in_kanta": True}))),
    ("N08", left_out(PERSONAL_ID, ("client", "temporary_id"))),
    ("N08", left_out(PERSONAL_ID, ("client", "birth_date"))),
    ("N08", left_out(("client", "temporary_id"), ("client", "birth_date"))),
    ("N08", having(left_out(PERSONAL_ID), ("client", "birth_date"), "2026-11-15")),
    ("N09", changed((("recipient", "roles"), ["social_welfare_provider"]), kind="broad_right")),
    ("N09", changed((("recipient", "roles"), ["social_welfare_authority"]), kind="broad_right")),
    ("N09", changed(kind="broad_right", to="professional")),
    (
        "N10",
        changed((("recipient", "roles"), ["social_welfare_authority"]), kind="authority_right"),
    ),
    ("N10", changed(kind="authority_right", to="professional")),
    ("N11", changed((("purpose",), "Dnro 010594-903A/2026"))),
    ("N14", changed((("purpose",), "x" * 1048576))),
    ("N16", changed(kind="information_request", to="client")),
    ("N16", changed(kind="information_request", to="person")),
    ("N16", changed(kind="information_request", to="organisation")),
    ("N16", changed(kind="information_request", to="professional")),
    ("N16", changed(kind="statute", to="client")),
]

REFUSED: list[tuple[str, str, Data]] = [
    ("N01", "disclosed_data[0]", left_out(*WHATS)),
    (
        "N02",
        "disclosed_data[0].service_tasks[0].system",
        changed(((*SET_0, "service_tasks", 0, "system"), ORIGINAL)),
    ),
    (
        "N02",
        "disclosed_data[0].original_service_tasks[0].system",
        changed(((*SET_0, "original_service_tasks", 0, "system"), TASK)),
    ),
    ("N04", "disclosed_at", left_out(("recorded_at",)) | {"disclosed_at": "2026-11-22T10:01:01Z"}),
    ("N04", "recorded_at", changed((("recorded_at",), "2027-01-01T00:00:00Z"))),
    ("N04", "recorded_at", changed((("recorded_at",), "2026-11-15T10:59:59+02:00"))),
    ("N07", "ground.given_at", left_out(("ground", "given_at"), kind="permission")),
    ("N07", "ground.given_by", left_out(("ground", "given_by"), kind="consent")),
    ("N07", "ground.scope", left_out(("ground", "scope"), kind="permission")),
    (
        "N07",
        "ground.given_at",
        changed((("ground", "given_at"), "2026-11-15T09:00:01Z"), kind="permission"),
    ),
    (
        "N07",
        "ground.given_at",
        changed(
            (("ground", "given_at"), "2026-11-16T00:00:00Z"),
            (("ground", "stored_in_kanta"), True),
            kind="consent",
        ),
    ),
    ("N08", "client", left_out(PERSONAL_ID, ("client", "temporary_id"), ("client", "birth_date"))),
    (
        "N08",
        "client.birth_date",
        having(left_out(PERSONAL_ID), ("client", "birth_date"), "2026-11-16"),
    ),
    ("N08", "client.birth_date", changed((("client", "birth_date"), "1994-05-02"))),
    (
        "N09",
        "recipient",
        changed((("recipient", "roles"), ["health_care_provider"]), kind="broad_right"),
    ),
    ("N09", "recipient", changed(kind="broad_right", to="client")),
    ("N09", "recipient", changed(kind="broad_right", to="person")),
    (
        "N10",
        "recipient",
        changed((("recipient", "roles"), ["social_welfare_provider"]), kind="authority_right"),
    ),
    ("N10", "recipient", changed(kind="authority_right", to="person")),
    ("N14", "purpose", changed((("purpose",), "x" * 1048577))),
    ("N15", "controller.register", changed((("controller", "register"), "99"))),
]


@pytest.mark.accepts("N01", "N02", "N03", "N04", "N05", "N06", "N07", "N08", "N09", "N10", "N11")
@pytest.mark.accepts("N14", "N16")
@pytest.mark.parametrize(("rule", "data"), ACCEPTED)
def test_a_notice_that_keeps_the_rule_is_accepted(
    rule: str, data: Data, given_: Circumstances
) -> None:
    assert blocking(data, given_) == []


@pytest.mark.refuses("N01", "N02", "N04", "N07", "N08", "N09", "N10", "N14", "N15")
@pytest.mark.parametrize(("rule", "path", "data"), REFUSED)
def test_a_notice_that_breaks_the_rule_is_refused_at_the_place(
    rule: str, path: str, data: Data, given_: Circumstances
) -> None:
    assert blocking(data, given_) == [(rule, path)]


def test_the_marks_of_the_catalogue_name_the_rules_of_the_tables() -> None:
    def marked(test: Any, marker: str) -> set[str]:
        return {rule for mark in test.pytestmark if mark.name == marker for rule in mark.args}

    accepted = test_a_notice_that_keeps_the_rule_is_accepted
    refused = test_a_notice_that_breaks_the_rule_is_refused_at_the_place
    assert marked(accepted, "accepts") == {rule for rule, _ in ACCEPTED}
    assert marked(refused, "refuses") == {rule for rule, _, _ in REFUSED}


def test_every_rule_with_a_predicate_has_a_refusal_here() -> None:
    elsewhere = {
        "N06",
        "N11",
        "N13",
        "N15",
        *(f"N{number}" for number in (*range(16, 27), 28, 29, 30)),
    }
    keys = {*(rule.key for rule in RULES), *SEVERITIES}
    assert {key.partition(".")[0] for key in keys} == {r for r, _, _ in REFUSED} | elsewhere


def test_the_register_problem_names_the_codes_the_edition_knows(given_: Circumstances) -> None:
    found = check(DisclosureNotice.model_validate(REFUSED[-1][2]), given_)
    told = [p for p in found if p.path == "controller.register"]
    assert all("register codes: 1." in p.message for p in told)
    assert told


# --- N04 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("skew", "refused"), [(0.0, True), (29.0, True), (30.0, False)])
def test_the_allowed_clock_skew_bounds_the_future(
    skew: float, refused: bool, given_: Circumstances
) -> None:
    data = left_out(("recorded_at",)) | {"disclosed_at": "2026-11-22T10:00:30Z"}
    found = blocking(data, replace(given_, clock_skew_s=skew))
    assert found == ([("N04", "disclosed_at")] if refused else [])


@pytest.mark.parametrize(
    ("now", "day", "refused"),
    [
        ("2026-11-22T21:58:59+00:00", "2026-11-22", False),
        ("2026-11-22T21:58:59+00:00", "2026-11-23", True),
        ("2026-11-22T22:00:00+00:00", "2026-11-23", False),  # midnight in Finland
        ("2026-11-22T21:59:30+00:00", "2026-11-23", False),  # within the allowed skew
    ],
)
def test_a_day_without_a_time_is_past_from_its_beginning_in_finland(
    now: str, day: str, refused: bool, given_: Circumstances
) -> None:
    data = left_out(("recorded_at",)) | {"disclosed_at": day}
    found = blocking(data, replace(given_, now=datetime.fromisoformat(now)))
    assert found == ([("N04", "disclosed_at")] if refused else [])


def test_a_day_without_a_time_is_recorded_on_the_same_day_at_the_earliest(
    given_: Circumstances,
) -> None:
    for recorded, refused in (
        ("2026-11-14T21:59:59Z", True),
        ("2026-11-14T22:00:00Z", False),  # the 15th in Finland
    ):
        data = full() | {"disclosed_at": "2026-11-15", "recorded_at": recorded}
        assert blocking(data, given_) == ([("N04", "recorded_at")] if refused else [])


# --- N11 ---------------------------------------------------------------------------------------

CODES = {"code", "system", "oid", "id", "kind", "language", "disclosed_at", "recorded_at",
         "given_at", "given_by", "personal_id", "temporary_id", "birth_date", "document_id",
         "cause", "purpose_", "relation", "register", "roles", "stored_in_kanta",
         "no_legal_representative"}  # fmt: skip


def texts_of(kind: str, to: str) -> list[tuple[str, str, Path]]:
    found = []
    for path in places(full(kind, to)):
        name = next(step for step in reversed(path) if isinstance(step, str))
        leaf = isinstance(_value(full(kind, to), path), str)
        chosen = kind == "authority_right" and path == ("ground", "purpose")
        if leaf and name not in CODES and not chosen:
            found.append((kind, to, path))
    return found


def _value(data: Any, path: Path) -> object:
    for step in path:
        data = data[step]
    return data


TEXTS = [
    *texts_of("information_request", "person"),
    *texts_of("broad_right", "professional"),
    *texts_of("authority_right", "organisation"),
    *texts_of("permission", "organisation"),
]


SOME_TEXTS = sample(
    [pytest.param(*each, id=f"{each[0]}-{each[1]}-{written(each[2])}") for each in TEXTS], every=4
)


def test_the_texts_under_test_are_those_people_write() -> None:
    assert {"purpose", "ground.provision", "ground.necessity", "ground.statutory_task",
            "ground.scope", "disclosed_data[0].description", "recipient.title",
            "disclosed_data[0].service_tasks[0].display", "discloser.id.value",
            "client.given_names[1]", "controller.name"
            } <= {written(p) for _, _, p in TEXTS}  # fmt: skip


@pytest.mark.refuses("N11")
@pytest.mark.parametrize(("kind", "to", "path"), SOME_TEXTS)
def test_an_identity_code_in_any_text_is_refused_there_and_not_repeated(
    kind: str, to: str, path: Path, given_: Circumstances
) -> None:
    code = identity_code(date(1994, 5, 1), 903)
    data = having(full(kind, to), path, f"Asiakas ({code[:6]} – {code[7:].lower()}) soitti")
    found = check(DisclosureNotice.model_validate(data), given_)
    # A provision that is only this text is objected to as well (N06).
    blocking = [(p.rule, p.path) for p in found if p.blocks and p.rule != "N06"]
    assert blocking == [("N11", written(path))]
    assert not [p for p in found if code[:6] in f"{p!r}{p.message}{p.text('fi')}"]


@pytest.mark.refuses("N11")
@pytest.mark.parametrize(("kind", "to", "path"), SOME_TEXTS)
def test_a_code_that_shows_only_when_normalised_is_objected_to(
    kind: str, to: str, path: Path, given_: Circumstances
) -> None:
    code = identity_code(date(1994, 5, 1), 903)
    data = having(full(kind, to), path, f"{full(kind, to)['purpose']} (0\u00ad{code[1:]})")
    (found,) = _hidden(data, given_)
    assert (found.key, found.severity, found.path) == ("N11.hidden", "objection", written(path))
    assert not [text for text in (repr(found), found.message, found.text("fi")) if code[1:] in text]
    (found,) = _hidden({**data, "acknowledged": ["N11.hidden"]}, given_)
    assert (found.acknowledged, found.blocks) == (True, False)


def _hidden(data: Any, given_: Circumstances) -> list[Problem]:
    found = check(DisclosureNotice.model_validate(data), given_)
    return [p for p in found if p.rule in {"N11", "N27"}]


@pytest.mark.refuses("N11")
def test_a_reference_is_a_text_too(given_: Circumstances) -> None:
    code = identity_code(date(1994, 5, 1), 903)
    spread = {**full(), "reference": f"{code[:2]}.{code[2:4]}.{code[4:]}"}
    assert [p.path for p in _hidden(spread, given_)] == ["reference"]
    assert [p.key for p in _hidden({**full(), "reference": code}, given_)] == ["N11"]
    assert _hidden({**full(), "reference": "THL/1234/5.01.00/2026"}, given_) == []


# --- N14 ---------------------------------------------------------------------------------------


def _blanks(data: Any, given_: Circumstances) -> list[tuple[str, str]]:
    found = check(DisclosureNotice.model_validate(data), given_)
    return [(p.path, p.severity) for p in found if p.key == "N14.blanks"]


@pytest.mark.refuses("N14")
@pytest.mark.parametrize(
    "text",
    [" a", "a ", "a\n", "\ta", "\u2003a", "a\u00a0b", "a\u0085b", "a\u2028b", "a\u2029b",
     "\ufeffa", "a\ufeffb"],
)  # fmt: skip
def test_blanks_that_a_fhir_program_changes_are_a_warning(text: str, given_: Circumstances) -> None:
    data = having(full(), ("purpose",), text)
    assert _blanks(data, given_) == [("purpose", "warning")]
    plain = given_.wire.text.model_copy(update={"blanks": "plain"})
    wire = given_.wire.model_copy(update={"text": plain})
    assert _blanks(data, replace(given_, wire=wire)) == []
    # What is never sent is in no canonical form.
    assert _blanks({**full(), "reference": text}, given_) == []


@pytest.mark.accepts("N14")
@pytest.mark.parametrize("text", ["a b", "a  b", "a\nb", "a\tb", "a\u200bb", "a\u202fb", "äö"])
def test_other_blanks_are_left_alone(text: str, given_: Circumstances) -> None:
    assert _blanks(having(full(), ("purpose",), text), given_) == []


@pytest.mark.refuses("N14")
@pytest.mark.parametrize("path", [("purpose",), ("client", "family_name"), ("reference",)])
def test_a_noncharacter_is_refused(path: Path, given_: Circumstances) -> None:
    found = check_data(having(full(), path, "a\ufffe"), given_)
    assert [(p.key, p.path) for p in found if p.blocks] == [("N14.noncharacter", written(path))]


# --- N12 ---------------------------------------------------------------------------------------


def together(*data: Data) -> list[tuple[str, str]]:
    notices_ = [DisclosureNotice.model_validate(each) for each in data]
    given_ = Circumstances(now=NOW, environment="sandbox", wire=EDITION.wire)
    return [(p.rule, p.path) for p in check_together(notices_, given_)]


@pytest.mark.accepts("N12")
@pytest.mark.refuses("N12")
def test_notices_of_one_message_concern_one_client_written_alike() -> None:
    first, second = full(id="1.2.3"), full("permission", id="1.2.4")
    other = changed((("client", "family_name"), "Toinen")) | {"id": "1.2.5"}
    assert together(first, second) == []
    assert together(first) == []
    assert together(first, second, other) == [("N12", "[2].client")]


def test_notices_of_one_message_have_ids_of_their_own() -> None:
    same = full(id="1.2.3")
    assert together(same, full(id="1.2.4"), same) == [("N12", "[2].id")]
    without_id = without(same, ("id",))
    assert together(without_id, without_id) == []


def test_each_notice_with_the_id_of_an_earlier_one_is_named() -> None:
    same, other = full(id="1.2.3"), full(id="1.2.4")
    assert together(same, same, other, same) == [("N12", "[1].id"), ("N12", "[3].id")]
    given_ = Circumstances(now=NOW, environment="sandbox", wire=EDITION.wire)
    twice = [DisclosureNotice.model_validate(same)] * 2
    assert [p.key for p in check_together(twice, given_)] == ["N12.same_id"]


@pytest.mark.refuses("N25")
def test_notices_of_one_message_are_of_the_organisation_of_the_first_that_has_one() -> None:
    ours, theirs, unknown = (f"1.2.246.10.{n}.10.0" for n in (28777751, 28777752, 28777753))
    given_ = Circumstances(
        now=NOW,
        environment="sandbox",
        wire=EDITION.wire,
        organisations={ours: "1.2.246.10.1", theirs: "1.2.246.10.2"},
    )

    def found(*controllers: str) -> list[tuple[str, str, str]]:
        notices_ = [
            DisclosureNotice.model_validate(
                having(full(id=f"1.2.{n}"), ("controller", "oid"), each)
            )
            for n, each in enumerate(controllers)
        ]
        return [(p.key, p.path, p.severity) for p in check_together(notices_, given_)]

    assert found(ours, ours) == []
    assert found(ours, theirs, ours) == [("N25.several", "[1].controller.oid", "error")]
    assert found(unknown, theirs, ours) == [("N25.several", "[2].controller.oid", "error")]
    assert found(unknown, unknown) == []  # each is refused by itself


def test_build_gives_each_problem_the_index_of_its_notice(
    edition: Edition, settings: Settings, sources: Sources
) -> None:
    bad = having(full(id="1.2.4"), ("disclosed_at",), "2027-01-01T00:00:00Z")
    bad = having(bad, ("client", "family_name"), "Toinen")
    with pytest.raises(InvalidNotice) as caught:
        build(
            [DisclosureNotice.model_validate(each) for each in (full(), bad)],
            Setup(settings, edition, sources),
        )
    assert {(p.rule, p.path) for p in caught.value.problems} == {
        ("N04", "[1].disclosed_at"),
        ("N12", "[1].client"),
    }
    assert {p.severity for p in caught.value.problems} == {"error"}


# --- N13 ---------------------------------------------------------------------------------------


@pytest.mark.accepts("N13")
@pytest.mark.refuses("N13")
@pytest.mark.parametrize("environment", ["sandbox", "at", "production"])
@pytest.mark.parametrize("number", [2, 899, 900, 999])
@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("allowed", [False, True])
def test_the_kind_of_identity_code_fits_the_environment(
    environment: Any, number: int, listed: bool, allowed: bool, given_: Circumstances
) -> None:
    code = identity_code(date(1994, 5, 1), number)
    ids = (PersonalId(code),) if listed else ()
    circumstances = replace(
        given_, environment=environment, test_personal_ids=ids, allow_artificial_ids=allowed
    )
    artificial = number >= 900
    fits = (not artificial or allowed) if environment == "production" else (artificial or listed)
    found = blocking(having(full(), PERSONAL_ID, code), circumstances)
    assert found == ([] if fits else [("N13", "client.personal_id")])


# --- N15 ---------------------------------------------------------------------------------------


def warnings(data: Data, given_: Circumstances) -> list[Problem]:
    return [
        p for p in check(DisclosureNotice.model_validate(data), given_) if p.severity == "warning"
    ]


def lists(edition: Edition, *skip: str) -> dict[str, list[ListedCode]]:
    """Return lists with every code of ``full("broad_right")``, but for the systems to skip."""
    systems = edition.wire.code_system
    made = {
        "urn:oid:1.2.246.1": ["esim-arvio"],
        systems.specific_document_type: ["esim-pta"],
        systems.service_task: ["esim-iakkaat"],
        systems.original_service_task[0]: ["esim-vanha"],
        systems.type_of_disclosure: ["kirje"],
        systems.access_reason: ["1"],
        systems.authentication_method: [
            full("broad_right")["discloser"]["authentication_method"]["code"]
        ],
    }
    return {uri: [ListedCode(c) for c in codes] for uri, codes in made.items() if uri not in skip}


@pytest.mark.accepts("N15")
def test_codes_of_loaded_lists_that_are_in_force_give_no_problem_and_no_warning(
    edition: Edition, given_: Circumstances
) -> None:
    circumstances = replace(given_, code_lists=CodeLists.of(lists(edition)))
    assert check(DisclosureNotice.model_validate(full("broad_right")), circumstances) == ()


def test_each_code_list_that_is_not_loaded_gives_one_warning(
    edition: Edition, given_: Circumstances
) -> None:
    data = full("broad_right")
    data["disclosed_data"].append(data["disclosed_data"][0])
    found = warnings(data, given_)
    assert [p.rule for p in found] == ["N15"] * 7
    assert {p.path for p in found} == {
        "disclosed_data[0].document_type", "disclosed_data[0].specific_document_type",
        "disclosed_data[0].service_tasks[0]", "disclosed_data[0].original_service_tasks[0]",
        "type_of_disclosure", "ground.reason", "discloser.authentication_method",
    }  # fmt: skip
    loaded = replace(given_, code_lists=CodeLists.of(lists(edition, TASK)))
    assert [p.path for p in warnings(data, loaded)] == ["disclosed_data[0].service_tasks[0]"]
    assert TASK in warnings(data, loaded)[0].message


@pytest.mark.parametrize(
    ("path", "code_of"),
    [
        ("disclosed_data[0].document_type", lambda s: "urn:oid:1.2.246.1"),
        ("disclosed_data[0].specific_document_type", lambda s: s.specific_document_type),
        ("disclosed_data[0].service_tasks[0]", lambda s: s.service_task),
        ("disclosed_data[0].original_service_tasks[0]", lambda s: s.original_service_task[0]),
        ("type_of_disclosure", lambda s: s.type_of_disclosure),
        ("ground.reason", lambda s: s.access_reason),
    ],
)
def test_a_code_that_its_loaded_list_does_not_have_is_refused(
    path: str, code_of: Any, edition: Edition, given_: Circumstances
) -> None:
    system = code_of(edition.wire.code_system)
    made = lists(edition) | {system: [ListedCode("another")]}
    circumstances = replace(given_, code_lists=CodeLists.of(made))
    assert blocking(full("broad_right"), circumstances) == [("N15", path)]


@pytest.mark.parametrize(
    ("first", "last", "in_force"),
    [
        (date(2026, 11, 15), date(2026, 11, 15), True),
        (date(2026, 11, 16), date.max, False),
        (date.min, date(2026, 11, 14), False),
        (date(2020, 1, 1), date(2026, 11, 15), True),
    ],
)
def test_a_code_is_judged_on_the_day_of_the_disclosure(
    first: date, last: date, in_force: bool, edition: Edition, given_: Circumstances
) -> None:
    made = lists(edition) | {TASK: [ListedCode("esim-iakkaat", first, last)]}
    circumstances = replace(given_, code_lists=CodeLists.of(made))
    found = blocking(full("broad_right"), circumstances)
    assert found == ([] if in_force else [("N15", "disclosed_data[0].service_tasks[0]")])


# --- all at once -------------------------------------------------------------------------------


def test_problems_of_shape_and_of_rules_come_together(given_: Circumstances) -> None:
    data = having(full("information_request", "organisation"), ("client", "family_name"), "")
    data = having(data, ("disclosed_at",), "2027-01-01T00:00:00Z")
    data = having(data, ("disclosed_data", 0), {"service_tasks": "x"})
    found = {(p.rule, p.path) for p in check_data(data, given_) if p.blocks}
    assert found == {
        ("N08", "client.family_name"),
        ("SHAPE", "disclosed_data[0].service_tasks"),
        ("N01", "disclosed_data[0]"),
        ("N04", "disclosed_at"),
    }


def test_a_part_that_cannot_be_read_gets_no_second_problem(given_: Circumstances) -> None:
    data = having(full("permission"), ("ground", "given_at"), "2026-11-02T10:00:00")
    found = [(p.rule, p.path) for p in check_data(data, given_) if p.blocks]
    assert found == [("N04", "ground.given_at")]


@given(value=json_values)
def test_any_json_at_any_part_is_judged_without_a_crash(
    value: object,
) -> None:
    given_ = Circumstances(now=NOW, environment="sandbox", wire=EDITION.wire)
    for name in ("client", "ground", "recipient", "disclosed_data", "disclosed_at", "discloser"):
        assert check_data(having(full(), (name,), value), given_)
    assert check_data(value, given_)


# --- the words ---------------------------------------------------------------------------------

PARAGRAPHS = set(range(1, 103))  # of 703/2023; tests/law looks at each more closely
WORDS = [breach.key for entry in rule_entries().values() for breach in entry.breaches]


def test_every_problem_has_words_in_both_languages_that_differ_and_a_citation() -> None:
    for key in WORDS:
        names = re.findall(r"\{(\w+)\}", template(problem(key, "").id, "en"))
        made = problem(key, "client", **{name: f"<{name}>" for name in names})
        assert made.message.strip()
        assert made.text("fi").strip()
        assert made.message != made.text("fi")
        assert made.rests_on
        assert "{" not in (made.message + made.text("fi")).replace("{ }", "")
        assert made.message[-1] == made.text("fi")[-1] == "."
        for name in names:
            assert f"<{name}>" in made.message
            assert f"<{name}>" in made.text("fi")
        assert set(made.to_dict("fi")) == {"rule", "path", "message", "severity"}


def test_every_rule_of_the_design_is_in_the_catalogue() -> None:
    wanted = {f"N{number:02}" for number in range(1, 17)} | {"SHAPE"}
    assert wanted <= set(rule_entries())
    assert {rule.key for rule in RULES} <= set(WORDS)


def test_every_paragraph_cited_is_one_of_the_statute() -> None:
    cited: set[int] = set()
    for citation in (entry.rests_on for entry in rule_entries().values()):
        for first, last in re.findall(r"703/2023 (\d+)(?:-(\d+))? §", citation):
            cited |= set(range(int(first), int(last or first) + 1))
    assert cited
    assert cited <= PARAGRAPHS


def test_no_problem_of_any_breach_repeats_what_was_given(given_: Circumstances) -> None:
    for _, _, data in REFUSED:
        found = check(DisclosureNotice.model_validate(data), given_)
        shown = repr([p for p in found if p.blocks])
        values = ("Salo", "Sofia", "Virtanen", "2027-01-01", "1994-05-01", "2026-11-16", "xxx")
        assert "rules.N" in shown or "rules.S" in shown
        assert not [value for value in values if value in shown]


def test_the_moment_of_judging_is_the_one_given(given_: Circumstances) -> None:
    earlier: datetime = NOW - timedelta(days=30)
    found = blocking(full(), replace(given_, now=earlier))
    assert ("N04", "disclosed_at") in found
