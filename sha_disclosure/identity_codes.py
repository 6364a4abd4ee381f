"""Personal identity codes (henkilötunnus): their format, and finding them in text.

Source: 128/2010 2 § as amended by 690/2022, with the separators of each century in force since
1.1.2023.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from sha_disclosure.characters import as_read

CENTURIES = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
_CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_LENGTH = 11
_FEWEST_DIGITS = 7
"""Digits of a code with a dotted date of birth and a letter as check character."""
_WHOLE = re.compile(
    r"([0-3][0-9])([01][0-9])([0-9]{2})([-+A-FU-Y])([0-9]{3})([0-9A-FHJ-NPR-Y])", re.ASCII
)
_IN_TEXT = re.compile(
    r"(?<![0-9])([0-3][0-9])([01][0-9])([0-9]{2})\s?([-+‐‑‒–—−A-FU-Ya-fu-y])\s?"
    r"([0-9]{3})([0-9A-FHJ-NPR-Ya-fhj-npr-y])(?![0-9])"
)
_NO_DIGIT = "\x01-/:-±´-¸º-\u02af"  # not a digit in any script
_MAY_BE_DIGIT = re.compile(rf"[^\0{_NO_DIGIT}]")
# One of several texts, each surrounded by NUL.
_MAY_HAVE_CODE = re.compile(
    rf"\0(?![0-9]*\0)(?:[{_NO_DIGIT}]*[^\0{_NO_DIGIT}]){{{_FEWEST_DIGITS}}}"
)
_UUID = re.compile(r"(?<!\w)[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?!\w)")
# A Finnish telephone number, whose grouping differs from that of any date of birth.
_PHONE = re.compile(r"(?<![0-9])0[1-9](?:[0-9] [0-9]{3}| [0-9]{4})-[0-9]{3} ?[0-9](?![0-9])")
_END = (
    r" ?([-+A-FU-Ya-fu-y]) ?([0-9] ?[0-9] ?[0-9]) ?"
    r"((?:[0-9](?![0-9])|[A-FHJ-NPR-Ya-fhj-npr-y](?![^\W_])))"
)
# A match may begin inside another that is no code, hence the lookahead. Digits after a
# number and a dot continue an OID or a version.
_SPREAD = tuple(
    re.compile(rf"(?<![0-9])(?<![0-9][./])(?={date_of_birth}{_END})")
    for date_of_birth in (
        r"([0-9] ?[0-9]) ?[./-]? ?([0-9] ?[0-9]) ?[./-]? ?((?:[0-9] ?[0-9] ?)?[0-9] ?[0-9])",
        r"([0-9]{1,2}) ?[./] ?([0-9]{1,2}) ?[./] ?([0-9]{2}(?:[0-9]{2})?)",
    )
)


def is_personal_id(text: str) -> bool:
    """Return whether a text is a code in the form of the law."""
    parts = _WHOLE.fullmatch(text)
    return parts is not None and _is_code(*parts.groups())


def names_a_person(text: str) -> bool:
    """Return whether ``text`` contains a personal identity code, even loosely written."""
    if len(text) < _LENGTH:
        return False
    for match in _IN_TEXT.finditer(text):
        day, month, year, sign, number, check = match.groups()
        if _is_code(day, month, year, sign if sign.upper() in CENTURIES else "-", number, check):
            return True
    return False


def has_code(text: str) -> bool:
    """Return whether a person's text literally contains a code; UUIDs do not count."""
    return names_a_person(text) and names_a_person(_UUID.sub(";", text))


def have_no_code(texts: Iterable[str]) -> bool:
    """Return whether texts are certain to contain no code, not even a hidden one.

    Each has too few digits in any form, or nothing but digits, whereas a code has a separator.
    """
    return _MAY_HAVE_CODE.search("\0".join(("", *texts, ""))) is None


def may_hide_code(text: str) -> bool:
    """Return whether normalising a text reveals a code; a case number may be a false positive."""
    if len(_MAY_BE_DIGIT.findall(text)) < _FEWEST_DIGITS:
        return False
    read = as_read(_PHONE.sub(";", _UUID.sub(";", text)))
    return names_a_person(read) or any(
        _is_code(*(part.replace(" ", "") for part in match.groups()))
        for pattern in _SPREAD
        for match in pattern.finditer(read)
    )


def _is_code(day: str, month: str, year: str, sign: str, number: str, check: str) -> bool:
    century = CENTURIES[sign.upper()]
    if len(year) == 4 and int(year) // 100 * 100 != century:
        return False
    day, month, year = day.zfill(2), month.zfill(2), year[-2:]
    try:
        date(century + int(year), int(month), int(day))
    except ValueError:
        return False
    # DVV assigns individual numbers from 002; 900-999 are for temporary and test use.
    expected = _CHECK_CHARACTERS[int(day + month + year + number) % 31]
    return number >= "002" and check.upper() == expected
