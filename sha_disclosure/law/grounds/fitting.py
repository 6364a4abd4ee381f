"""Whether a ground goes with a recipient: what the table says of a notice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from sha_disclosure.findings import Severity
from sha_disclosure.law.grounds.citations import Citation, citations
from sha_disclosure.law.grounds.provisions import LAST_PARAGRAPH, NO_GROUNDS, PROVISIONS
from sha_disclosure.law.grounds.table import BY_KIND, RecipientWord, Row
from sha_disclosure.notice import (
    ClientRecipient,
    Ground,
    InformationRequest,
    PersonRecipient,
    ProfessionalRecipient,
    Recipient,
    Statute,
)
from sha_disclosure.values import FreeText

MISFITS: Mapping[str, Severity] = MappingProxyType(
    {
        **{row.rule: "error" for row in (*BY_KIND, *PROVISIONS) if row.rule != "N18"},
        "N20.necessity": "error",
        **{row.doubt: "warning" for row in (*BY_KIND, *PROVISIONS) if row.doubtful},
        "N21.doubtful": "warning",
        "N24.doubtful": "warning",
        "N24.subsection": "warning",
        **dict.fromkeys(NO_GROUNDS.values(), "warning"),
    }
)
"""Every way not to fit, and how grave it is: an error only where the law does not know it."""

_NECESSITY = re.compile(r"välttämät|nödvänd|necessar|necessity", re.IGNORECASE)
_POLICE = re.compile(r"polii|polis|police", re.IGNORECASE)
_SECURING_CARE, _THREAT = 56, 62


@dataclass(frozen=True, slots=True)
class Misfit:
    """A ground that does not go with the recipient; ``provision`` is the table's own text."""

    key: str
    path: str
    provision: str = ""


def misfits(ground: Ground, recipient: Recipient, purpose: FreeText | None) -> Iterator[Misfit]:
    """Yield how a ground does not go with the recipient: nothing, or the gravest misfit.

    ``purpose`` may state the necessity that 56 § 3 mom. asks for.
    """
    words = recipient_words(recipient)
    row = next((r for r in BY_KIND if r.kind == ground.kind), None)
    if row is not None:
        misfit = _of_rows((row,), words)
        if misfit is not None:
            yield misfit
            return
    if isinstance(ground, Statute | InformationRequest):
        yield from _of_provision(ground.provision.reveal(), recipient, purpose)


def recipient_words(recipient: Recipient) -> frozenset[RecipientWord]:
    """Return what the table calls a recipient: several words when it has several roles."""
    if isinstance(recipient, ClientRecipient):
        return frozenset({"client"})
    if isinstance(recipient, PersonRecipient):
        relation = recipient.relation
        return frozenset({"other_person" if relation == "other" else relation})
    return frozenset(recipient.roles)


def _of_provision(text: str, recipient: Recipient, purpose: FreeText | None) -> Iterator[Misfit]:
    cited = citations(text)
    if not cited:
        return
    words = recipient_words(recipient)
    rows = tuple(row for citation in cited for row in _rows(citation))
    if not rows:
        yield _no_ground(cited)
        return
    misfit = _of_rows(rows, words)
    if misfit is not None:
        yield misfit
    elif _lacks_necessity(cited, rows, words, f"{text} {purpose.reveal() if purpose else ''}"):
        yield Misfit("N20.necessity", "recipient", "703/2023 56 § 3 mom.")
    elif {c.paragraph for c in cited} == {_THREAT} and not _POLICE.search(_name(recipient)):
        yield Misfit("N21.doubtful", "recipient", "703/2023 62 §")


def _rows(citation: Citation) -> Iterator[Row]:
    for row in PROVISIONS:
        if row.paragraph == citation.paragraph and (
            not citation.moments or row.moment in citation.moments
        ):
            yield row


def _of_rows(rows: tuple[Row, ...], words: frozenset[RecipientWord]) -> Misfit | None:
    """Return the misfit when none of the rows knows the recipient."""
    if any(row.known & words for row in rows):
        return None
    doubtful = next((row for row in rows if row.doubtful & words), None)
    if doubtful is not None:
        return Misfit(doubtful.doubt, "recipient", _provision(doubtful, rows))
    return Misfit(rows[0].rule, "recipient", _provision(rows[0], rows))


def _provision(row: Row, rows: tuple[Row, ...]) -> str:
    """Return the row's provision; the paragraph alone when several subsections are meant."""
    several = sum(each.paragraph == row.paragraph for each in rows) > 1
    return f"703/2023 {row.paragraph} §" if several else row.provision


def _lacks_necessity(
    cited: tuple[Citation, ...],
    rows: tuple[Row, ...],
    words: frozenset[RecipientWord],
    text: str,
) -> bool:
    securing = [c for c in cited if c.paragraph == _SECURING_CARE]
    if len(securing) != len(cited) or any({2, 3} & set(c.moments) for c in securing):
        return False
    private = {word for row in rows for word in row.necessity}
    return words <= private and not _NECESSITY.search(text)


def _no_ground(cited: tuple[Citation, ...]) -> Misfit:
    paragraphs = [c.paragraph for c in cited]
    first = paragraphs[0]
    if any(row.paragraph in paragraphs for row in PROVISIONS):
        key = "N24.subsection"
    else:
        key = next((NO_GROUNDS[p] for p in paragraphs if p in NO_GROUNDS), "N24.doubtful")
    exists = first <= LAST_PARAGRAPH
    return Misfit(key, "ground.provision", f"703/2023 {first} §" if exists else "703/2023")


def _name(recipient: Recipient) -> str:
    if isinstance(recipient, ProfessionalRecipient):
        return recipient.unit.name.reveal()
    return cast("str", getattr(recipient, "name", FreeText("-")).reveal())
