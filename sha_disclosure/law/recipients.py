"""The legal categories of each recipient of a notice (luovutuksensaaja)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sha_disclosure.messages import Message, message
from sha_disclosure.notice import Recipient

Category = Literal[
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
"""The roles of an organisation or professional, the client, and a person's relations."""

CATEGORIES: tuple[Category, ...] = get_args(Category)

Categories = frozenset[Category]

PROVIDER: Categories = frozenset({"social_welfare_provider"})
SOCIAL_AUTHORITY: Categories = frozenset({"social_welfare_authority"})
SOCIAL = PROVIDER | SOCIAL_AUTHORITY
HEALTH: Categories = frozenset({"health_care_provider"})
CARE = SOCIAL | HEALTH
AUTHORITY: Categories = frozenset({"other_authority"})
OTHER: Categories = frozenset({"other"})
ROLES = CARE | AUTHORITY | OTHER
CLIENT: Categories = frozenset({"client"})
REPRESENTATIVE: Categories = frozenset({"legal_representative"})
CLOSE: Categories = frozenset({"close_person"})
REPRESENTED = REPRESENTATIVE | CLOSE
OTHER_PERSON: Categories = frozenset({"other_person"})
PERSONS = REPRESENTED | OTHER_PERSON
NONE: Categories = frozenset()


def category_name(category: Category) -> Message:
    """Return the name of a category."""
    return message(f"recipient.{category}")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the legal categories are derived from the model of one kind of recipient."""

    categories: Callable[[Any], Categories]
    organisation: Callable[[Any], str]


def _relation(person: Any) -> Categories:
    return OTHER_PERSON if person.relation == "other" else frozenset({person.relation})


_BY_KIND: Mapping[str, _Kind] = {
    "organisation": _Kind(lambda r: frozenset(r.roles), lambda r: str(r.name.reveal())),
    "professional": _Kind(lambda r: frozenset(r.roles), lambda r: str(r.unit.name.reveal())),
    "client": _Kind(lambda _: CLIENT, lambda _: ""),
    "person": _Kind(_relation, lambda _: ""),
}


def categories_of(recipient: Recipient) -> Categories:
    """Return the legal categories of a recipient: several when it has several roles."""
    return _BY_KIND[recipient.kind].categories(recipient)


def organisation_name(recipient: Recipient) -> str:
    """Return the name of the organisation that received the data; empty for a person."""
    return _BY_KIND[recipient.kind].organisation(recipient)
