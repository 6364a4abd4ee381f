"""Easily forgotten points (N28-N30): names in texts, a minor's denial, one notice a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import Client, DisclosureNotice, field_of
from sha_disclosure.values import FreeText

_AGE_OF_DENIAL = 12
"""51 § 2 mom. gives no age; below 12, 34 § 2 mom. presumes that a child does not decide."""
_OF_AGE = 18

_ENDINGS = "(?:n|a|ä|lle|lla|llä|lta|ltä|ssa|ssä|sta|stä)?"
_SHORTEST_NAME = 3
_SEVERAL = re.compile(r"\s(?:ja|och|and|sekä|samt)\s|[&;/+]", re.IGNORECASE)


def _texts(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield each free text with the recipient's family name."""
    name = field_of(notice.recipient, "family_name")
    if name is None or len(name.reveal()) < _SHORTEST_NAME:
        return
    for path, text in _own_words(notice):
        yield path, (name.reveal(), text.reveal())


def _own_words(notice: DisclosureNotice) -> Iterator[tuple[str, FreeText]]:
    parts: list[tuple[str, Any, tuple[str, ...]]] = [
        ("", notice, ("purpose",)),
        ("ground.", notice.ground, ("provision", "necessity", "scope", "statutory_task")),
        *(
            (f"disclosed_data[{index}].", data, ("description",))
            for index, data in enumerate(notice.disclosed_data)
        ),
    ]
    for path, part, names in parts:
        for name in names:
            text = field_of(part, name)
            if text is not None:
                yield f"{path}{name}", text


def _names_nobody(pair: tuple[str, str], _: Circumstances) -> bool:
    name, text = pair
    return not re.search(rf"\b{re.escape(name)}{_ENDINGS}\b", text)


def _representative(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield the client and the day, if the data went to the client's legal representative."""
    to = notice.recipient
    if field_of(to, "relation") == "legal_representative":
        yield "recipient", (notice.client, notice.disclosed_at.day)


def _denies_nothing(pair: tuple[Client, date], _: Circumstances) -> bool:
    client, day = pair
    born = client.personal_id.born if client.personal_id else client.birth_date
    return born is None or not _AGE_OF_DENIAL <= _age(born.reveal(), day) < _OF_AGE


def _age(born: str, day: date) -> int:
    birth = date.fromisoformat(born)
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _names(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield each name of the client and the recipient."""
    for who in ("client", "recipient"):
        person: Any = getattr(notice, who)
        family = field_of(person, "family_name")
        if family is not None:
            yield f"{who}.family_name", family
            for index, given in enumerate(person.given_names):
                yield f"{who}.given_names[{index}]", given


REMINDERS: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N28", _texts, _names_nobody, severity="warning"),
    Rule("N29", _representative, _denies_nothing, severity="warning"),
    Rule("N30", _names, lambda name, _: not _SEVERAL.search(name.reveal()), severity="warning"),
)
