"""Whether the ground of a notice goes with its recipient (N09, N10, N16-N24)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sha_disclosure.findings import Problem, Severity, problem
from sha_disclosure.law.citations import Citation, citations
from sha_disclosure.law.grounds import BY_KIND, CITING, Row
from sha_disclosure.law.provisions import LAST_PARAGRAPH, NO_GROUNDS, PROVISIONS
from sha_disclosure.law.recipients import Categories, categories_of, organisation_name
from sha_disclosure.notice import Ground, Recipient
from sha_disclosure.values import FreeText

SEVERITIES: Mapping[str, Severity] = MappingProxyType(
    {
        **{row.rule: "objection" for row in (*BY_KIND, *PROVISIONS) if row.rule != "N18"},
        "N20.necessity": "warning",
        **{row.doubt: "warning" for row in (*BY_KIND, *PROVISIONS) if row.doubtful},
        "N21.doubtful": "warning",
        "N24.doubtful": "warning",
        "N24.subsection": "warning",
        **dict.fromkeys(NO_GROUNDS.values(), "warning"),
    }
)
"""Every way not to fit, and how grave it is: an objection only where the law does not know it."""

_NECESSITY = re.compile(r"välttämät|nödvänd|necessar|necessity", re.IGNORECASE)
_POLICE = re.compile(r"polii|polis|police", re.IGNORECASE)
_SECURING_CARE, _THREAT = 56, 62


def mismatches(ground: Ground, recipient: Recipient, purpose: FreeText | None) -> Iterator[Problem]:
    """Yield how a ground does not go with the recipient: nothing, or the gravest mismatch.

    ``purpose`` may state the necessity that 56 § 3 mom. asks for.
    """
    row = next((r for r in BY_KIND if r.kind == ground.kind), None)
    mismatch = _of_rows((row,), categories_of(recipient)) if row else None
    if mismatch is not None:
        yield mismatch
    elif ground.kind in CITING:
        provision: FreeText = ground.provision
        yield from _of_provision(provision.reveal(), recipient, purpose)


def _of_provision(text: str, recipient: Recipient, purpose: FreeText | None) -> Iterator[Problem]:
    cited = citations(text)
    if not cited:
        return
    categories = categories_of(recipient)
    rows = tuple(row for citation in cited for row in _rows(citation))
    if not rows:
        yield _no_ground(cited)
        return
    mismatch = _of_rows(rows, categories)
    if mismatch is not None:
        yield mismatch
    elif _lacks_necessity(cited, rows, categories, f"{text} {purpose.reveal() if purpose else ''}"):
        yield _problem("N20.necessity", "recipient", "703/2023 56 § 3 mom.")
    elif {c.paragraph for c in cited} == {_THREAT} and not _POLICE.search(
        organisation_name(recipient)
    ):
        yield _problem("N21.doubtful", "recipient", "703/2023 62 §")


def _problem(key: str, path: str, provision: str) -> Problem:
    return problem(key, path, SEVERITIES[key], provision=provision)


def _rows(citation: Citation) -> Iterator[Row]:
    for row in PROVISIONS:
        if row.paragraph == citation.paragraph and (
            not citation.moments or row.moment in citation.moments
        ):
            yield row


def _of_rows(rows: tuple[Row, ...], categories: Categories) -> Problem | None:
    """Return the mismatch when none of the rows knows the recipient."""
    if any(row.known & categories for row in rows):
        return None
    doubtful = next((row for row in rows if row.doubtful & categories), None)
    if doubtful is not None:
        return _problem(doubtful.doubt, "recipient", _provision(doubtful, rows))
    return _problem(rows[0].rule, "recipient", _provision(rows[0], rows))


def _provision(row: Row, rows: tuple[Row, ...]) -> str:
    """Return the row's provision; the paragraph alone when several subsections are meant."""
    several = sum(each.paragraph == row.paragraph for each in rows) > 1
    return f"703/2023 {row.paragraph} §" if several else row.provision


def _lacks_necessity(
    cited: tuple[Citation, ...],
    rows: tuple[Row, ...],
    categories: Categories,
    text: str,
) -> bool:
    securing = [c for c in cited if c.paragraph == _SECURING_CARE]
    if len(securing) != len(cited) or any({2, 3} & set(c.moments) for c in securing):
        return False
    private = {each for row in rows for each in row.necessity}
    return categories <= private and not _NECESSITY.search(text)


def _no_ground(cited: tuple[Citation, ...]) -> Problem:
    paragraphs = [c.paragraph for c in cited]
    first = paragraphs[0]
    if any(row.paragraph in paragraphs for row in PROVISIONS):
        key = "N24.subsection"
    else:
        key = next((NO_GROUNDS[p] for p in paragraphs if p in NO_GROUNDS), "N24.doubtful")
    exists = first <= LAST_PARAGRAPH
    return _problem(key, "ground.provision", f"703/2023 {first} §" if exists else "703/2023")
