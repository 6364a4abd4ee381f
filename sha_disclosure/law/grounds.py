"""The grounds of a disclosure (luovutuksen peruste), and with which recipient each goes.

Law as of 21.2.2025: 703/2023 with 307/2024. A recipient is ``known`` where the provision names
it, ``doubtful`` where the provision does not exclude it; any other the law does not know.
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

    ``rule`` is broken when the recipient does not fit, ``doubt`` when it is doubtful;
    ``necessity`` are recipients to whom only what is necessary may go (56 § 3 mom.).
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
        """What the ground is, in a few words."""
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
"""The grounds whose recipients follow from their kind alone."""

CITING = frozenset({"statute", "information_request"})
"""The grounds that cite a provision, which is judged by ``provisions``."""
