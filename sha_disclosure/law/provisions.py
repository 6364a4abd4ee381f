"""The provisions of 703/2023 that let social welfare client data go, subsection by subsection.

The table of ``grounds`` goes on here. Law as of 21.2.2025: 703/2023 with 307/2024.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sha_disclosure.law.grounds import Row
from sha_disclosure.law.recipients import (
    AUTHORITY,
    CARE,
    HEALTH,
    NONE,
    OTHER,
    OTHER_PERSON,
    PERSONS,
    PROVIDER,
    REPRESENTED,
    ROLES,
    SOCIAL,
    SOCIAL_AUTHORITY,
    Categories,
)


def _section(  # noqa: PLR0913 - a row of the table, its cells
    paragraph: int,
    moment: int,
    rule: str,
    known: Categories,
    doubtful: Categories = NONE,
    *,
    doubt: str = "",
    necessity: Categories = NONE,
) -> Row:
    return Row(
        "statute",
        f"703/2023 {paragraph} § {moment} mom.",
        known,
        rule,
        doubtful,
        doubt or f"{rule}.doubtful",
        paragraph,
        moment,
        necessity,
    )


PROVISIONS: tuple[Row, ...] = (
    _section(49, 1, "N23", REPRESENTED, OTHER_PERSON | ROLES),
    _section(49, 2, "N23", REPRESENTED, OTHER_PERSON | ROLES),
    _section(49, 3, "N23", REPRESENTED, OTHER_PERSON | ROLES),
    _section(50, 1, "N23", PERSONS, ROLES),
    _section(52, 1, "N23", PERSONS | ROLES),
    _section(53, 1, "N19", CARE),
    _section(53, 2, "N19", SOCIAL),
    _section(53, 3, "N19", HEALTH),
    _section(53, 5, "N19", SOCIAL),
    _section(53, 6, "N19", HEALTH),
    _section(55, 1, "N19", SOCIAL),
    _section(55, 2, "N19", NONE, SOCIAL, doubt="N19.conditions"),
    _section(55, 3, "N19", SOCIAL),
    _section(56, 1, "N20", CARE | AUTHORITY | OTHER | PERSONS, necessity=OTHER | PERSONS),
    _section(56, 2, "N20", SOCIAL | AUTHORITY | OTHER | OTHER_PERSON, HEALTH | REPRESENTED),
    _section(56, 3, "N20", PROVIDER | HEALTH | OTHER | PERSONS, SOCIAL_AUTHORITY | AUTHORITY),
    _section(62, 1, "N21", AUTHORITY),
    _section(63, 1, "N22", SOCIAL_AUTHORITY | AUTHORITY, PROVIDER | HEALTH | OTHER),
    _section(63, 2, "N22", AUTHORITY),
    _section(63, 3, "N22", AUTHORITY, CARE | OTHER | PERSONS),
    _section(63, 4, "N22", ROLES, PERSONS),
)
"""The provisions of 703/2023 that let social welfare client data go, by subsection."""

NO_GROUNDS: Mapping[int, str] = MappingProxyType(
    {39: "N24.acquisition", 64: "N24.acquisition", 76: "N24.through_kanta"}
)
"""Paragraphs that are taken for grounds and are none past Kanta; all others: ``N24.doubtful``."""

LAST_PARAGRAPH = 102
"""No paragraph above this is of 703/2023."""
