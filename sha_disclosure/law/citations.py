"""Reading citations of 703/2023 out of free text, leniently (säännösviittaukset)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OURS = "703/2023"
_STEP = re.compile(
    r"(?P<number>\b[0-9]{1,4}/[0-9]{4}\b)"
    r"|(?P<ours>\basiakastietola\w*|\bklientuppgiftsla\w*|asiakastietojen\s+käsittelystä)"
    r"|(?P<other>\b\w*(?:laki|lain|laissa|laista|lakia|lagen|asetus\w*|asetukse\w*|artik\w*|\bart\b"
    r"|förordning\w*|gdpr|kaari|kaaren)\b)"
    r"|(?P<paragraph>\b[0-9]{1,3})(?:\.(?P<dotted>[0-9]))?(?P<letter>\s?[a-z])?"
    r"(?:\s?[-–]\s?(?P<last>[0-9]{1,3}))?\s*(?:§|pykäl\w*|paragraf\w*)"
    r"|(?P<moments>\b[0-9]{1,2}(?:\s*(?:,|-|–|ja|tai|och|and)\s*[0-9]{1,2})*)\.?\s*mom\w*",
    re.IGNORECASE,
)
_WIDEST_RANGE = 20


@dataclass(frozen=True, slots=True)
class Citation:
    """A paragraph (pykälä) of 703/2023 with the subsections (momentit) cited, if any."""

    paragraph: int
    moments: tuple[int, ...] = ()


def citations(text: str) -> tuple[Citation, ...]:
    """Return the citations of 703/2023 in a text, or none unless all of it was understood.

    A text that also cites another law, or a lettered paragraph, gives none: the right may rest
    on that. A text that names no law at all is taken to cite 703/2023.
    """
    found: list[tuple[int, list[int]]] = []
    for step in _STEP.finditer(text):
        if step["other"] and not _names_the_act(text, step):
            return ()
        if step["number"] and step["number"] != _OURS:
            return ()
        if step["letter"] and step["letter"].strip():
            return ()
        if step["paragraph"]:
            dotted = [int(step["dotted"])] if step["dotted"] else []
            found += [(number, list(dotted)) for number in _range(step["paragraph"], step["last"])]
        elif step["moments"] and found:
            found[-1][1].extend(_numbers(step["moments"]))
    return tuple(Citation(number, tuple(dict.fromkeys(moments))) for number, moments in found)


def _names_the_act(text: str, step: re.Match[str]) -> bool:
    """Return whether ``laki`` stands here for "laki ... asiakastietojen käsittelystä 703/2023"."""
    word = step["other"].lower()
    return word in {"laki", "lain", "laissa", "laista", "lakia", "lagen"} and (
        _OURS in text or "asiakastietojen käsittelystä" in text.lower()
    )


def _range(first: str, last: str | None) -> Iterator[int]:
    start = int(first)
    end = int(last) if last else start
    yield from range(start, min(end, start + _WIDEST_RANGE) + 1) if end >= start else (start,)


def _numbers(text: str) -> Iterator[int]:
    for part in re.split(r",|ja|tai|och|and", text):
        first, _, last = part.replace("–", "-").partition("-")
        yield from _range(first.strip(), last.strip() or None)
