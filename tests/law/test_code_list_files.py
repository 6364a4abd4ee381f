"""Code lists from files: the recorded shape, CSV, the folder, and broken lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from code_pages import OID, SYSTEM, concept, page
from hypothesis import given
from hypothesis import strategies as st
from notices import NOW, full

from sha_disclosure.codes import CodeLists, ListedCode, load_code_lists, read_code_list
from sha_disclosure.codes.folder import store, stored_lists
from sha_disclosure.codes.lists import CodeList
from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.law import Circumstances, check
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: Any, name: str = f"{OID}.json") -> Path:
        file = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        file.write_text(text, "utf-8")
        return file

    return to_file


def test_a_page_of_the_code_server_is_read(write: Write) -> None:
    read = read_code_list(write(page(concept("1"), concept("2", status="PROPOSAL"))))
    assert read.system == SYSTEM
    first, second = read.codes
    assert first == ListedCode(
        "1", date(2016, 1, 1), date(2099, 12, 31), "ACTIVE", {"fi": "Nimi 1", "sv": "Namn 1"}
    )
    assert (first.name("sv"), first.name("en")) == ("Namn 1", "Nimi 1")
    assert second.standing_on(date(2026, 1, 1)) == "proposal"


def test_a_list_of_pages_is_read_and_a_part_of_a_list_is_not(write: Write) -> None:
    pages = [
        page(concept("1"), number=1, pages=2, total=2),
        page(concept("2"), number=2, pages=2, total=2),
    ]
    assert [c.code for c in read_code_list(write(pages)).codes] == ["1", "2"]
    with pytest.raises(ConfigurationError, match="holds 1 codes of 2"):
        read_code_list(write(pages[0]))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("beginDate", "expirationDate"),
        ("begin_date", "EXPIRATIONDATE"),
        ("validFrom", "validTo"),
        ("startDate", "endDate"),
        ("effectiveDate", "expiryDate"),
    ],
)
@pytest.mark.parametrize(
    "days",
    [("2020-02-01", "2024-12-31"), ("1.2.2020", "31.12.2024"), (1580515200000, 1735603200000)],
)
def test_days_are_read_in_each_listed_spelling(
    write: Write, first: str, last: str, days: tuple[Any, Any]
) -> None:
    made = {"conceptCodeId": "1", first: days[0], last: days[1]}
    (code,) = read_code_list(write({"conceptCodes": [made]})).codes
    assert (code.valid_from, code.valid_to) == (date(2020, 2, 1), date(2024, 12, 31))


def test_days_may_stand_among_the_attributes(write: Write) -> None:
    made = concept("1", beginDate=None, expirationDate=None)
    made["attributes"].append({"attributeName": "ExpirationDate", "attributeValue": ["2020-01-31"]})
    (code,) = read_code_list(write(page(made))).codes
    assert (code.valid_from, code.valid_to) == (date.min, date(2020, 1, 31))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_table_is_read(write: Write, separator: str) -> None:
    rows = [
        ["CodeId", "ShortName", "ShortName_sv", "Status", "BeginDate", "ExpirationDate"],
        ["1", "Lastensuojelu", "Barnskydd", "ACTIVE", "2016-01-01", "31.12.2099"],
        [],
        ["2", '"Iäkkäiden; palvelut, kaikki"', "", "", "", ""],
    ]
    text = "\ufeff" + "\r\n".join(separator.join(row) for row in rows)
    read = read_code_list(write(text, f"{OID}.csv"))
    assert [c.code for c in read.codes] == ["1", "2"]
    assert read.codes[0].names == {"fi": "Lastensuojelu", "sv": "Barnskydd"}
    assert read.codes[0].valid_to == date(2099, 12, 31)
    assert read.codes[1] == ListedCode("2", names={"fi": "Iäkkäiden; palvelut, kaikki"})


@pytest.mark.parametrize(
    "moments",
    [
        ("2020-01-31T22:00:00Z", "2024-12-30T22:00:00Z"),
        ("2020-01-31T22:00:00.000+0000", "2024-12-31T21:59:59.999+0000"),
        ("2020-02-01T00:00:00+02:00", "2024-12-31T23:59:59+02:00"),
        ("2020-02-01T00:00:00", "2024-12-31T24:00:00"),
        ("2020-02-01 00:00:00.0", "2024-12-31 00:00:00"),
        ("2020-02-01Z", "2024-12-31+02:00"),
        ("20200201", "20241231"),
        ("1.2.2020 0:00", "31.12.2024 23.59"),
        (1580508000000, 1735596000000),
        (1580508000000, 1735682399999),
    ],
)
def test_a_moment_is_the_day_it_is_in_finland_and_the_last_day_counts(
    write: Write, moments: tuple[Any, Any]
) -> None:
    made = {"conceptCodeId": "1", "beginDate": moments[0], "expirationDate": moments[1]}
    (code,) = read_code_list(write({"conceptCodes": [made]})).codes
    assert (code.valid_from, code.valid_to) == (date(2020, 2, 1), date(2024, 12, 31))


def test_an_end_that_no_calendar_reaches_is_the_last_day_there_is(write: Write) -> None:
    made = concept("1", expirationDate="9999-12-31T23:59:59Z")
    (code,) = read_code_list(write(page(made))).codes
    assert code.valid_to == date.max
    (code,) = read_code_list(write(page(concept("1", expirationDate=253402300799000)))).codes
    assert code.valid_to == date.max


def test_one_code_in_several_periods_is_in_force_in_each(write: Write) -> None:
    old, gap, new = date(2017, 5, 1), date(2019, 5, 1), date(2025, 5, 1)
    periods = [
        concept("1", beginDate="2020-01-01"),
        concept("1", expirationDate="2018-12-31"),
        concept("1", status="PROPOSAL", beginDate="2030-01-01"),
        concept("2"),
    ]
    periods[1]["attributes"][0]["attributeValue"] = ["Vanha nimi"]
    lists = load_code_lists(write(page(*periods)))
    code = lists.find(SYSTEM, "1")
    assert code is not None
    assert [code.standing_on(day) for day in (old, gap, new)] == ["in_force", "closed", "in_force"]
    assert code.validity.startswith("2016-01-01 – 2018-12-31, 2020-01-01 – 2099-12-31, ")
    assert [code.on(day).name() for day in (old, new)] == ["Vanha nimi", "Nimi 1"]
    made = lists.coding(SYSTEM, "1", on=old)
    assert made is not None
    assert made.display.reveal() == "Vanha nimi"


@given(
    cuts=st.lists(st.dates(date(2000, 1, 2), date(2090, 1, 1)), min_size=1, unique=True),
    day=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_a_code_cut_into_any_periods_stands_as_before(cuts: list[date], day: date) -> None:
    starts = [date(2000, 1, 1), *sorted(cuts)]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [date(2090, 1, 1)]
    periods = [ListedCode("1", *each) for each in zip(starts, ends, strict=True)]
    code = CodeLists.of({SYSTEM: reversed(periods)}).find(SYSTEM, "1")
    assert code is not None
    assert code.valid_on(day)
    assert code.on(day).valid_from <= day <= code.on(day).valid_to
    assert not code.valid_on(date(2090, 1, 2))


@pytest.mark.parametrize("stated", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_a_table_of_a_spreadsheet_program_is_read(tmp_path: Path, stated: str, end: str) -> None:
    file = tmp_path / f"{OID}.csv"
    rows = [stated, "CodeId;ShortName;BeginDate;;", "1;Tyoikaiset, kaikki;1.2.2020;;", "2;Muu;;;;"]
    file.write_bytes(end.join(rows).replace("yo", "y\xf6").encode("latin-1"))
    first, second = read_code_list(file).codes
    assert first == ListedCode("1", date(2020, 2, 1), names={"fi": "Ty\xf6ikaiset, kaikki"})
    assert second.code == "2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["txt", "csv", "tsv"])
def test_a_table_is_read_in_the_encodings_of_downloads_and_programs(
    tmp_path: Path, encoding: str, ending: str
) -> None:
    file = tmp_path / f"{OID}.{ending}"
    text = "CodeId;ShortName;ShortName_sv;\r\n1;Päätös;Åtgärd;\r\n"
    file.write_bytes(text.encode(encoding))
    (code,) = read_code_list(file).codes
    assert code.names == {"fi": "Päätös", "sv": "Åtgärd"}


@pytest.mark.parametrize(
    "text",
    [
        '{"conceptCodes": [{"conceptCodeId": "1"}], "conceptCodes": [{"conceptCodeId": "2"}]}',
        '{"conceptCodes": [{"conceptCodeId": "1", "conceptCodeId": "2"}]}',
        '{"conceptCodes": [{"conceptCodeId": "1", "status": "ACTIVE", "Status": "DELETED"}]}',
        '{"conceptCodes": [{"name": "x", "attributes": [{"attributeName": "code", '
        '"attributeValue": ["1"]}]}]}',
    ],
)
def test_a_code_is_not_taken_from_doubled_members_or_attributes(write: Write, text: str) -> None:
    with pytest.raises(ConfigurationError):
        read_code_list(write(text))


def test_only_the_list_of_the_page_itself_has_codes(write: Write) -> None:
    made = page(concept("1", conceptCodes=[concept("2")]), concept("3"))
    made = {"inner": {"conceptCodes": [concept("4")]}, "x": '"conceptCodes": [{}]', **made}
    assert [c.code for c in read_code_list(write(made)).codes] == ["1", "3"]


def test_the_line_of_a_fault_is_found_among_other_members(write: Write) -> None:
    first = {"inner": {"conceptCodes": []}, **page(concept("1"), number=1, pages=2, total=3)}
    second = {"a": [1, {"b": "]"}], "conceptCodes": [concept("2"), {"name": "x"}], "z": None}
    file = write([first, second])
    line = next(n for n, t in enumerate(file.read_text().splitlines(), 1) if '"name": "x"' in t)
    with pytest.raises(ConfigurationError, match=f"line {line - 1}: a code has no"):
        read_code_list(file)


def test_reading_a_list_takes_time_in_proportion_to_its_length(write: Write) -> None:
    def seconds(count: int) -> float:
        file = write(page(*(concept(str(n)) for n in range(count))))
        start = process_time()
        assert len(read_code_list(file).codes) == count
        return process_time() - start

    # Of two, the one that was not disturbed: by a search for garbage, or by other processes.
    assert min(seconds(2_000), seconds(2_000)) < max(0.4, 40 * seconds(200))
    heading = ";".join(["code", *(f"column{n}" + "-" * 90 for n in range(500))])
    rows = "\n".join(f"{n};" + ";".join(["x"] * 500) for n in range(50))
    start = process_time()
    read_code_list(write(f"{heading}\n{rows}", f"{OID}.csv"))
    assert process_time() - start < 2


BROKEN: list[tuple[str, Any, str]] = [
    ("json", "{\n]", "line 2: is not JSON"),
    ("json", [], "line 1: the list has no codes"),
    ("json", {"codes": []}, "line 1: there is no list `conceptCodes`"),
    ("json", {"conceptCodes": []}, "line 1: the list has no codes"),
    (
        "json",
        '{"conceptCodes": [\n{"conceptCodeId": "1"},\n{"name": "x"}]}',
        "line 3: a code has no",
    ),
    ("json", '{"conceptCodes": [\n\n5]}', "line 3: a code is not an object"),
    ("json", page(concept("1 "), concept(" x  y")), "identifier is not a code"),
    ("json", page(concept("1", status="MAYBE")), "`status` is not one of"),
    ("json", page(concept("1", beginDate="soon")), "a day of validity cannot be read"),
    ("json", page(concept("1", beginDate="2020-02-31")), "a day of validity cannot be read"),
    ("json", page(concept("1", expirationDate="2001-01-01")), "ends before it begins"),
    ("json", page(concept("1"), concept("1", status="DELETED")), "listed twice"),
    ("json", page(concept("1", attributes="x")), "`attributes` is not a list"),
    ("csv", "", "line 1: the file is empty"),
    ("csv", "a;b\n1;2\n", "line 1: no column of codes"),
    ("csv", "code;name\n1;x\n2\n", "line 3: has 1 columns"),
    ("csv", 'code;name\n1;"x\n', "is not CSV"),
    ("csv", "code;name;;\n1;x;;\n2;y;z\n", "line 3: has 3 columns"),
    ("csv", "code;name;Name\n1;x;y\n", "line 1: a field or column is there twice"),
    ("csv", "sep=;\n", "the file is empty"),
    ("csv", "sep=;\na;b\n1;2\n", "line 2: no column of codes"),
    ("csv", "code;name\n1;x\n1;y\n", "line 3: a code is listed twice"),
    ("csv", "code;status\n1;ACTIVE\n\n2;GONE\n", "line 4: a code's `status`"),
]


@pytest.mark.parametrize(("kind", "content", "words"), BROKEN)
def test_a_broken_list_is_told_by_file_and_line(
    kind: str, content: Any, words: str, write: Write
) -> None:
    file = write(content, f"{OID}.{kind}")
    with pytest.raises(ConfigurationError) as caught:
        read_code_list(file)
    assert str(file) in str(caught.value)
    assert "line " in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.__context__ is None


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / f"{OID}.json").write_bytes(b'{\n"\xff"}')
    with pytest.raises(ConfigurationError, match="line 2: is not UTF-8"):
        load_code_lists(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_code_list(tmp_path / "none.json")
    with pytest.raises(ConfigurationError, match="no such folder"):
        load_code_lists(tmp_path / "none")


def test_the_code_system_is_that_of_the_caller_the_file_or_its_name(write: Write) -> None:
    plain = page(concept("1"))
    assert read_code_list(write(plain, "x.json"), SYSTEM).system == SYSTEM
    assert read_code_list(write({**plain, "system": SYSTEM}, "y.json")).system == SYSTEM
    assert read_code_list(write(plain, f"koodisto {OID} 2026.json")).system == SYSTEM
    with pytest.raises(ConfigurationError, match="--system"):
        read_code_list(write(plain, "z.json"))


@given(text=st.text())
def test_no_text_raises_anything_but_a_configuration_error(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for ending in ("json", "csv"):
        file = folder / f"{OID}.{ending}"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            read_code_list(file)
        except ConfigurationError:
            continue


def test_a_stored_list_is_read_back_alike_and_replaced_whole(tmp_path: Path) -> None:
    codes = (
        ListedCode("1", date(2016, 1, 1), date(2020, 1, 1), "DELETED", {"fi": "A", "sv": "B"}),
        ListedCode("esim a", status="PROPOSAL"),
    )
    kept = CodeList(SYSTEM, codes, "here", "2026-11-22T10:00:00+00:00")
    folder = tmp_path / "new" / "lists"
    file = store(kept, folder)
    assert file.name == f"{OID}.json"
    assert stored_lists(folder) == [kept]
    newer = CodeList(SYSTEM, (ListedCode("2"),))
    store(newer, folder)
    assert load_code_lists(folder).lists == {SYSTEM: {"2": ListedCode("2")}}
    assert [f.name for f in folder.iterdir()] == [file.name]
    (folder / "copy.json").write_text(file.read_text("utf-8"), "utf-8")
    with pytest.raises(ConfigurationError, match="is also in"):
        load_code_lists(folder)


def test_a_coding_takes_its_display_from_the_list(write: Write) -> None:
    lists = load_code_lists(write(page(concept("1"), {"conceptCodeId": "2"})))
    made = lists.coding(SYSTEM, "1", "sv")
    assert made is not None
    assert (str(made.code), made.display.reveal(), str(made.system)) == ("1", "Namn 1", SYSTEM)
    assert lists.coding(SYSTEM, "2") is lists.coding("urn:oid:1.2", "1") is None


# --- what an import changes --------------------------------------------------------------------


def said(edition: Edition, lists: CodeLists) -> list[tuple[str, str]]:
    given = Circumstances(now=NOW, environment="sandbox", wire=edition.wire, code_lists=lists)
    found = check(DisclosureNotice.model_validate(full()), given)
    return [(p.severity, p.message) for p in found if p.path.endswith("].service_tasks[0]")]


@pytest.mark.accepts("N15")
@pytest.mark.refuses("N15")
def test_an_imported_list_changes_the_warning_into_acceptance_or_a_problem(
    edition: Edition, write: Write
) -> None:
    ((severity, words),) = said(edition, CodeLists())
    assert severity == "warning"
    assert "not loaded" in words
    assert said(edition, load_code_lists(write(page(concept("esim-iakkaat"))))) == []
    closed = page(concept("esim-iakkaat", expirationDate="2026-11-14"))
    ((severity, words),) = said(edition, load_code_lists(write(closed)))
    assert severity == "error"
    assert "2016-01-01 – 2026-11-14" in words
    ends_that_day = page(concept("esim-iakkaat", expirationDate="2026-11-15"))
    assert said(edition, load_code_lists(write(ends_that_day))) == []
    for status, told in (("DELETED", "removed"), ("PROPOSAL", "proposal")):
        gone = page(concept("esim-iakkaat", status=status, expirationDate=None))
        ((severity, words),) = said(edition, load_code_lists(write(gone)))
        assert severity == "error"
        assert told in words
    ((severity, words),) = said(edition, load_code_lists(write(page(concept("another")))))
    assert (severity, "not in the loaded" in words) == ("error", True)


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        load_code_lists(tmp_path)


def test_settings_name_the_folder_relative_to_their_file(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    stand_in = Settings.stand_in()
    file.write_text(
        f'environment = "sandbox"\nbase_url = "{stand_in.base_url}"\ncode_lists = "lists"\n'
        f'[system]\nid = "{stand_in.system.id}"\nname = "X"\n'
        f'[subscriber]\nid = "{stand_in.subscriber.id}"\nname = "Y"\n',
        "utf-8",
    )
    assert Settings.load(file, variables={}).code_lists == tmp_path / "lists"
