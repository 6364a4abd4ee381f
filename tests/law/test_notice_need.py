"""Whether a disclosure needs a notice at all."""

from __future__ import annotations

from itertools import product

import pytest

import sha_disclosure
from sha_disclosure.law import notice_needed


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
    answer = notice_needed(**{circumstance: True})
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
        assert notice_needed(**dict(zip(names, values, strict=True))).needed is not any(values)


def test_a_word_is_no_statement() -> None:
    with pytest.raises(TypeError, match="through_kanta"):
        notice_needed(through_kanta="false")  # type: ignore[arg-type]
