"""The rules on everything a person wrote (N11, N14)."""

from __future__ import annotations

from sha_disclosure.characters import has_odd_blanks
from sha_disclosure.identity_codes import has_code, may_hide_code
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule, values_of
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.values import Reference, WrittenText


def _texts(notice: DisclosureNotice, _: Circumstances) -> Places:
    yield from values_of(notice, WrittenText)


def _has_plain_blanks(text: WrittenText, given: Circumstances) -> bool:
    if given.wire.text.blanks == "plain" or isinstance(text, Reference):  # made plain; never sent
        return True
    return not has_odd_blanks(text.reveal())


TEXT_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N11", _texts, lambda text, _: not has_code(text.reveal())),
    Rule(
        "N11.hidden",
        _texts,
        lambda text, _: not may_hide_code(text.reveal()) or has_code(text.reveal()),
        severity="objection",
    ),
    Rule(
        "N14.long",
        _texts,
        lambda text, given: len(text.reveal()) <= given.wire.limit.text,
        values={"limit": lambda _, given: given.wire.limit.text},
    ),
    Rule("N14.blanks", _texts, _has_plain_blanks, severity="warning"),
)
