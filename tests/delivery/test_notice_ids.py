"""Generated ids: unique, short enough, under the sender's root."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import NOW

from sha_disclosure.delivery.ids import new_oid
from sha_disclosure.sources import Sources
from sha_disclosure.values import Oid

LONGEST = "1.2.246." + "1" * 26  # 34 characters, the bound of ids.root


@pytest.mark.parametrize("root", ["1.2.3", "1.2.246.10.28777751.10.0.95", LONGEST])
def test_ten_thousand_ids_are_unique_and_well_formed(root: str) -> None:
    chance = random.Random(1)
    made = [str(new_oid(Oid(root), NOW, chance)) for _ in range(10_000)]
    assert len(set(made)) == 10_000
    assert all(len(each) <= 64 for each in made)
    assert all(each.startswith(f"{root}.2026.") for each in made)
    tails = {each.removeprefix(f"{root}.2026.") for each in made}
    assert {len(tail) for tail in tails} == {min(64 - len(root) - 6, 38)}
    assert all(tail.isdigit() and tail[0] != "0" for tail in tails)


def test_the_longest_root_leaves_24_digits() -> None:
    made = str(new_oid(Oid(LONGEST), NOW, random.Random(1)))
    assert len(made) == 64
    assert len(made.rpartition(".")[2]) == 24


def test_the_year_is_that_of_the_clock() -> None:
    made = new_oid(Oid("1.2.3"), datetime(2031, 1, 1, tzinfo=UTC), random.Random(1))
    assert str(made).startswith("1.2.3.2031.")


def test_the_same_seed_gives_the_same_ids_and_another_seed_others() -> None:
    first, same, other = (random.Random(seed) for seed in (1, 1, 2))
    made = [new_oid(Oid("1.2.3"), NOW, first) for _ in range(50)]
    assert made == [new_oid(Oid("1.2.3"), NOW, same) for _ in range(50)]
    assert not set(made) & {new_oid(Oid("1.2.3"), NOW, other) for _ in range(50)}


class Extreme:
    """Randomness that draws the least or the greatest number there is."""

    def __init__(self, bit: int) -> None:
        self.bit = bit

    def getrandbits(self, k: int, /) -> int:
        return (2**k - 1) * self.bit

    def random(self) -> float:
        return 0.0


@given(st.integers(3, 34), st.sampled_from([0, 1]))
def test_whatever_is_drawn_the_id_is_an_oid(length: int, bit: int) -> None:
    root = "1." + "2" * (length - 2)
    tail = str(new_oid(Oid(root), NOW, Extreme(bit))).rpartition(".")[2]
    assert 24 <= len(tail) <= 38


def test_the_real_sources_draw_different_ids() -> None:
    sources = Sources()
    assert sources.clock().tzinfo is UTC
    assert new_oid(Oid("1.2.3"), NOW, sources.randomness) != (
        new_oid(Oid("1.2.3"), NOW, sources.randomness)
    )
    assert sources.uuid() != sources.uuid()
    assert sources.uuid()[14] == "4"
