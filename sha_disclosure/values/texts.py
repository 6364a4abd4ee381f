"""Texts: names, free text, the caller's own reference, and language tags."""

from __future__ import annotations

import re

from sha_disclosure.characters import CONTROL, NONCHARACTER, shows_nothing
from sha_disclosure.values.checked import Hidden, Plain, refuse, text_of

# RFC 5646 section 2.1 in its recommended case (2.1.1), for ISO 639 languages.
_PRIVATE = r"x(-[A-Za-z0-9]{1,8})+"
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[0-9a-wy-z](-[A-Za-z0-9]{2,8})+)*"
    rf"(-{_PRIVATE})?|{_PRIVATE}"
    r"|en-GB-oed|i-(ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(BE-FR|BE-NL|CH-DE)|art-lojban|cel-gaulish|no-bok|no-nyn|zh-guoyu|zh-hakka|zh-min"
    r"|zh-min-nan|zh-xiang",
    re.ASCII,
)
_REFERENCE_MAX = 128


class WrittenText(Hidden):
    """Any text a person wrote: names and free text."""

    @classmethod
    def check(cls, value: object) -> str:
        """Return the text unchanged, or refuse it as blank, not FHIR text or not I-JSON."""
        text = text_of(value)
        if shows_nothing(text):
            raise refuse("blank")
        if CONTROL.search(text):
            raise refuse("control_character")
        if NONCHARACTER.search(text):
            raise refuse("noncharacter")
        return text


class PersonName(WrittenText):
    """One of a person's names (nimi)."""

    _pattern = r"\S"
    _description = "Part of a person's name"


class FreeText(WrittenText):
    """Text written by a person (vapaa teksti); the client may read it in OmaKanta (74 § 2)."""

    _pattern = r"\S"
    _description = "Free text; the client may read it, so no identity code in it"


class Reference(FreeText):
    """The caller's own key of a disclosure (viite), at most 128 characters; never sent."""

    _description = "The caller's own key, at most 128 characters, no personal data in it"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the key, or refuse it as ``reference`` or like any other text."""
        text = super().check(value)
        if len(text) > _REFERENCE_MAX:
            raise refuse("reference")
        return text


class LanguageTag(Plain):
    """A BCP 47 language tag as FHIR uses it: ``fi``, ``sv``, ``smn``, ``de-CH-1996`` ..."""

    _pattern = rf"^({_LANGUAGE.pattern})$"
    _description = "Language tag (BCP 47)"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the tag, or refuse it as ``language``."""
        text = text_of(value)
        if not _LANGUAGE.fullmatch(text) or _repeats(text):
            raise refuse("language")
        return text


def _repeats(tag: str) -> bool:
    """Return whether a variant or extension letter is repeated (RFC 5646 section 2.2)."""
    subtags = re.split("-x-|^x-", tag.lower())[0].split("-")
    letters = [index for index, subtag in enumerate(subtags[1:], 1) if len(subtag) == 1]
    variants = subtags[1 : letters[0]] if letters else subtags[1:]
    singletons = [subtags[index] for index in letters]
    return len(set(variants)) < len(variants) or len(set(singletons)) < len(singletons)
