"""Whether a disclosure needs a notice at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

import sha_disclosure
from sha_disclosure.law import notice_needed
from sha_disclosure.messages import LANGUAGES


@pytest.mark.parametrize(
    ("circumstance", "rests_on"),
    [
        ("through_kanta", "703/2023 70 § 2 mom."),
        ("same_controller", "703/2023 10 § 2 mom., 13 §"),
        ("purchased_service", "703/2023 14 § 1 mom."),
        ("acquisition", "703/2023 39 §, 64 §"),
    ],
)
def test_what_is_no_direct_disclosure_needs_no_notice(circumstance: str, rests_on: str) -> None:
    stated: dict[str, Any] = {circumstance: True}
    answer = notice_needed(**stated)
    assert not answer
    assert not answer.needed
    assert answer.rests_on.startswith(rests_on)
    assert answer.text("en").startswith("No notice")
    assert answer.text("fi").startswith("Luovutusilmoitusta ei tarvita")


def test_any_other_disclosure_needs_one() -> None:
    answer = sha_disclosure.notice_needed()
    assert answer.needed
    assert answer.rests_on == "703/2023 10 § 3 mom., 70 § 1 mom."
    assert answer.text("fi").startswith("Luovutusilmoitus tarvitaan")


def test_only_the_absence_of_every_circumstance_needs_one() -> None:
    names = ("through_kanta", "same_controller", "purchased_service", "acquisition")
    for values in product((False, True), repeat=4):
        stated: dict[str, Any] = dict(zip(names, values, strict=True))
        assert notice_needed(**stated).needed is not any(values)


def test_a_word_is_no_statement() -> None:
    with pytest.raises(TypeError, match="through_kanta"):
        notice_needed(through_kanta="false")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="same_register"):
        notice_needed(same_register="no")  # type: ignore[arg-type]
    for when in ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)):
        with pytest.raises(TypeError, match="disclosed_on"):
            notice_needed(disclosed_on=when)  # type: ignore[arg-type]


# --- register by register ------------------------------------------------------------------------


def test_another_register_of_the_same_controller_needs_one_unless_a_lawyer_says_otherwise() -> None:
    answer = notice_needed(same_controller=True, same_register=False)
    assert answer.needed
    assert not answer.settled
    assert "10 § 1 mom." in answer.rests_on
    assert "18 § 1 mom." in answer.rests_on
    assert "3 § 10 kohta" in answer.rests_on
    assert "unless your lawyer has decided otherwise" in answer.text()
    assert "ellei lakimiehenne ole ratkaissut toisin" in answer.text("fi")


def test_the_same_register_needs_none_and_the_answer_without_it_asks_for_it() -> None:
    for answer in (
        notice_needed(same_controller=True, same_register=True),
        notice_needed(same_register=True),
        notice_needed(same_controller=True),
    ):
        assert not answer
        assert answer.settled
        assert all("`same_register=False`" in answer.text(each) for each in LANGUAGES)


@pytest.mark.parametrize("circumstance", ["through_kanta", "purchased_service", "acquisition"])
def test_another_register_changes_nothing_where_there_is_no_disclosure_past_kanta(
    circumstance: str,
) -> None:
    stated: dict[str, Any] = {circumstance: True}
    assert not notice_needed(same_controller=True, same_register=False, **stated)


def test_another_register_of_another_controller_is_an_ordinary_disclosure() -> None:
    answer = notice_needed(same_register=False)
    assert answer.needed
    assert answer.settled


# --- since when, and who need not (102 § with 307/2024, 67 §) ------------------------------------


@pytest.mark.parametrize(
    ("day", "only_recordings", "needed"),
    [
        (date(2024, 1, 1), False, False),
        (date(2026, 8, 31), False, False),
        (date(2026, 9, 1), False, True),
        (date(2026, 9, 1), True, False),
        (date(2029, 9, 30), True, False),
        (date(2029, 10, 1), True, True),
        (date(2029, 10, 1), False, True),
    ],
)
def test_the_duty_begins_on_the_day_of_102(day: date, only_recordings: bool, needed: bool) -> None:
    answer = notice_needed(disclosed_on=day, only_recordings=only_recordings)
    assert answer.needed is needed
    if not needed:
        first = "1.10.2029" if only_recordings else "1.9.2026"
        assert answer.rests_on.startswith("703/2023 102 § 5 mom.")
        assert all(first in answer.text(language) for language in LANGUAGES)
        assert all("10 § 1 mom." in answer.text(language) for language in LANGUAGES)


def test_without_a_day_the_duty_counts_as_begun() -> None:
    assert notice_needed(only_recordings=True).needed


@pytest.mark.parametrize(
    ("who", "rests_on"),
    [
        ("private_without_record_system", "703/2023 67 § 2 mom."),
        ("aland", "703/2023 67 § 4 mom."),
    ],
)
def test_a_provider_that_need_not_join_need_not_store(who: str, rests_on: str) -> None:
    stated: dict[str, Any] = {who: True}
    answer = notice_needed(**stated)
    assert not answer
    assert answer.rests_on.startswith(rests_on)
    assert "10 § 1 mom." in answer.text()  # the log is kept all the same
    joined = notice_needed(joined=True, **stated)
    assert joined.needed
    assert not joined.settled
    assert "70 § 1 mom." in joined.rests_on


def test_an_ordinary_provider_that_says_it_has_joined_is_answered_as_before() -> None:
    assert notice_needed(joined=True) == notice_needed()


def test_every_yes_says_how_soon_and_that_it_is_a_reading() -> None:
    for answer in (
        notice_needed(),
        notice_needed(same_controller=True, same_register=False),
        notice_needed(aland=True, joined=True),
    ):
        assert "without delay" in answer.text()
        assert "probably" in answer.text()
        assert "viivytyksettä" in answer.text("fi")
        assert "21 §" in answer.text("fi")
