"""56 §: its obstacle, its three alternatives, its recipient limits."""

from __future__ import annotations

from typing import Any

import pytest
from notices import Data, having, without

from sha_disclosure.errors import InvalidAccessReason
from sha_disclosure.law.searches import CareSecuring, ChildsInterest, Denied, PublicReceiver

COMPLETE: Data = {
    "obstacle": {"kind": "not_obtainable", "cause": "memory_disease"},
    "need": "arrange_or_carry_out",
    "data_necessary": True,
    "alternative": {"kind": "evident_need", "endangered": "health", "no_other_way": True},
    "recipient": {"kind": "public", "receiver": "public_provider"},
}
ALTERNATIVES: list[tuple[Data, int]] = [
    ({"kind": "evident_need", "endangered": "safety", "no_other_way": True}, 1),
    ({"kind": "childs_interest", "needed": True}, 2),
    ({"kind": "necessary_interests", "needed": True, "cannot_judge": True}, 3),
]
RECEIVERS: list[tuple[Data, int]] = [
    ({"kind": "public", "receiver": "foreign_authority"}, 2),
    ({"kind": "private_provider", "reason": "immediate_care"}, 3),
    ({"kind": "other_private", "necessary_for": "clients_will"}, 3),
]


def problems(data: Any) -> list[tuple[str, str]]:
    try:
        CareSecuring.model_validate(data)
    except InvalidAccessReason as error:
        return [(p.rule, p.path) for p in error.problems]
    return []


@pytest.mark.accepts("A11")
@pytest.mark.parametrize(("alternative", "point"), ALTERNATIVES)
@pytest.mark.parametrize(("receiver", "limit"), RECEIVERS)
def test_each_alternative_with_each_recipient_gives_the_provision_to_cite(
    alternative: Data, point: int, receiver: Data, limit: int
) -> None:
    made = CareSecuring.model_validate(
        {**COMPLETE, "alternative": alternative, "recipient": receiver}
    )
    assert made.provision == f"703/2023 56 § 1 mom. {point} kohta ja {limit} mom."
    assert "memory" not in f"{made!r}{made}{made.obstacle}{made.provision}"


@pytest.mark.refuses("A11")
@pytest.mark.parametrize("name", COMPLETE)
def test_each_condition_left_out_is_the_one_problem(name: str) -> None:
    assert problems(without(COMPLETE, (name,))) == [("A11", name)]


@pytest.mark.refuses("A11")
@pytest.mark.parametrize("part", [*ALTERNATIVES, *RECEIVERS], ids=lambda p: p[0]["kind"])
def test_each_condition_of_an_alternative_or_recipient_is_asked(part: tuple[Data, int]) -> None:
    place = "alternative" if part in ALTERNATIVES else "recipient"
    for name in set(part[0]) - {"kind"}:
        data = {**COMPLETE, place: without(part[0], (name,))}
        assert problems(data) == [("A11", f"{place}.{name}")]
        assert problems({**COMPLETE, place: having(part[0], (name,), False)}) == [
            ("A11", f"{place}.{name}")
        ]


def test_two_obstacles_or_two_alternatives_cannot_be_built() -> None:
    both = {"kind": "denied", "denied_by": "client", "cause": "memory_disease"}
    assert problems({**COMPLETE, "obstacle": both}) == [("SHAPE", "obstacle")]
    mixed = {"kind": "childs_interest", "needed": True, "cannot_judge": True}
    assert problems({**COMPLETE, "alternative": mixed}) == [("SHAPE", "alternative")]
    assert problems({**COMPLETE, "recipient": {"kind": "neighbour"}}) == [("SHAPE", "recipient")]


def test_it_can_be_built_in_python() -> None:
    made = CareSecuring(
        obstacle=Denied(denied_by="client"),
        need="find_out_need",
        data_necessary=True,
        alternative=ChildsInterest(needed=True),
        recipient=PublicReceiver(receiver="finnish_authority"),
    )
    assert made.provision == "703/2023 56 § 1 mom. 2 kohta ja 2 mom."
