"""Identity codes in text: found however they are written, and not where numbers only look so."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from notices import CHECK_CHARACTERS, artificial_codes, identity_code

from sha_disclosure.identity_codes import has_code, may_hide_code, names_a_person

CODES = [
    identity_code(date(1994, 5, 1), 903),
    identity_code(date(1994, 5, 1), 903, "Y"),
    identity_code(date(2004, 11, 30), 947, "B"),
    identity_code(date(1899, 2, 28), 905, "+"),
]
INVISIBLE = [
    "\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u034f", "\u061c", "\u202e",
    "\u2066", "\ufe0f", "\u3164", "\u2800", "\U000e0041", "\x7f", "\u0301", "\u20e3",
]  # fmt: skip
FORMS = {
    "full width": lambda c: "".join(chr(ord(each) + 0xFEE0) for each in c),
    "mathematical": lambda c: "".join(chr(0x1D7D8 + int(e)) if e.isdigit() else e for e in c),
    "Arabic digits": lambda c: "".join(chr(0x660 + int(e)) if e.isdigit() else e for e in c),
    "circled": lambda c: "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(e)] if e.isdigit() else e for e in c),
    "two blanks": lambda c: f"{c[:6]}  {c[6]}  {c[7:]}",
    "a blank after each": " ".join,
    "no-break blanks": "\u00a0".join,
    "pairs": lambda c: f"{c[:2]} {c[2:4]} {c[4:6]} {c[6:]}",
    "end apart": lambda c: f"{c[:10]} {c[10]}",
    "two lines": lambda c: f"{c[:5]}\n{c[5:]}",
    "dots": lambda c: f"{c[:2]}.{c[2:4]}.{c[4:]}",
    "dots and blanks": lambda c: f"{c[:2]}. {c[2:4]}. {c[4:6]} {c[6]} {c[7:]}",
    "slashes": lambda c: f"{c[:2]}/{c[2:4]}/{c[4:]}",
    "dashes": lambda c: f"{c[:2]}-{c[2:4]}-{c[4:]}",
    "whole year": lambda c: f"{c[:2]}.{c[2:4]}.{_century(c)}{c[4:]}",
    "short date, whole year": lambda c: f"{int(c[:2])}.{int(c[2:4])}.{_century(c)}{c[4:]}",
    "short date": lambda c: f"{int(c[:2])}.{int(c[2:4])}.{c[4:]}",
    "look-alike letters": lambda c: c.translate(str.maketrans("ABEHKMY", "АВЕНКМҮ"[:6] + "Y")),
}


def _century(code: str) -> int:
    return {"+": 18, "-": 19, "Y": 19}.get(code[6], 20)


def hidden(text: str) -> bool:
    return not has_code(text) and may_hide_code(text)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("form", FORMS)
def test_a_code_is_found_in_each_form(form: str, code: str) -> None:
    written = FORMS[form](code)
    text = f"Asiakas ({written}), soitti 5 kertaa 24.12.2026."
    assert may_hide_code(text)
    assert has_code(text) == (written == code)
    assert may_hide_code(text.lower())


@given(artificial_codes(), st.sampled_from(INVISIBLE), st.sets(st.integers(0, 10), min_size=1))
def test_invisible_characters_at_any_place_hide_no_code(
    code: str, character: str, places: set[int]
) -> None:
    text = "".join(f"{each}{character}" if at in places else each for at, each in enumerate(code))
    assert may_hide_code(f"hetu{text}.")


@given(
    artificial_codes(), st.sampled_from(["  ", "\u00a0", "\t", "\n", " \u200b "]), st.integers(0, 9)
)
def test_blanks_at_any_place_hide_no_code(code: str, blank: str, place: int) -> None:
    assert may_hide_code(f"Asiakas {code[: place + 1]}{blank}{code[place + 1 :]}, soitti")


@given(artificial_codes(), st.sampled_from(sorted(FORMS)))
def test_with_another_check_character_it_is_another_number(code: str, form: str) -> None:
    for check in CHECK_CHARACTERS:
        if check != code[-1]:
            assert not may_hide_code(FORMS[form](code[:-1] + check))


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def number(form: str) -> st.SearchStrategy[str]:
    """Return numbers of a form: each 9 is any digit."""
    return digits(form.count("9")).map(lambda drawn: _filled(form, drawn))


def _filled(form: str, drawn: str) -> str:
    left = iter(drawn)
    return "".join(next(left) if each == "9" else each for each in form)


PHONES = ["+358 99 999 9999", "+358 9 9999 9999", "0499 999 999", "050 999 9999", "050 999-9999",
          "050-999 9999", "050-9999999", "09 9999 9999", "09 9999-9999", "(09) 999 9999",
          "+35850 9999999", "040 99 99 999", "0800 99999"]  # fmt: skip
CASE_NUMBERS = ["Dnro 9999/05.02.01/2026", "THL/9999/6.02.01/2026", "VN/99999/2026", "H 99/9999",
                "2026-999999", "KHO:2026:999", "9999999-9", "STM099:00/2026"]  # fmt: skip
OIDS = st.lists(st.integers(0, 10**8), min_size=2, max_size=12).map(
    lambda arcs: "1.2." + ".".join(map(str, arcs))
)
OTHERS = ["2026-11-99T09:99:99+02:00", "9.9.2026-9.9.2026", "FI99 9999 9999 9999 99", "v9.9.9-9",
          "192.168.9.99:8080", "klo 9.99-99.99", "99 999,99 euroa", "00999 HELSINKI"]  # fmt: skip


@given(
    st.one_of(
        *map(number, (*PHONES, *CASE_NUMBERS, *OTHERS)),
        OIDS,
        st.uuids().map(str),
        st.uuids().map(lambda each: f"urn:uuid:{each}"),
    )
)
def test_numbers_of_other_kinds_are_no_codes(text: str) -> None:
    sentence = f"Viite {text}, soitettu."
    assert not has_code(sentence)
    assert not may_hide_code(sentence)


def test_a_uuid_in_which_a_code_can_be_read_is_no_code() -> None:
    code = CODES[0]
    made = f"aa{code[:6]}-{code[7:]}-4bcd-8123-0123456789ab"
    assert uuid.UUID(made)
    assert names_a_person(made)
    assert not has_code(f"Viesti {made}.")
    assert has_code(f"Viesti {made} {code}.")


@given(st.text())
def test_any_text_is_looked_through(text: str) -> None:
    assume(not may_hide_code(text))
    assert not has_code(text)
