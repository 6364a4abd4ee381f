"""The sample of code lists: incomplete, so what it lacks is only warned of; the examples fit it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from code_pages import OID, concept, page
from notices import NOW, coding, full
from places import ROOT

from sha_disclosure import KantaClient
from sha_disclosure.codes import (
    CodeLists,
    UsedCode,
    code_lists_for,
    load_code_lists,
    read_code_list,
    sample_code_lists,
)
from sha_disclosure.codes.folder import store, stored_lists
from sha_disclosure.editions import Edition
from sha_disclosure.law import Circumstances, check
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.values import Instant

FOLDER = ROOT / "examples" / "code-lists"
SYSTEM = f"urn:oid:{OID}"


def part(tmp_path: Path, *codes: str) -> Path:
    file = tmp_path / f"{OID}.json"
    file.write_text(json.dumps(page(*map(concept, codes)) | {"complete": False}), "utf-8")
    return file


def test_each_list_says_that_it_is_a_part_by_whom_and_of_which_day() -> None:
    lists = stored_lists(FOLDER)
    assert {each.system for each in lists} == set(sample_code_lists().lists)
    for each in lists:
        assert not each.complete
        assert "written by hand" in each.source
        assert "incomplete" in each.source
        assert date.fromisoformat(each.imported_at)


@pytest.mark.parametrize(
    ("system", "code", "name"),
    [
        ("urn:oid:1.2.246.537.6.1506.201701", "15", "Suunnitelma"),
        (
            "urn:oid:1.2.246.537.6.1506.201701",
            "15007",
            "Lapsiperheiden palvelujen asiakassuunnitelma",
        ),
        ("urn:oid:1.2.246.537.6.1221.201601", "10", "Lastensuojelu"),
        ("urn:oid:1.2.246.537.6.1221.201601", "15", "Päihdehuolto"),
        ("urn:oid:1.2.246.537.6.1221.201601", "20", "Vammaispalvelut"),
        ("urn:oid:1.2.246.537.6.1221.201601", "24", "Lapsiperheiden palvelut"),
        (
            "urn:oid:1.2.246.537.5.40128.2006",
            "1",
            "Sosiaali- ja terveydenhuollon ammattihenkilön varmenne",
        ),
        ("urn:oid:1.2.246.537.6.1284", "32", "Edunvalvoja"),
    ],
)
def test_a_code_of_the_sample_has_its_name(system: str, code: str, name: str) -> None:
    made = sample_code_lists().coding(system, code)
    assert made is not None
    assert made.display.reveal() == name


def problems(notice: DisclosureNotice, edition: Edition, lists: CodeLists) -> list[Any]:
    given = Circumstances(now=NOW, environment="at", wire=edition.wire, code_lists=lists)
    return [p for p in check(notice, given) if p.rule == "N15"]


@pytest.mark.accepts("N15")
@pytest.mark.parametrize("name", sorted(p.stem for p in (ROOT / "examples/notices").iterdir()))
def test_an_example_notice_uses_its_codes_and_is_not_warned_of(
    name: str, notice_texts: dict[str, str], edition: Edition
) -> None:
    notice = DisclosureNotice.model_validate_json(notice_texts[name])
    assert problems(notice, edition, load_code_lists(FOLDER)) == []
    for data in notice.disclosed_data:
        for each in (data.document_type, data.specific_document_type, *data.service_tasks):
            assert each is None or "esim" not in str(each.code)


@pytest.mark.refuses("N15")
@pytest.mark.parametrize("field", ["document_type", "specific_document_type"])
def test_what_a_part_lacks_is_a_warning_and_what_a_whole_list_lacks_an_error(
    field: str, edition: Edition, tmp_path: Path
) -> None:
    data = full()
    data["disclosed_data"] = [
        {field: coding("99999", "Jokin"), "service_tasks": [coding("20", "Vammaispalvelut")]}
    ]
    notice = DisclosureNotice.model_validate(data)
    part_of = load_code_lists(FOLDER)
    (found,) = [p for p in problems(notice, edition, part_of) if p.path.endswith(field)]
    assert (found.severity, "codes import" in found.message) == ("warning", True)
    whole = CodeLists(part_of.lists)
    (found,) = [p for p in problems(notice, edition, whole) if p.path.endswith(field)]
    assert found.severity == "error"


def test_a_code_of_a_part_is_judged_by_its_validity(tmp_path: Path) -> None:
    file = tmp_path / f"{OID}.json"
    closed = concept("1", expirationDate="2020-01-01")
    file.write_text(json.dumps(page(closed) | {"complete": False}), "utf-8")
    lists = load_code_lists(file)
    at = Instant("2026-11-15T11:00:00+02:00")
    assert UsedCode(SYSTEM, "1", at).standing(lists) == "closed"
    assert UsedCode(SYSTEM, "2", at).standing(lists) == "unlisted"


def test_an_imported_part_stays_a_part(tmp_path: Path) -> None:
    read = read_code_list(part(tmp_path, "1", "2"))
    stored = store(read, tmp_path / "lists")
    assert not read_code_list(stored).complete
    assert "complete" not in json.loads(store_whole(tmp_path).read_text("utf-8"))


def store_whole(tmp_path: Path) -> Path:
    file = tmp_path / f"{OID}.json"
    file.write_text(json.dumps(page(concept("1"))), "utf-8")
    return store(read_code_list(file), tmp_path / "whole")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def test_the_sandbox_knows_the_sample(sandbox: Sandbox, notice_texts: dict[str, str]) -> None:
    with KantaClient(sandbox.settings()) as kanta:
        for text in notice_texts.values():
            notice = DisclosureNotice.model_validate_json(text)
            assert kanta.prepare(notice).warnings == ()


def test_elsewhere_the_lists_are_those_of_the_settings_alone() -> None:
    for environment, known in (("sandbox", True), ("at", False), ("production", False)):
        assert bool(code_lists_for(None, environment).lists) is known


def test_a_list_of_the_form_of_a_public_table_is_imported(tmp_path: Path) -> None:
    """Tab separated, with more columns than a list needs; the rows are made up."""
    file = tmp_path / "1.2.246.537.6.9999.tsv"
    file.write_text(
        "code_system\tcode\tname\tgeneral_type_name\tsubject\tdefinition_version\n"
        "1.2.246.537.6.9999\t15901\tKeksitty suunnitelma\tSuunnitelma\tKeksitty\t2023-06-01\n"
        "1.2.246.537.6.9999\t11901\tKeksitty päätös\tPäätös\tKeksitty\t2022-06-28\n",
        "utf-8",
    )
    read = read_code_list(file)
    assert read.system == "urn:oid:1.2.246.537.6.9999"
    assert [(c.code, c.name()) for c in read.codes] == [
        ("15901", "Keksitty suunnitelma"),
        ("11901", "Keksitty päätös"),
    ]
