"""The provisions of 703/2023 that permit disclosing social welfare client data, by subsection.

Continues the table of ``grounds``. Law as of 21.2.2025: 703/2023 with 307/2024.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from sha_disclosure.law.grounds import Row
from sha_disclosure.law.recipients import (
    AUTHORITY,
    CARE,
    CLOSE,
    HEALTH,
    NONE,
    OTHER,
    OTHER_PERSON,
    PERSONS,
    PROVIDER,
    REPRESENTATIVE,
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
    _section(49, 1, "N23", NONE, PERSONS | ROLES, doubt="N23.patient"),
    _section(49, 2, "N23", NONE, PERSONS | ROLES, doubt="N23.patient"),
    _section(49, 3, "N23", REPRESENTED, OTHER_PERSON | ROLES),
    _section(50, 1, "N23", PERSONS, ROLES),
    _section(51, 2, "N23", REPRESENTATIVE, CLOSE | OTHER_PERSON | ROLES),
    _section(52, 1, "N23", PERSONS | ROLES),
    _section(53, 1, "N19", CARE),
    _section(53, 2, "N19", NONE, SOCIAL, doubt="N19.patient"),
    _section(53, 3, "N19", NONE, HEALTH, doubt="N19.permission"),
    _section(53, 5, "N19", NONE, SOCIAL, doubt="N19.patient"),
    _section(53, 6, "N19", HEALTH),
    _section(55, 1, "N19", NONE, SOCIAL, doubt="N19.permission"),
    _section(55, 2, "N19", NONE, SOCIAL, doubt="N19.conditions"),
    _section(55, 3, "N19", NONE, SOCIAL, doubt="N19.manner"),
    _section(56, 1, "N20", CARE | AUTHORITY | OTHER | PERSONS, necessity=OTHER | PERSONS),
    _section(56, 2, "N20", CARE | AUTHORITY | OTHER | OTHER_PERSON, REPRESENTED),
    _section(
        56,
        3,
        "N20",
        PROVIDER | HEALTH | OTHER | PERSONS,
        SOCIAL_AUTHORITY | AUTHORITY,
        necessity=PROVIDER | HEALTH | OTHER | PERSONS,
    ),
    _section(62, 1, "N21", AUTHORITY),
    _section(63, 1, "N22", SOCIAL_AUTHORITY | AUTHORITY | OTHER, PROVIDER | HEALTH),
    _section(63, 2, "N22", AUTHORITY),
    _section(63, 3, "N22", AUTHORITY, CARE | OTHER | PERSONS),
    _section(63, 4, "N22", ROLES, PERSONS),
)
"""The provisions of 703/2023 that permit disclosing social welfare client data."""

OTHER_SECTIONS: Mapping[int, str] = MappingProxyType(
    {
        6: "N24.consent",
        11: "N24.log_data",
        14: "N24.purchased_service",
        15: "N24.transfer",
        16: "N24.transfer",
        39: "N24.acquisition",
        48: "N24.cooperation",
        64: "N24.acquisition",
        76: "N24.through_kanta",
    }
)
"""Sections that are cited although they give no right to disclose past Kanta, by rule."""

IN_FORCE = date(2024, 1, 1)
"""101 § 1 mom.: earlier disclosures are not checked against this act."""

SUBSECTIONS = (
    *(1, 3, 1, 3, 3, 1, 1, 2, 3, 4, 5, 1, 2, 2, 2, 4, 1, 2, 2, 2, 2, 3, 2, 2, 3),
    *(3, 3, 4, 4, 4, 2, 2, 2, 2, 1, 4, 3, 3, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 3, 1),
    *(2, 1, 6, 5, 3, 3, 1, 5, 3, 2, 1, 1, 4, 4, 4, 6, 4, 2, 3, 5, 2, 3, 4, 3, 3),
    *(2, 3, 4, 4, 4, 3, 4, 4, 4, 3, 3, 3, 2, 4, 4, 1, 1, 1, 3, 3, 1, 3, 3, 3, 3),
    *(5, 9),
)
"""The number of subsections (momenttia) of each section of 703/2023, from 1 § on."""
