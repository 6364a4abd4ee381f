"""Plain Python values are taken as the types of the parts say."""

from __future__ import annotations

import ast
from pathlib import Path

import from_objects
import pytest
from places import ROOT

import sha_disclosure.notice as room
from sha_disclosure import DisclosureError, DisclosureNotice, InvalidNotice
from sha_disclosure.notice import Cause, Part
from sha_disclosure.values import (
    BirthDate,
    Code,
    FreeText,
    Instant,
    LanguageTag,
    Oid,
    PersonalId,
    PersonName,
    Reference,
    TemporaryId,
    Time,
    Uri,
)


def test_a_notice_is_made_of_every_part() -> None:
    parts = from_objects
    first = (parts.clients[0], parts.disclosers[0], parts.recipients[0], parts.grounds[0])
    made = [
        *(parts.notice(client, *first[1:], parts.NOW) for client in parts.clients),
        *(parts.notice(first[0], each, *first[2:], parts.NOW) for each in parts.disclosers),
        *(parts.notice(*first[:2], each, first[3], parts.NOW) for each in parts.recipients),
        *(parts.notice(*first[:3], each, parts.NOW) for each in parts.grounds),
        *(parts.notice(*first, moment) for moment in parts.moments),
    ]
    for notice in made:
        text = notice.model_dump_json(exclude_none=True)
        assert DisclosureNotice.model_validate_json(text) == notice


def signatures() -> dict[str, ast.FunctionDef]:
    """Return what checkers see of each part's ``__init__``; it is not there at run time."""
    return {
        kind.name: method
        for file in (ROOT / "sha_disclosure" / "notice").glob("*.py")
        for kind in ast.walk(ast.parse(Path(file).read_text("utf-8")))
        if isinstance(kind, ast.ClassDef)
        for block in kind.body
        if isinstance(block, ast.If)
        for method in block.body
        if isinstance(method, ast.FunctionDef)
    }


PARTS = [
    each
    for name in room.__all__
    if isinstance(each := getattr(room, name), type)
    and issubclass(each, Part)
    and each not in {Part, room.ClientRecipient, room.DeclaredWill}
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_the_types_name_the_fields_and_which_are_required(part: type[Part]) -> None:
    arguments = signatures()[part.__name__].args
    defaults = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    fields = {field.alias or name: field for name, field in part.model_fields.items()}
    assert {a.arg: default is None for a, default in defaults} == {
        name: field.is_required() for name, field in fields.items()
    }


@pytest.mark.parametrize(
    ("kind", "wrong", "rule"),
    [
        (Oid, "1.2.Salainen", "N14"),
        (TemporaryId, "Salainen", "N14"),
        (PersonalId, "010101-123Z", "N08"),
        (PersonName, " ", "SHAPE"),
        (FreeText, "Salainen\x00", "N14"),
        (Reference, "Salainen" * 50, "N14"),
        (BirthDate, "1.5.2020", "N08"),
        (Instant, "2026-11-15T11:00:00", "N04"),
        (Time, "15.11.2026", "N04"),
        (LanguageTag, "Salainen", "N14"),
        (Code, " Salainen", "N14"),
        (Uri, "Salainen", "N14"),
        (Uri, "urn:oid:Salainen", "N14"),
        (Cause, "Salainen", "SHAPE"),
        (Oid, 5, "SHAPE"),
        (PersonName, None, "SHAPE"),
    ],
)
def test_a_value_made_by_itself_raises_the_error_of_a_notice(
    kind: type, wrong: object, rule: str
) -> None:
    with pytest.raises(InvalidNotice) as caught:
        kind(wrong)
    (problem,) = caught.value.problems
    assert (problem.rule, problem.path) == (rule, "")
    assert problem.text("fi") != problem.text("en")
    assert isinstance(caught.value, DisclosureError)
    said = f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"
    assert "Salainen" not in said
    assert "refused" not in said
    assert caught.tb.tb_next is None  # no frame of the package
