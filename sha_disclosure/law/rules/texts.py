"""The rules for all text that a person wrote (N11, N14)."""

from __future__ import annotations

from collections.abc import Sequence

from sha_disclosure.characters import has_odd_blanks, have_plain_blanks
from sha_disclosure.identity_codes import has_code, have_no_code, may_hide_code
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import DisclosureNotice, places_of_texts, written_texts
from sha_disclosure.values import Reference
from sha_disclosure.values.texts import WrittenText


def _texts(notice: DisclosureNotice, given: Circumstances) -> Places:
    """Return every text with its path; nothing when the quick check passes."""
    return () if are_in_order(written_texts(notice), given) else places_of_texts(notice)


def are_in_order(texts: Sequence[str], given: Circumstances) -> bool:
    """Return whether texts are certain to keep every rule below, as most are."""
    longest = max(map(len, texts), default=0)
    return (
        longest <= given.wire.limit.text
        and have_plain_blanks(texts)
        and (have_no_code(texts) or not any(has_code(t) or may_hide_code(t) for t in texts))
    )


def _has_no_code(text: WrittenText, _: Circumstances) -> bool:
    return not has_code(text.reveal())


def _hides_no_code(text: WrittenText, _: Circumstances) -> bool:
    return not may_hide_code(text.reveal()) or has_code(text.reveal())


def _is_short(text: WrittenText, given: Circumstances) -> bool:
    return len(text.reveal()) <= given.wire.limit.text


def _has_plain_blanks(text: WrittenText, given: Circumstances) -> bool:
    if given.wire.text.blanks == "plain" or isinstance(text, Reference):  # normalised; never sent
        return True
    return not has_odd_blanks(text.reveal())


TEXT_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N11", _texts, _has_no_code),
    Rule("N11.hidden", _texts, _hides_no_code, severity="objection"),
    Rule("N14.long", _texts, _is_short, values={"limit": lambda _, given: given.wire.limit.text}),
    Rule("N14.blanks", _texts, _has_plain_blanks, severity="warning"),
)
