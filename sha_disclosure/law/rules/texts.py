"""The rules on everything a person wrote (N11, N14)."""

from __future__ import annotations

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule, values_of
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.values import WrittenText, names_a_person


def _texts(notice: DisclosureNotice, _: Circumstances) -> Places:
    yield from values_of(notice, WrittenText)


TEXT_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N11", _texts, lambda text, _: not names_a_person(text.reveal())),
    Rule(
        "N14.long",
        _texts,
        lambda text, given: len(text.reveal()) <= given.wire.limit.text,
        values={"limit": lambda _, given: given.wire.limit.text},
    ),
)
