"""Lenient parsing of citations of 703/2023 in free text (säännösviittaukset).

Only text that names 703/2023 (asiakastietolaki), or that consists of section references alone,
is parsed. Text that names any other act is ignored, because the right may rest on that act.
Parsing takes a single pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LAW = r"la(?:ki|in|issa|ista|kia|kiin|illa|ille)"
_OUR_NAME = re.compile(
    rf"(?:\b{_LAW}\s)?(?:sosiaali- ja terveydenhuollon\s)?asiakastietojen\skäsittelystä"
    rf"(?:\sannet\w{{1,8}}\s{_LAW})?|\basiakastietola(?:ki|i|ke)\w{{0,6}}|\bk(?:lient|und)uppgiftslag\w{{0,6}}"
    r"|\blag(?:en)?\som\sbehandling\sav\skunduppgifter(?:\sinom\ssocial- och hälsovården)?"
    rf"|\b{_LAW}\s\(?703/2023|\b703/2023\s{_LAW}\b",
    re.IGNORECASE,
)
_OURS = "703/2023"
_OTHER_ACT = re.compile(
    rf"{_LAW}$|la(?:keja|eissa|eista|kien)$|lag(?:en|ens)?$|balken?$|kaar(?:i|en|essa|esta|ta|een)$"
    r"|asetu(?:s|ks\w{1,6}|sta)$|förordning|^art$|^artikl|^articles?$|direktiiv|^gdpr$|sopimus$",
    re.IGNORECASE,
)
# JulkL, LSL, PL, and abbreviations of codes, which end in K.
_ABBREVIATION = re.compile(r"[A-ZÅÄÖ][A-Za-zåäö]*L|UK|OK|MK|RK|KK|PK|AK|TSA")
_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+|[§/.,()–-]|[^\s\w]")
_SECTION = re.compile(r"§|pykäl|paragraf", re.IGNORECASE)
_MOMENT = re.compile(r"mom", re.IGNORECASE)
_BETWEEN = frozenset({"ja", "tai", "sekä", "och", "and", ",", "-", "–", "n"})
_AROUND = re.compile(
    r"§|pykäl\w*|paragraf\w*|mom\w*|koh\w+|virk\w+|luvu\w*|luku|ja|tai|sekä|och|and|n|mukaan"
    r"|mukaises\w+|mukainen|nojalla|perusteella|enligt|\W",
    re.IGNORECASE,
)
_PROVISION = re.compile(
    r"§|pykäl|paragraf|\bart(?:\.|ikl|icle)|\b[0-9]{1,4}/[0-9]{2,4}\b|\b(?:section|chapter)\s[0-9]"
    r"|[0-9]\s?\.?\s?(?:luku|luvu|mom|kap\b|artikl)",
    re.IGNORECASE,
)
_WIDEST_RANGE = 20


@dataclass(frozen=True, slots=True)
class Citation:
    """A section (pykälä) of 703/2023 with the subsections (momentit) cited, if any."""

    paragraph: int
    moments: tuple[int, ...] = ()


def names_a_provision(text: str) -> bool:
    """Return whether a text contains a section, an article or a statute number."""
    return _PROVISION.search(text) is not None


def names_the_act(text: str) -> bool:
    """Return whether a text names 703/2023 by its number, or as its only act."""
    return _OURS in text or names_no_section(text) or bool(citations(text))


def names_no_section(text: str) -> bool:
    """Return whether a text names 703/2023 as its only act but cites no section of it."""
    own, tokens = _read(text)
    return own and not _names_another_act(tokens) and not any(map(_SECTION.match, tokens))


def citations(text: str) -> tuple[Citation, ...]:
    """Return the citations of 703/2023 in a text; empty if it may rest on another act."""
    own, tokens = _read(text)
    if _names_another_act(tokens):
        return ()
    if not own and not all(t.isdigit() or _AROUND.fullmatch(t) for t in tokens):
        return ()
    found = _Found()
    for index, token in enumerate(tokens):
        follows = tokens[index + 1] if index + 1 < len(tokens) else ""
        if len(token) == 1 and token.isalpha() and found.pending and _SECTION.match(follows):
            return ()  # a lettered section such as 5 a §; this act has none
        found.read(token)
    return found.citations()


def _read(text: str) -> tuple[bool, list[str]]:
    """Return whether a text names the act, and the remaining tokens."""
    return _without_own_number(_TOKEN.findall(_OUR_NAME.sub(f" {_OURS} ", " ".join(text.split()))))


def _without_own_number(tokens: list[str]) -> tuple[bool, list[str]]:
    """Return whether the act's number is among the tokens, and the remaining tokens."""
    first, slash, last = _OURS[:3], "/", _OURS[4:]
    rest: list[str] = []
    own = False
    skip = 0
    for index, token in enumerate(tokens):
        if skip:
            skip -= 1
        elif tokens[index : index + 3] == [first, slash, last]:
            own, skip = True, 2
            rest.append("(")  # a list of numbers does not continue past the act's number
        else:
            rest.append(token)
    return own, rest


def _names_another_act(tokens: list[str]) -> bool:
    return any(map(_is_other_act, tokens)) or _has_number_of_statute(tokens)


def _is_other_act(token: str) -> bool:
    return bool(_OTHER_ACT.search(token) or _ABBREVIATION.fullmatch(token))


def _has_number_of_statute(tokens: list[str]) -> bool:
    return any(
        before.isdigit() and slash == "/" and after.isdigit()
        for before, slash, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )


class _Found:
    """The citations parsed so far, and the numbers whose unit (§ or mom.) is not yet known."""

    def __init__(self) -> None:
        self.pending: list[str] = []
        self._paragraphs: list[tuple[int, list[int]]] = []

    def read(self, token: str) -> None:
        """Consume the next token."""
        if token.isdigit() or (self.pending and token in {*_BETWEEN, "."}):
            self.pending.append(token)
            return
        if self.pending and _SECTION.match(token):
            self._take_paragraphs()
        elif self.pending and self._paragraphs and _MOMENT.match(token):
            self._paragraphs[-1][1].extend(self._numbers(self.pending))
        if not (token.isalpha() and token in _BETWEEN):
            self.pending = []

    def citations(self) -> tuple[Citation, ...]:
        """Return the citations found."""
        return tuple(
            Citation(number, tuple(dict.fromkeys(moments))) for number, moments in self._paragraphs
        )

    def _take_paragraphs(self) -> None:
        if len(self.pending) >= 3 and self.pending[-2] == ".":  # 63.2 §
            dotted = [int(self.pending[-1])]
            self._paragraphs += [(n, list(dotted)) for n in self._numbers(self.pending[-3:-2])]
        else:
            self._paragraphs += [(n, []) for n in self._numbers(self.pending)]

    @staticmethod
    def _numbers(pending: list[str]) -> Iterator[int]:
        previous = 0
        to = False
        for token in pending:
            if not token.isdigit():
                to = token in {"-", "–"}
                continue
            number = int(token[:4])
            if to and previous < number <= previous + _WIDEST_RANGE:
                yield from range(previous + 1, number)
            yield number
            previous, to = number, False
