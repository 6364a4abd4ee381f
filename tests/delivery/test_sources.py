"""Random ids that nobody can take for a person's."""

from __future__ import annotations

import uuid

from sha_disclosure.identity_codes import names_a_person
from sha_disclosure.sources import Sources

LOOKS_LIKE_A_CODE = uuid.UUID("622b1461-4610-4c2f-acdd-120845f298da")
OTHER = uuid.UUID("224895b7-39f0-48bb-81ce-63550d05b55d")


class Drawn:
    """Randomness that gives these numbers in turn."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = iter(numbers)

    def getrandbits(self, k: int, /) -> int:
        return next(self._numbers)

    def random(self) -> float:
        return 0.0


def test_an_id_that_looks_like_an_identity_code_is_drawn_again():
    assert names_a_person(str(LOOKS_LIKE_A_CODE))
    sources = Sources(randomness=Drawn(LOOKS_LIKE_A_CODE.int, OTHER.int))
    assert sources.uuid() == str(OTHER)
