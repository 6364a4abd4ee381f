"""Whether the ground of a notice is valid for its recipient (N09, N10, N16-N24)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from types import MappingProxyType

from sha_disclosure.findings import Problem, Severity, problem
from sha_disclosure.law.citations import (
    Citation,
    citations,
    names_a_provision,
    names_no_section,
)
from sha_disclosure.law.grounds import BY_KIND, CITING, Row
from sha_disclosure.law.provisions import OTHER_SECTIONS, PROVISIONS, SUBSECTIONS
from sha_disclosure.law.recipients import Categories, categories_of, organisation_name
from sha_disclosure.notice import Ground, Recipient, field_of

SEVERITIES: Mapping[str, Severity] = MappingProxyType(
    {
        **{row.rule: "objection" for row in (*BY_KIND, *PROVISIONS) if row.rule != "N18"},
        **{row.doubt: "warning" for row in (*BY_KIND, *PROVISIONS) if row.doubtful},
        "N20.necessity": "warning",
        "N21.doubtful": "warning",
        "N24": "objection",
        "N24.subsection": "objection",
        "N24.no_section": "warning",
        **dict.fromkeys(OTHER_SECTIONS.values(), "warning"),
    }
)
"""The severity of each mismatch: an objection only where no provision supports the recipient."""

_OF_KIND = {
    kind: [row for row in BY_KIND if row.kind == kind] for kind in {r.kind for r in BY_KIND}
}
_POLICE = re.compile(r"polii|polis|police", re.IGNORECASE)
_THREAT = 62


def mismatches(ground: Ground, recipient: Recipient) -> Iterator[Problem]:
    """Yield the most severe mismatch between a ground and the recipient, if any."""
    categories = categories_of(recipient)
    found = [
        each
        for each in (
            _of_rows(_OF_KIND.get(ground.kind, []), categories),
            _of_provision(ground, recipient, categories) if ground.kind in CITING else None,
        )
        if each is not None
    ]
    yield from sorted(found, key=lambda each: each.severity != "objection")[:1]


def _of_provision(ground: Ground, recipient: Recipient, categories: Categories) -> Problem | None:
    text: str = ground.provision.reveal()
    cited = citations(text)
    rows = list(chain.from_iterable(map(_rows, cited)))
    if not rows:
        return _no_ground(text, cited)
    mismatch = _of_rows(rows, categories)
    if mismatch is not None:
        return mismatch
    if _asks_necessity(cited, categories) and field_of(ground, "necessity") is None:
        return _problem("N20.necessity", "ground.necessity", "703/2023 56 § 3 mom.")
    to_police = _POLICE.search(organisation_name(recipient))
    if {each.paragraph for each in cited} == {_THREAT} and not to_police:
        return _problem("N21.doubtful", "recipient", "703/2023 62 §")
    return None


def _problem(key: str, path: str, provision: str) -> Problem:
    return problem(key, path, SEVERITIES[key], provision=provision)


def _rows(citation: Citation) -> list[Row]:
    return [
        row
        for row in PROVISIONS
        if row.paragraph == citation.paragraph
        and (not citation.moments or row.moment in citation.moments)
    ]


def _of_rows(rows: list[Row], categories: Categories) -> Problem | None:
    """Return a mismatch if no row's known recipients include this one."""
    if not rows or any(row.known & categories for row in rows):
        return None
    doubtful = next((row for row in rows if row.doubtful & categories), None)
    if doubtful is not None:
        return _problem(doubtful.doubt, "recipient", _provision(doubtful, rows))
    return _problem(rows[0].rule, "recipient", _provision(rows[0], rows))


def _provision(row: Row, rows: list[Row]) -> str:
    """Return the row's provision, or only the section when several of its subsections apply."""
    several = sum(each.paragraph == row.paragraph for each in rows) > 1
    return f"703/2023 {row.paragraph} §" if several else row.provision


def _asks_necessity(cited: tuple[Citation, ...], categories: Categories) -> bool:
    """Return whether every cited provision limits this recipient to what is necessary.

    A section cited without a subsection is evaluated by its first subsection.
    """
    meant = chain.from_iterable(_rows(c) if c.moments else _rows(c)[:1] for c in cited)
    knowing = [row for row in meant if row.known & categories]
    return bool(knowing) and all(categories <= row.necessity for row in knowing)


def _no_ground(text: str, cited: tuple[Citation, ...]) -> Problem | None:
    """Return the problem of a text that cites no ground of 703/2023, if any."""
    if not cited:
        bare = names_a_provision(text) and names_no_section(text)  # otherwise N06 reports it
        return _problem("N24.no_section", "ground.provision", "703/2023") if bare else None
    exists = [each for each in cited if _is_in_the_act(each)]
    known = [each for each in exists if each.paragraph in OTHER_SECTIONS]
    cites = (known or exists or cited)[0].paragraph
    key = OTHER_SECTIONS[cites] if known else "N24" if exists else "N24.subsection"
    return _problem(key, "ground.provision", f"703/2023 {cites} §")


def _is_in_the_act(citation: Citation) -> bool:
    if not 1 <= citation.paragraph <= len(SUBSECTIONS):
        return False
    return max(citation.moments, default=1) <= SUBSECTIONS[citation.paragraph - 1]
