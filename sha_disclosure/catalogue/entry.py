"""What the catalogue holds of one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule in words (sääntö): its id, what it rests on, what it says, how to mend a breach.

    ``texts`` has the words of each variant of a breach, English and Finnish; the variant ``""``
    is the rule's plain breach. ``{expected}`` in them stands for constants, never for input.
    """

    id: str
    rests_on: str
    en: str
    fi: str
    texts: Mapping[str, tuple[str, str]]
