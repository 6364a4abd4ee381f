"""Invisible and look-alike characters, all in one place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_PLANES = range(0, 0x110000, 0x10000)
_LAST_OF_PLANES = "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in _PLANES)

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""What FHIR R4's string forbids: tab, LF and CR are the only control characters allowed."""

NONCHARACTER = re.compile(f"[\ufdd0-\ufdef{_LAST_OF_PLANES}]")
"""What RFC 7493 section 2.1 forbids besides surrogates."""

# Unicode's Default_Ignorable_Code_Point, other controls and format characters without a glyph,
# and the blank Braille pattern.
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NOTHING_SEEN = re.compile(rf"[\s{_UNSEEN}]*")
_OTHERS = re.compile(rf"[{_UNSEEN}]|[^\x00-\x7f]")
_BLANKS = re.compile(r"\s+")
_PLAIN_BLANK = {0x85: "\n", 0xA0: " ", 0x2028: "\n", 0x2029: "\n", 0xFEFF: None}
_ODD_BLANK = re.compile("[" + "".join(map(chr, _PLAIN_BLANK)) + "]")
_DASHES = "\u02d7\u2043\u2212\u2500\u2796\u30fc"
# Cyrillic and Greek capitals that look like Latin ones.
_LOOK_ALIKE = dict(
    zip(
        "АВЕКМНРСТУХавекмнрстухΑΒΕΗΚΜΝΡΤΥΧ",
        "ABEKMHPCTYXabekmhpctyxABEHKMNPTYX",
        strict=True,
    )
)


def visible(text: str) -> str:
    """Return foreign text as one line that cannot control a terminal or text direction.

    Controls, format characters and lone surrogates become question marks, odd blanks spaces.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _shown(c) for c in text)


def _shown(character: str) -> str:
    return " " if unicodedata.category(character) == "Zs" else "?"


def shows_nothing(text: str) -> bool:
    """Return whether a text has only blanks and invisible characters."""
    return _NOTHING_SEEN.fullmatch(text) is not None


def has_odd_blanks(text: str) -> bool:
    """Return whether a text has blanks that some FHIR programs change.

    They trim texts and replace these characters, and then compute another canonical form.
    """
    return text != text.strip() or _ODD_BLANK.search(text) is not None


def have_plain_blanks(texts: Iterable[str]) -> bool:
    """Return whether texts are certain to have no odd blanks or line breaks, as most are."""
    joined = f"|{'|'.join(texts)}|"
    return joined.isprintable() and "| " not in joined and " |" not in joined


def with_plain_blanks(text: str) -> str:
    """Return a text with spaces and line feeds in place of odd blanks, and trimmed."""
    return text.translate(_PLAIN_BLANK).strip()


def as_read(text: str) -> str:
    """Return a text as a reader sees it, in ASCII where a look-alike exists.

    Removes invisible characters and accents, replaces other forms of digits, letters and
    dashes by the plain ones, and collapses blanks of any kind into one space.
    """
    compatible = unicodedata.normalize("NFKD", text)
    return _BLANKS.sub(" ", _OTHERS.sub(lambda found: _as_read(found[0]), compatible))


@lru_cache(maxsize=4096)
def _as_read(character: str) -> str:
    digit = unicodedata.digit(character, None)
    category = unicodedata.category(character)
    if digit is not None:
        return str(digit)
    if category in {"Cc", "Cf", "Mn", "Me"} or shows_nothing(character):
        return " " if character.isspace() else ""
    if category == "Pd" or character in _DASHES:
        return "-"
    return "+" if character == "\u2795" else _LOOK_ALIKE.get(character, character)
