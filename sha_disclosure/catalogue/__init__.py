"""The words of the national rules: id, what each rests on, and how to mend a breach, fi and en.

The predicates are in ``rules`` and ``access``; the faults of shape they share texts with, in
``shape``. ``specs/rules.md`` is written from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sha_disclosure.catalogue import content, editions, form, grounds, rights, searches, shape
from sha_disclosure.catalogue.entry import RuleEntry
from sha_disclosure.errors import Problem, Severity

CATALOGUE: Mapping[str, RuleEntry] = MappingProxyType(
    {
        entry.id: entry
        for entry in sorted(
            (
                *content.ENTRIES,
                *form.ENTRIES,
                *editions.ENTRIES,
                *rights.ENTRIES,
                *grounds.ENTRIES,
                *searches.ENTRIES,
                *shape.ENTRIES,
            ),
            key=lambda entry: ("NAS".index(entry.id[0]), entry.id),
        )
    }
)
"""Every rule by its id: N of notices, A of searches in the archive, SHAPE of any input."""


def problem(
    key: str, path: str, expected: str | tuple[str, str] = "", severity: Severity = "error"
) -> Problem:
    """Make the problem that ``key`` names (rule, or rule and variant) at the caller's ``path``.

    ``expected`` fills the text; where it has words in it, in English and in Finnish.
    """
    in_english, in_finnish = (expected, expected) if isinstance(expected, str) else expected
    rule, _, variant = key.partition(".")
    entry = CATALOGUE[rule]
    english, finnish = entry.texts[variant]
    return Problem(
        rule=rule,
        path=path,
        en=english.replace("{expected}", in_english),
        fi=finnish.replace("{expected}", in_finnish),
        rests_on=entry.rests_on,
        severity=severity,
    )


__all__ = ["CATALOGUE", "RuleEntry", "problem"]
