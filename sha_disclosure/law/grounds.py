"""The grounds of a disclosure (luovutuksen peruste), and the recipients each is valid for.

Law as of 21.2.2025: 703/2023 with 307/2024. A recipient is ``known`` where the provision names
it and ``doubtful`` where the provision does not exclude it; the law supports no other.
"""

from __future__ import annotations

from dataclasses import dataclass

from sha_disclosure.law.recipients import (
    AUTHORITY,
    CARE,
    CLIENT,
    NONE,
    OTHER,
    PERSONS,
    ROLES,
    SOCIAL,
    SOCIAL_AUTHORITY,
    Categories,
)
from sha_disclosure.messages import Message, message


@dataclass(frozen=True, slots=True)
class Row:
    """One ground: a kind of will or right, or one subsection (momentti) of a provision.

    ``rule`` is the rule broken when the recipient does not fit, ``doubt`` the warning when it is
    doubtful. ``necessity`` lists recipients who may only be given what is necessary (56 § 3 mom.).
    """

    kind: str
    provision: str
    known: Categories
    rule: str
    doubtful: Categories = NONE
    doubt: str = ""
    paragraph: int = 0
    moment: int = 0
    necessity: Categories = NONE

    @property
    def text(self) -> Message:
        """A short description of the ground."""
        if self.paragraph:
            return message(f"provision.{self.paragraph}_{self.moment}")
        return message(f"ground.{self.kind}")


BY_KIND: tuple[Row, ...] = (
    Row("permission", "703/2023 3 § 10 kohta, 53 § 2-3 mom., 55 § 1 mom.", CARE, "N17"),
    Row(
        "consent",
        "703/2023 6 §; 621/1999 26 §, 29 §",
        AUTHORITY | OTHER | PERSONS,
        "N18",
        doubtful=CARE | CLIENT,
        doubt="N18.doubtful",
    ),
    Row(
        "information_request",
        "703/2023 49-50 §; (EU) 2016/679 art. 15",
        CLIENT | PERSONS,
        "N16",
        doubtful=ROLES,
        doubt="N16",
    ),
    # An authority that arranges or provides services is a provider too (3 § 11 kohta).
    Row("broad_right", "703/2023 55 § 2 mom. 1. virke", SOCIAL, "N09.recipient"),
    Row("authority_right", "703/2023 55 § 2 mom. 2. virke", SOCIAL_AUTHORITY, "N10.recipient"),
)
"""The grounds whose recipients depend on the kind alone."""

CITING = frozenset({"statute", "information_request"})
"""The grounds that cite a provision, which is checked against ``provisions``."""
