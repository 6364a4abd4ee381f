"""The checked values: what they take, what they refuse, what they show."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import (
    CHECK_CHARACTERS,
    SEPARATORS,
    Data,
    artificial_codes,
    at,
    full,
    identity_code,
    places,
    texts,
)
from proofs import sample
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from sha_disclosure.errors import InvalidNotice
from sha_disclosure.identity_codes import names_a_person
from sha_disclosure.notice import Cause, DisclosureNotice
from sha_disclosure.values import (
    BirthDate,
    Code,
    FreeText,
    Instant,
    LanguageTag,
    Oid,
    PersonalId,
    PersonName,
    TemporaryId,
    Time,
    Uri,
    times,
)

DAY = date(1994, 5, 1)


def refusal(kind: type, value: object) -> str:
    """Return the word a type refuses a value with."""
    with pytest.raises(PydanticCustomError) as caught:
        kind.check(value)  # type: ignore[attr-defined]
    return caught.value.type


# --- henkilötunnus -----------------------------------------------------------------------------


@pytest.mark.parametrize("separator", SEPARATORS)
def test_every_separator_of_690_2022_is_taken_for_its_century(separator: str) -> None:
    day = date(SEPARATORS[separator] + 16, 2, 29)
    if SEPARATORS[separator] == 1800:
        day = date(1816, 2, 29)
    code = identity_code(day, 905, separator)
    assert PersonalId(code).reveal() == code


@pytest.mark.parametrize(
    ("separator", "valid"), [("+", False), ("-", False), ("U", False), ("A", True), ("F", True)]
)
def test_29_february_00_exists_only_in_the_century_whose_year_00_is_a_leap_year(
    separator: str, valid: bool
) -> None:
    digits = "290200905"
    code = f"290200{separator}905{CHECK_CHARACTERS[int(digits) % 31]}"
    if valid:
        assert PersonalId(code).artificial
    else:
        assert refusal(PersonalId, code) == "personal_id"


@pytest.mark.parametrize("day_month", ["3002", "3104", "0001", "0100", "0113", "3201", "2902"])
def test_a_date_that_does_not_exist_is_refused(day_month: str) -> None:
    digits = f"{day_month}95905"  # 1995 is no leap year
    code = f"{day_month}95-905{CHECK_CHARACTERS[int(digits) % 31]}"
    assert refusal(PersonalId, code) == "personal_id"


@pytest.mark.parametrize("number", [0, 1])
def test_individual_numbers_000_and_001_are_refused(number: int) -> None:
    assert refusal(PersonalId, identity_code(DAY, number)) == "personal_id"


@pytest.mark.parametrize(
    ("number", "artificial"), [(2, False), (899, False), (900, True), (999, True)]
)
def test_a_code_is_artificial_from_individual_number_900_on(number: int, artificial: bool) -> None:
    assert PersonalId(identity_code(DAY, number)).artificial is artificial


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda code: f" {code}",
        lambda code: f"{code}\n",
        lambda code: code[:6] + code[7:],
        lambda code: code[:6] + "G" + code[7:],
        lambda code: code[:6] + "Z" + code[7:],
        lambda code: code[:6] + "–" + code[7:],
        lambda code: code[:-1],
        lambda code: code + code[-1],
        lambda code: code.replace("0", "٠"),
        lambda code: "",
    ],
)
def test_a_code_written_otherwise_than_the_law_says_is_refused(change: object) -> None:
    code = identity_code(DAY, 903, "Y")
    assert refusal(PersonalId, change(code)) == "personal_id"  # type: ignore[operator]


@pytest.mark.parametrize("value", [None, 5, b"010594Y9032", ["010594Y9032"]])
def test_a_code_is_made_from_text_only(value: object) -> None:
    assert refusal(PersonalId, value) == "not_text"


@given(st.dates(date(1800, 1, 1), date(2099, 12, 31)), st.integers(2, 999), st.data())
def test_any_code_with_its_right_check_character_is_taken(
    day: date, number: int, data: st.DataObject
) -> None:
    signs = [s for s, century in SEPARATORS.items() if century == day.year // 100 * 100]
    code = identity_code(day, number, data.draw(st.sampled_from(signs)))
    assert PersonalId(code).reveal() == code


@given(artificial_codes(), st.characters())
def test_any_other_check_character_is_refused(code: str, other: str) -> None:
    if other != code[-1]:
        assert refusal(PersonalId, code[:-1] + other) == "personal_id"


@given(artificial_codes(), st.sampled_from(["", ".", " ", "\n", "(", "ä", "_", ":", "😀"]), texts)
def test_a_code_is_found_in_any_text(code: str, beside: str, around: str) -> None:
    text = f"{around} {beside}{code}{beside} {around}"
    assert names_a_person(text)
    assert names_a_person(text.replace(code, code.lower()))


@pytest.mark.parametrize(
    "separator",
    ["-", " - ", "- ", " -", "\t-", "\n-", "‐", "‑", "‒", "–", "—", "−", "+", "y", "Y ", "a", " A"],
)
def test_a_loosely_written_code_is_found(separator: str) -> None:
    code = identity_code(date(2004, 5, 1) if separator.strip() in {"a", "A"} else DAY, 903)
    assert names_a_person(f"Asiakas {code[:6]}{separator}{code[7:]}, soittaa.")


@pytest.mark.parametrize("glue", ["hetu{}", "HETU{}", "{}x", "id{}asiakas"])
def test_a_code_written_together_with_a_word_is_found(glue: str) -> None:
    assert names_a_person(glue.format(identity_code(DAY, 903, "Y")))


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2009"])
def test_a_code_with_a_no_break_or_thin_space_in_it_is_found(blank: str) -> None:
    code = identity_code(DAY, 903)
    assert names_a_person(f"{code[:6]}{blank}-{blank}{code[7:]}")


def test_a_diary_number_whose_check_character_is_wrong_is_not_a_code() -> None:
    code = identity_code(DAY, 903)
    others = [c for c in CHECK_CHARACTERS if c != code[-1]]
    assert not any(names_a_person(f"Dnro {code[:-1]}{other}/2026") for other in others)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "010594",
        "1.2.246.10.28777751.10.0",
        "2026-11-15T11:00:00+02:00",
        "320594-903X",
        "010594-001A",
    ],
)
def test_a_text_without_a_code_names_nobody(text: str) -> None:
    assert not names_a_person(text)


def test_a_longer_number_with_a_code_in_it_names_nobody() -> None:
    code = identity_code(DAY, 903)
    assert not names_a_person(f"1{code}")
    assert not names_a_person(f"{code[:-1]}{code[-1]}1")


# --- OID ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["0.0", "1.2", "2.999.1", "1.2.246.10.0", "1.2." + "1" * 60])
def test_an_oid_of_at_most_64_characters_is_taken(text: str) -> None:
    assert str(Oid(text)) == text
    assert Oid(text).urn == f"urn:oid:{text}"
    assert TemporaryId(text).reveal() == text


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.", ".1", "3.1", "1..2", "1.02", "1.00", "1.2.", "1.2 ", "1.2\n", "1.a", "1.-2",
     "1.٢", "urn:oid:1.2", "1.2." + "1" * 61],
)  # fmt: skip
def test_what_is_no_oid_is_refused(text: str) -> None:
    assert refusal(Oid, text) == "oid"
    assert refusal(TemporaryId, text) == "temporary_id"


# --- instant -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-15T11:00:00Z",
        "2026-11-15T11:00:00+02:00",
        "2026-11-15T11:00:00-00:00",
        "2026-11-15T11:00:00.1+02:00",
        "2026-11-15T11:00:00.120+05:45",
        "2026-11-15T11:00:00.000000000Z",
        "2026-11-15T11:00:00.123456789+14:00",
        "2024-02-29T23:59:59-12:00",
    ],
)
def test_an_instant_is_kept_byte_for_byte(text: str) -> None:
    assert str(Instant(text)) == text
    assert Instant(text).moment.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2026-11-15T11:00:00", "no_offset"),
        ("2026-11-15T11:00:00.5", "no_offset"),
        ("2026-11-15T11:00:00+02", "instant"),
        ("2026-11-15T11:00:00+0200", "instant"),
        ("2026-11-15T11:00+02:00", "instant"),
        ("2026-11-15", "instant"),
        ("2026-11-15 11:00:00+02:00", "instant"),
        ("2026-11-15t11:00:00z", "instant"),
        ("2026-11-15T24:00:00Z", "instant"),
        ("2026-11-15T24:00:00.000+02:00", "instant"),
        ("2026-12-31T24:00:00-14:00", "instant"),
        ("2026-11-15T24:00:00", "instant"),
        ("2026-02-30T11:00:00Z", "instant"),
        ("2025-02-29T11:00:00Z", "instant"),
        ("2026-13-01T11:00:00Z", "instant"),
        ("2016-12-31T23:59:60Z", "instant"),
        ("2026-11-15T11:60:00Z", "instant"),
        ("0000-01-01T00:00:00Z", "instant"),
        ("2026-11-15T11:00:00+14:01", "instant"),
        ("2026-11-15T11:00:00+02:60", "instant"),
        ("2026-11-15T11:00:00,5Z", "instant"),
        ("2026-11-15T11:00:00.Z", "instant"),
        ("2026-11-15T11:00:00.1234567890Z", "instant"),
        ("2026-11-15T11:00:00Z ", "instant"),
        ("٢٠٢٦-11-15T11:00:00Z", "instant"),
        ("", "instant"),
        (5, "not_text"),
        (date(2026, 11, 15), "not_text"),
        (datetime(2026, 11, 15), "no_offset"),  # noqa: DTZ001 - the lack is the point
    ],
)
def test_what_is_no_instant_is_refused_by_its_fault(text: object, fault: str) -> None:
    assert refusal(Instant, text) == fault


@pytest.mark.parametrize("kind", [Instant, Time, PersonalId, Oid, BirthDate, Code])
def test_a_value_that_is_refused_is_a_value_error_and_the_errors_of_a_notice(
    kind: type[Instant | Oid],
) -> None:
    with pytest.raises(ValueError, match="is not valid") as caught:
        kind(" bad")
    assert isinstance(caught.value, InvalidNotice)
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, ValueError)
    assert isinstance(again, InvalidNotice)
    assert again.to_dict() == caught.value.to_dict()
    assert again.to_dict()["error"] == "InvalidNotice"


@pytest.mark.parametrize("kind", [Instant, Time])
@pytest.mark.parametrize("hour", ["24:00:00", "24:00:00.000", "24:00:01", "25:00:00"])
def test_hour_24_is_refused_also_where_python_reads_it(
    monkeypatch: pytest.MonkeyPatch, kind: type[Instant | Time], hour: str
) -> None:
    class Later(datetime):  # as from Python 3.14 on
        @classmethod
        def fromisoformat(cls, text: str) -> datetime:  # type: ignore[override]
            return datetime.fromisoformat(text.replace("T24:", "T00:").replace("T25:", "T01:"))

    monkeypatch.setattr(times, "datetime", Later)
    for offset in ("Z", "+02:00", "-14:00"):
        assert refusal(kind, f"2026-11-15T{hour}{offset}") in {"instant", "time"}


@pytest.mark.parametrize("text", ["2025-99-99T99:99:99Z", "2026-11-15T24:00:00Z", "2026-13-01",
                                  "2026-00-01", "2026-01-32", "2026-01-01T00:60:00Z"])  # fmt: skip
def test_the_patterns_of_the_schema_know_hours_and_months(text: str) -> None:
    schema = json.dumps(DisclosureNotice.model_json_schema())
    patterns = {
        each
        for each in re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', schema)
        if "[0-9]{4}" in each
    }
    assert len(patterns) >= 2
    assert not any(re.search(json.loads(each), text) for each in patterns)


def test_an_aware_datetime_makes_an_instant() -> None:
    helsinki = timezone(timedelta(hours=2))
    assert str(Instant(datetime(2026, 11, 15, 11, 0, 0, tzinfo=helsinki))) == (
        "2026-11-15T11:00:00+02:00"
    )
    assert str(Instant(datetime(2026, 11, 15, 11, 0, 0, 5, tzinfo=UTC))) == (
        "2026-11-15T11:00:00.000005Z"
    )


@pytest.mark.parametrize(
    "offset",
    [timedelta(hours=1, minutes=39, seconds=49), timedelta(hours=20), timedelta(seconds=5)],
)
def test_a_datetime_with_an_offset_that_fhir_cannot_write_is_refused(offset: timedelta) -> None:
    assert refusal(Instant, datetime(1920, 1, 1, tzinfo=timezone(offset))) == "instant"


def test_instants_are_ordered_by_moment_and_equal_by_text() -> None:
    early, late = Instant("2026-11-15T11:00:00+03:00"), Instant("2026-11-15T08:30:00Z")
    assert early.moment < late.moment
    same = Instant("2026-11-15T08:00:00Z")
    assert same.moment == early.moment
    assert same != early


# --- texts, dates, codes -----------------------------------------------------------------------


INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u180e\u200b\u200d\u200e\u2028\u202e\u2060\u2800\u3000\u3164\ufe0f"
    "\ufeff\uffa0\U0001d173\U000e0020\x7f\x80\x85"
)
NONCHARACTERS = "\ufdd0\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (65534, 65535)
)


@pytest.mark.parametrize("kind", [FreeText, PersonName])
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "blank"),
        (" \t\r\n", "blank"),
        ("\u00a0\u2003", "blank"),
        *sample([(character, "blank") for character in INVISIBLE], every=5),
        (f" {INVISIBLE}\t", "blank"),
        ("a\x00b", "control_character"),
        ("a\x0bb", "control_character"),
        ("a\x1fb", "control_character"),
        ("a\ud83d", "control_character"),
        ("\ude00a", "control_character"),
        *sample([(f"a{character}", "noncharacter") for character in NONCHARACTERS], every=5),
        (7, "not_text"),
    ],
)
def test_a_blank_or_unwritable_text_is_refused(kind: type, text: object, fault: str) -> None:
    assert refusal(kind, text) == fault


@given(texts)
def test_any_other_text_is_kept_as_it_is(text: str) -> None:
    assert FreeText(text).reveal() == text
    assert PersonName(text).reveal() == text


@pytest.mark.parametrize(
    "text", ["2025-02-29", "20250101", "2025-W01-1", "2025-1-1", "1.5.2016", ""]
)
def test_what_is_no_date_of_birth_is_refused(text: str) -> None:
    assert refusal(BirthDate, text) == "birth_date"


def test_a_date_of_birth_comes_from_text_or_a_date() -> None:
    assert BirthDate("2016-02-29") == BirthDate(date(2016, 2, 29))  # type: ignore[arg-type]
    assert refusal(BirthDate, datetime(2016, 2, 29, tzinfo=UTC)) == "not_text"


@pytest.mark.parametrize("kind", [Code, Uri])
@pytest.mark.parametrize("character", ["\ufdd0", "\uffff", "\U0010fffe"])
def test_a_noncharacter_is_refused_in_codes_and_addresses_too(kind: type, character: str) -> None:
    assert refusal(kind, f"urn:a{character}") == "noncharacter"


@pytest.mark.parametrize(
    "text",
    ["fi", "sv", "se", "smn", "sms", "rom", "zh-Hans", "en-GB", "es-419", "zh-Hant-TW",
     "de-CH-1996", "de-1901", "sl-rozaj-biske-1994", "sl-IT-nedis",
     "hy-Latn-IT-arevela", "zh-cmn-Hans-CN", "sgn-ase", "en-US-u-islamcal",
     "de-DE-u-co-phonebk", "en-a-bbb-x-a-ccc",
     "zh-CN-a-myext-x-private", "fi-x-savo", "x-whatever", "i-klingon",
     "i-enochian", "en-GB-oed", "sgn-BE-FR", "art-lojban", "zh-min-nan", "no-nyn"],
)  # fmt: skip
def test_a_language_tag_is_taken(text: str) -> None:
    assert str(LanguageTag(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "f",
        "FI",
        "fi_FI",
        "fi-fi",
        "suomi",
        "fi-",
        "fi\n",
        "de-1996-1996",
        "de-a-bbb-a-ccc",
        "x-",
        "x",
        "de-a",
        "i-suomi",
        "fi-x-",
        "fi-x-toolongsubtag",
        "se-123456789",
        "de-419-DE",
        "fí",
        "fi--x",
    ],
)
def test_what_is_no_language_tag_is_refused(text: str) -> None:
    assert refusal(LanguageTag, text) == "language"


@pytest.mark.parametrize("text", ["1", "a b", "ä-1.2", "x"])
def test_a_code_is_taken(text: str) -> None:
    assert str(Code(text)) == text


@pytest.mark.parametrize("text", ["", " ", " a", "a ", "a  b", "a\tb", "a\nb", "a\x00", "\ud800"])
def test_what_is_no_code_is_refused(text: str) -> None:
    assert refusal(Code, text) == "code"


@pytest.mark.parametrize("text", ["urn:oid:1.2.246.21", "http://example.org/x", "urn:x:y"])
def test_a_uri_is_taken(text: str) -> None:
    assert str(Uri(text)) == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1.2.246", "uri"),
        ("", "uri"),
        ("urn:", "uri"),
        ("http://a b", "uri"),
        ("1a:b", "uri"),
        ("urn:oid:01.2", "oid"),
        ("urn:oid:1", "oid"),
    ],
)
def test_what_is_no_uri_is_refused(text: str, fault: str) -> None:
    assert refusal(Uri, text) == fault


# --- what is shown -----------------------------------------------------------------------------

HIDDEN = [
    PersonalId(identity_code(DAY, 903, "Y")),
    TemporaryId("1.2.246.10.28777751.22.2026.17"),
    PersonName("Tuntematon"),
    FreeText("Salainen selite"),
    BirthDate("2016-05-01"),
    Cause("memory_disease"),
]


@pytest.mark.parametrize("value", HIDDEN, ids=lambda v: type(v).__name__)
def test_a_hidden_value_shows_only_stars(value: PersonalId) -> None:
    shown = [
        str(value),
        repr(value),
        f"{value}",
        f"{value!r:>40}",
        f"{value:>40}",
        "%s %r" % (value, value),  # noqa: UP031 - one of the ways
        "{:s}".format(value),  # noqa: UP032 - one of the ways
        str([value]),
        str({"a": (value,)}),
        repr({value}),
        json.dumps({"a": value}, default=str),
    ]
    assert not [text for text in shown if value.reveal() in text]
    assert all("***" in text for text in shown)
    assert repr(value) == f"{type(value).__name__}('***')"
    assert f"{value:>40}" == "***"


@pytest.mark.parametrize(
    "value",
    [*HIDDEN, Oid("1.2.3"), Instant("2026-11-15T11:00:00.10+02:00"), Code("1"), Uri("urn:x:y"),
     LanguageTag("fi")],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_a_value_survives_pickle_and_copy(value: Oid) -> None:
    for again in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert type(again) is type(value)
        assert again == value
        assert hash(again) == hash(value)
        assert again == value._value


def test_values_of_different_kinds_are_not_equal() -> None:
    assert FreeText("a") != PersonName("a")
    assert FreeText("a") == "a"
    assert FreeText("a") != 1


def parts_of(data: Data) -> list[BaseModel]:
    notice = DisclosureNotice.model_validate(data)
    return [
        notice, notice.client, notice.controller, notice.discloser, notice.recipient, notice.ground,
        *notice.disclosed_data, *notice.disclosed_data[0].service_tasks,
    ]  # fmt: skip


def values_of(data: Data) -> set[str]:
    leaves = (at(data, path) for path in places(data))
    return {leaf for leaf in leaves if isinstance(leaf, str) and len(leaf) > 3}


def test_the_repr_of_a_notice_and_its_parts_shows_no_value() -> None:
    data = full("broad_right")
    parts = parts_of(data)
    shown = " ".join(text for part in parts for text in (repr(part), str(part), f"{part}"))
    assert "DisclosureNotice(" in shown
    assert len(values_of(data)) > 30
    assert not [value for value in values_of(data) if value in shown]


def test_pretty_printers_and_debuggers_are_shown_no_value_either() -> None:
    data = full("broad_right")
    shown = " ".join(
        f"{list(part.__rich_repr__())!r} {part.__repr_str__(' ')}" for part in parts_of(data)
    )
    assert not [value for value in values_of(data) if f"'{value}'" in shown]
