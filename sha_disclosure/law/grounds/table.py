"""Which ground goes with which recipient: the table (luovutuksen peruste ja luovutuksensaaja).

Law as of 21.2.2025: 703/2023 with 307/2024. A recipient is ``known`` where the provision names
it, ``doubtful`` where the provision does not exclude it; any other the law does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

RecipientWord = Literal[
    "social_welfare_provider",
    "social_welfare_authority",
    "health_care_provider",
    "other_authority",
    "other",
    "client",
    "legal_representative",
    "close_person",
    "other_person",
]
"""The roles of an organisation or professional, the client, and the relations of a person."""

Words = frozenset[RecipientWord]

RECIPIENTS: Mapping[RecipientWord, tuple[str, str]] = MappingProxyType(
    {
        "social_welfare_provider": ("social welfare provider", "sosiaalihuollon palvelunantaja"),
        "social_welfare_authority": ("social welfare authority", "sosiaalihuollon viranomainen"),
        "health_care_provider": ("health-care provider", "terveydenhuollon palvelunantaja"),
        "other_authority": ("other authority", "muu viranomainen"),
        "other": ("other body", "muu yhteisö"),
        "client": ("the client", "asiakas itse"),
        "legal_representative": ("legal representative", "laillinen edustaja"),
        "close_person": ("close person", "lähiomainen tai muu läheinen"),
        "other_person": ("other person", "muu henkilö"),
    }
)
"""English and Finnish names of the recipients."""

SOCIAL: Words = frozenset({"social_welfare_provider", "social_welfare_authority"})
HEALTH: Words = frozenset({"health_care_provider"})
CARE = SOCIAL | HEALTH
AUTHORITY: Words = frozenset({"other_authority"})
OTHER: Words = frozenset({"other"})
PROVIDER: Words = frozenset({"social_welfare_provider"})
SOCIAL_AUTHORITY: Words = frozenset({"social_welfare_authority"})
ROLES = CARE | AUTHORITY | OTHER
CLIENT: Words = frozenset({"client"})
REPRESENTED: Words = frozenset({"legal_representative", "close_person"})
OTHER_PERSON: Words = frozenset({"other_person"})
PERSONS = REPRESENTED | OTHER_PERSON
NONE: Words = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One ground: a kind of will or right, or one subsection (momentti) of a provision.

    ``rule`` is told when the recipient does not fit, ``doubt`` when it is doubtful;
    ``necessity`` are recipients for whom the necessity must be stated (56 § 3 mom.).
    """

    kind: Literal["permission", "consent", "information_request", "broad_right",
                  "authority_right", "statute"]  # fmt: skip
    provision: str
    en: str
    fi: str
    known: Words
    rule: str
    doubtful: Words = NONE
    doubt: str = ""
    paragraph: int = 0
    moment: int = 0
    necessity: Words = NONE


BY_KIND: tuple[Row, ...] = (
    Row(
        "permission",
        "703/2023 3 § 10 kohta, 53 § 2-3 mom., 55 § 1 mom.",
        "the client's or the legal representative's disclosure permission",
        "asiakkaan tai hänen laillisen edustajansa luovutuslupa",
        CARE,
        "N17",
    ),
    Row(
        "consent",
        "(EU) 2016/679 art. 7, or another act",
        "consent to disclosure outside social and health care",
        "suostumus luovutukseen sosiaali- ja terveydenhuollon ulkopuolelle",
        AUTHORITY | OTHER | PERSONS,
        "N18",
        doubtful=CARE | CLIENT,
        doubt="N18.doubtful",
    ),
    Row(
        "information_request",
        "703/2023 49-50 §; (EU) 2016/679 art. 15",
        "a request of the client, or of another person entitled to the data",
        "asiakkaan tai muun tietoihin oikeutetun henkilön tietopyyntö",
        CLIENT | PERSONS,
        "N16",
    ),
    Row(
        "broad_right",
        "703/2023 55 § 2 mom. 1. virke",
        "the broad right of access",
        "laaja tiedonsaantioikeus",
        PROVIDER,
        "N09.recipient",
    ),
    Row(
        "authority_right",
        "703/2023 55 § 2 mom. 2. virke",
        "the authority's right of access",
        "viranomaisen tiedonsaantioikeus",
        SOCIAL_AUTHORITY,
        "N10.recipient",
    ),
)
"""The grounds that are told by their kind alone."""
