"""The notice as JSON: what is read, and how a fault of shape is told."""

from __future__ import annotations

import copy
import json
import pickle
import re
import traceback
from typing import Any

import pytest
from hypothesis import given
from notices import (
    GROUNDS,
    RECIPIENTS,
    Path,
    at,
    full,
    having,
    json_values,
    places,
    without,
    written,
)
from proofs import sample

from sha_disclosure.errors import InvalidNotice
from sha_disclosure.notice import Client, DisclosureNotice, Statute, read_json, read_partly

MARK = "Zzmarker"

# Places that may be left out (design, the notice as JSON); list positions are written [].
OPTIONAL = {
    "id", "client.personal_id", "client.temporary_id", "client.birth_date", "controller.register",
    "discloser.id", "discloser.title", "discloser.authentication_method", "recipient.oid",
    "recipient.title", "recipient.unit.oid", "ground.document_id", "ground.given_at",
    "ground.given_by", "ground.scope", "ground.reason", "recorded_at", "type_of_disclosure",
    "language", "disclosed_data[].document_type", "disclosed_data[].specific_document_type",
    "disclosed_data[].description", "disclosed_data[].original_service_tasks",
    "disclosed_data[].document_id", "disclosed_data[].document_type.system",
    "client.given_names", "discloser.given_names", "recipient.given_names", "ground.cause",
}  # fmt: skip

# The rule that asks for a required place; the longest match counts, all others are SHAPE.
ASKED_BY = {
    "client": "N08", "client.family_name": "N08",
    "controller": "N03", "controller.oid": "N03", "controller.name": "N03",
    "discloser": "N03", "discloser.family_name": "N03",
    "discloser.unit": "N03", "discloser.unit.oid": "N03", "discloser.unit.name": "N03",
    "recipient": "N03", "recipient.family_name": "N03",
    "recipient.name": "N03", "recipient.roles": "N03", "recipient.unit": "N03",
    "recipient.unit.name": "N03", "recipient.relation": "N03",
    "ground": "N06", "ground.stored_in_kanta": "N06", "ground.provision": "N06",
    "ground.cause": "N09", "ground.no_legal_representative": "N09", "ground.necessity": "N09",
    "ground.purpose": "N10", "ground.statutory_task": "N10",
    "purpose": "N05", "disclosed_at": "N04", "disclosed_data": "N01",
    "disclosed_data[].service_tasks": "N02",
}  # fmt: skip


def generic(path: Path) -> str:
    return re.sub(r"\[\d+\]", "[]", written(path))


def every_place() -> list[tuple[str, str, Path]]:
    """Return each place of a notice once, with a ground and a recipient that have it."""
    kinds = [(g, "organisation") for g in GROUNDS] + [("statute", r) for r in RECIPIENTS]
    found: dict[tuple[object, ...], tuple[str, str, Path]] = {}
    for ground_kind, recipient_kind in kinds:
        for path in places(full(ground_kind, recipient_kind)):
            kind = {"ground": ground_kind, "recipient": recipient_kind}.get(str(path[0]), "")
            found.setdefault((path, kind), (ground_kind, recipient_kind, path))
    return list(found.values())


def named(found: list[tuple[str, str, Path]]) -> list[Any]:
    return [
        pytest.param(*place, id=f"{written(place[2])}-{place[0]}-{place[1]}") for place in found
    ]


PLACES = named(every_place())
FIELDS = named([place for place in every_place() if isinstance(place[2][-1], str)])


def refused(data: object) -> InvalidNotice:
    with pytest.raises(InvalidNotice) as caught:
        DisclosureNotice.model_validate(data)
    return caught.value


def told(error: InvalidNotice) -> list[tuple[str, str]]:
    return [(p.rule, p.path) for p in error.problems]


def everything_shown_by(error: InvalidNotice) -> str:
    both = [p.to_dict(language) for p in error.problems for language in ("en", "fi")]
    pickled = pickle.dumps(error).decode("utf-8", "replace")
    return f"{error}{error!r}{error.args}{json.dumps(error.to_dict())}{both}{pickled}{vars(error)}"


def test_the_places_under_test_are_all_fields_of_the_notice() -> None:
    assert len(FIELDS) > 90
    known = {generic(each.values[2]) for each in FIELDS}
    assert known >= OPTIONAL
    assert set(ASKED_BY) <= known


@pytest.mark.accepts("SHAPE")
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_a_full_notice_is_read_and_written_back_alike(ground: str, recipient: str) -> None:
    data = full(ground, recipient)
    notice = DisclosureNotice.model_validate(copy.deepcopy(data))
    assert json.loads(notice.model_dump_json(exclude_unset=True)) == data


def test_every_example_is_read_and_written_back_alike(notice_texts: dict[str, str]) -> None:
    assert len(notice_texts) == 8
    for text in notice_texts.values():
        notice = DisclosureNotice.model_validate_json(text)
        assert json.loads(notice.model_dump_json(exclude_unset=True)) == json.loads(text)
        assert DisclosureNotice.model_validate_json(notice.model_dump_json()) == notice


@pytest.mark.refuses("N03", "N05", "N06", "SHAPE")
@pytest.mark.parametrize(("ground", "recipient", "path"), sample(FIELDS, every=4))
def test_a_required_field_that_is_missing_is_told_at_its_place(
    ground: str, recipient: str, path: Path
) -> None:
    data = without(full(ground, recipient), path)
    if generic(path) in OPTIONAL:
        DisclosureNotice.model_validate(data)
        return
    if path[-1] == "kind":
        assert told(refused(data)) == [("SHAPE", written(path[:-1]))]
        return
    assert told(refused(data)) == [(ASKED_BY.get(generic(path), "SHAPE"), written(path))]


@pytest.mark.parametrize(("ground", "recipient", "path"), sample(PLACES, every=4))
def test_a_value_of_the_wrong_type_is_told_at_its_place_and_not_repeated(
    ground: str, recipient: str, path: Path
) -> None:
    data = full(ground, recipient)
    wrong = f"{MARK} {MARK}" if isinstance(at(data, path), dict | list) else [MARK]
    error = refused(having(data, path, wrong))
    place = written(path[:-1] if path[-1] == "kind" else path)
    assert [p.path for p in error.problems] == [place]
    assert error.problems[0].rule in {"SHAPE", ASKED_BY.get(generic(path), "SHAPE")} | (
        {"N03"} if generic(path) == "recipient.roles[]" else set()
    )
    assert MARK not in everything_shown_by(error)


@pytest.mark.parametrize(("ground", "recipient", "path"), sample(PLACES, every=4))
def test_null_is_taken_as_a_field_left_out(ground: str, recipient: str, path: Path) -> None:
    data = having(full(ground, recipient), path, None)
    nullable = OPTIONAL - {
        "controller.register", "language", "disclosed_data[].original_service_tasks",
    }  # fmt: skip
    if generic(path) in nullable:
        DisclosureNotice.model_validate(data)
        return
    place = written(path[:-1] if path[-1] == "kind" else path)
    assert [p.path for p in refused(data).problems] == [place]


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("id",), "1.02", "N14"),
        (("client", "personal_id"), "010594Y9033", "N08"),
        (("client", "temporary_id"), "x", "N14"),
        (("client", "birth_date"), "2016-02-30", "N08"),
        (("client", "family_name"), " ", "N08"),
        (("client", "given_names", 1), "", "N08"),
        (("client", "family_name"), "a\x00", "N14"),
        (("controller", "oid"), "", "N14"),
        (("controller", "name"), "", "N03"),
        (("controller", "register"), " 1", "N14"),
        (("discloser", "id", "system"), "x", "N14"),
        (("discloser", "id", "system"), "urn:oid:1.02", "N14"),
        (("discloser", "id", "value"), "", "SHAPE"),
        (("discloser", "title"), "\t", "SHAPE"),
        (("recipient", "roles"), [], "N03"),
        (("recipient", "roles", 0), "Provider", "N03"),
        (("recipient", "kind"), "organization", "SHAPE"),
        (("ground", "kind"), "", "SHAPE"),
        (("ground", "provision"), " ", "N06"),
        (("purpose",), "", "N05"),
        (("purpose",), "a\ud800", "N14"),
        (("disclosed_at",), "2026-11-15T11:00:00", "N04"),
        (("disclosed_at",), "yesterday", "N04"),
        (("recorded_at",), "2026-11-15T25:00:00Z", "N04"),
        (("disclosed_data",), [], "N01"),
        (("disclosed_data", 0, "service_tasks"), [], "N02"),
        (("disclosed_data", 0, "document_type", "code"), "a  b", "N14"),
        (("disclosed_data", 0, "description"), "", "SHAPE"),
        (("language",), "FI", "N14"),
    ],
)
def test_a_blank_or_malformed_value_is_told_by_the_rule_that_covers_it(
    path: Path, value: object, rule: str
) -> None:
    place = written(path[:-1] if path[-1] == "kind" else path)
    assert told(refused(having(full(), path, value))) == [(rule, place)]


@pytest.mark.parametrize(
    ("ground", "path", "value", "rule"),
    [
        ("broad_right", ("ground", "cause"), "old_age", "N09"),
        ("broad_right", ("ground", "no_legal_representative"), None, "N09"),
        ("broad_right", ("ground", "no_legal_representative"), "true", "N09"),
        ("broad_right", ("ground", "necessity"), "", "N09"),
        ("authority_right", ("ground", "purpose"), "curiosity", "N10"),
        ("authority_right", ("ground", "statutory_task"), " ", "N10"),
        ("permission", ("ground", "stored_in_kanta"), 1, "SHAPE"),
        ("permission", ("ground", "stored_in_kanta"), "false", "SHAPE"),
        ("permission", ("ground", "given_by"), "neighbour", "SHAPE"),
        ("permission", ("ground", "given_at"), "2026-11-31", "N04"),
    ],
)
def test_a_condition_of_a_ground_that_is_not_met_is_told_by_its_rule(
    ground: str, path: Path, value: object, rule: str
) -> None:
    assert told(refused(having(full(ground), path, value))) == [(rule, written(path))]


def test_a_number_is_no_statement_that_there_is_no_legal_representative() -> None:
    data = having(full("broad_right"), ("ground", "no_legal_representative"), 1)
    assert told(refused(data)) == [("N09", "ground.no_legal_representative")]


OBJECTS = [
    (),
    *(p for p in places(full("broad_right")) if isinstance(at(full("broad_right"), p), dict)),
]


@pytest.mark.parametrize("path", OBJECTS, ids=written)
def test_an_unknown_field_is_told_at_its_object_without_its_name(path: Path) -> None:
    error = refused(having(full("broad_right"), (*path, f"{MARK}-010594"), "x"))
    assert told(error) == [("SHAPE", written(path))]
    assert MARK not in everything_shown_by(error)


def test_a_misspelt_field_is_told_with_the_nearest_one_there_is() -> None:
    error = refused(having(without(full(), ("purpose",)), ("purpouse",), "x"))
    assert set(told(error)) == {("N05", "purpose"), ("SHAPE", "")}
    assert "`purpose`" in next(p.message for p in error.problems if not p.path)
    assert "purpouse" not in everything_shown_by(error)


def test_all_problems_come_at_once() -> None:
    assert set(told(refused({}))) == {
        ("N08", "client"), ("N03", "controller"), ("N03", "discloser"), ("N03", "recipient"),
        ("N06", "ground"), ("N05", "purpose"), ("N04", "disclosed_at"), ("N01", "disclosed_data"),
    }  # fmt: skip
    data = having(full(), ("client", "personal_id"), "x")
    data = having(data, ("disclosed_data", 0, "service_tasks", 0, "code"), "")
    data = having(data, ("recipient", "extra"), 1)
    assert set(told(refused(data))) == {
        ("N08", "client.personal_id"),
        ("N14", "disclosed_data[0].service_tasks[0].code"),
        ("SHAPE", "recipient"),
    }


@pytest.mark.parametrize("data", [None, 5, "text", [], [full()], True])
def test_what_is_no_object_is_one_problem_of_the_whole(data: object) -> None:
    assert told(refused(data)) == [("SHAPE", "")]


def test_a_part_built_in_python_tells_the_same_problems() -> None:
    with pytest.raises(InvalidNotice) as caught:
        Client(family_name="", given_names=(), personal_id="x", colour=MARK)  # type: ignore[call-arg, arg-type]
    assert set(told(caught.value)) == {
        ("N08", "family_name"), ("N08", "personal_id"), ("SHAPE", ""),
    }  # fmt: skip
    with pytest.raises(InvalidNotice) as caught:
        Statute(provision=" ")  # type: ignore[arg-type]
    assert told(caught.value) == [("N06", "provision")]


def test_a_part_is_frozen_and_has_no_other_attributes() -> None:
    notice = DisclosureNotice.model_validate(full())
    with pytest.raises(AttributeError, match="model_copy") as caught:
        notice.purpose = "Zzmarker"  # type: ignore[misc, assignment]
    assert "Zzmarker" not in str(caught.value)
    with pytest.raises(AttributeError):
        notice.nothing  # type: ignore[attr-defined]  # noqa: B018
    assert str(notice.controller.register) == "1"


def test_a_changed_copy_is_checked_like_a_new_part() -> None:
    notice = DisclosureNotice.model_validate(full())
    copy = notice.model_copy(update={"purpose": "Toinen syy", "id": None})
    assert copy.purpose.reveal() == "Toinen syy"
    assert copy.model_copy(update={"purpose": notice.purpose, "id": notice.id}) == notice
    for update in ({"disclosed_data": ()}, {"client": None}, {"nothing": 1}, {"purpose": " "}):
        with pytest.raises(InvalidNotice):
            notice.model_copy(update=update)


def test_a_traceback_has_no_frame_of_the_package() -> None:
    text = json.dumps(full() | {"purpose": 5, "language": "Zzmarker"})
    for make in (
        lambda: DisclosureNotice.model_validate_json(text),
        lambda: DisclosureNotice.model_validate(json.loads(text)),
        lambda: DisclosureNotice(**json.loads(text)),
    ):
        with pytest.raises(InvalidNotice) as caught:
            make()
        walked = traceback.walk_tb(caught.value.__traceback__)
        assert [f for f, _ in walked if "sha_disclosure/" in f.f_code.co_filename] == []


# --- JSON --------------------------------------------------------------------------------------


def json_refused(text: str | bytes) -> InvalidNotice:
    with pytest.raises(InvalidNotice) as caught:
        DisclosureNotice.model_validate_json(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1, column 1"),
        ("{", "line 1, column 2"),
        ('{"Zzmarker": }', "line 1, column 14"),
        ('{\n  "client": Zzmarker\n}', "line 2, column 13"),
        ('{"a": "Zzmarker', "line 1, column 7"),
        ('{"a": 1}\n\nZzmarker', "line 3, column 1"),
        (b"{\"a\": 'Zzmarker'}", "line 1, column 7"),
    ],
)
def test_a_fault_of_json_is_told_by_line_and_column(text: str | bytes, place: str) -> None:
    error = json_refused(text)
    assert told(error) == [("SHAPE", "")]
    assert place in error.problems[0].message
    line, column = re.findall(r"\d+", place)
    in_finnish = f"rivin {line} sarakkeesta {column}"
    assert in_finnish in error.problems[0].text("fi")
    assert MARK not in everything_shown_by(error)


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": -Infinity}', "[" * 100_000, "1" * 5000])
def test_what_only_some_parsers_take_for_json_is_refused(text: str) -> None:
    assert told(json_refused(text)) == [("SHAPE", "")]


@pytest.mark.parametrize("text", ["Zzmarker äö".encode("latin-1"), '{"a": 1}'.encode("utf-16")])
def test_a_file_that_is_not_utf_8_is_told_as_such(text: bytes) -> None:
    error = json_refused(text)
    assert "UTF-8" in error.problems[0].message
    assert MARK not in everything_shown_by(error)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"b": [{"Zzmarker": 1, "Zzmarker": 2}]}'])
def test_a_field_given_twice_is_refused(text: str) -> None:
    error = json_refused(text)
    assert "twice" in error.problems[0].message
    assert MARK not in everything_shown_by(error)


def test_a_byte_order_mark_is_passed_over(notice_texts: dict[str, str]) -> None:
    text = notice_texts["broad-right"]
    with_mark = b"\xef\xbb\xbf" + text.encode()
    assert DisclosureNotice.model_validate_json(with_mark) == (
        DisclosureNotice.model_validate_json(bytearray(text.encode()))
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: DisclosureNotice.model_validate(having(full(), ("purpose",), [MARK])),
        lambda: DisclosureNotice.model_validate_json('{"a": Zzmarker}'),
        lambda: DisclosureNotice.model_validate_json(b"\xff"),
        lambda: DisclosureNotice.model_validate_json('{"a": 1, "a": 2}'),
        lambda: DisclosureNotice.model_validate_json("NaN"),
        lambda: Statute(provision=5),  # type: ignore[arg-type]
        lambda: DisclosureNotice(**having(full(), ("purpose",), [MARK])),
    ],
)
def test_an_error_carries_no_other_error_behind_it(make: object) -> None:
    with pytest.raises(InvalidNotice) as caught:
        make()  # type: ignore[operator]
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@given(json_values)
def test_any_json_is_read_back_as_it_was(value: object) -> None:
    assert read_json(json.dumps(value)) == value


@given(json_values)
def test_any_json_in_place_of_a_notice_or_a_part_is_refused_with_problems(value: object) -> None:
    for data in (value, having(full(), ("recipient",), value), having(full(), ("client",), value)):
        _, problems = read_partly(DisclosureNotice, data)
        assert problems
        assert all(p.rule in {"SHAPE", "N03", "N08", "N06", "N05", "N04", "N01"} for p in problems)
