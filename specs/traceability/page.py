"""The tables of the page: every entry of the edition and every rule, from source to test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from written import table

from sha_disclosure.editions import load_edition
from sha_disclosure.law.rulebook import rule_entries
from traceability.facts import Fact, facts
from traceability.observing import Observation, Observer
from traceability.proofs import naming, rule_proofs, telling

PROOF = "tests/specs/traceability/test_entries.py"
_ENTRY = ("entry", "status", "rests on", "shows in", "judged by", "read by", "tests")


def entry_tables() -> Iterator[str]:
    """Yield the entries of the edition, a table for each section."""
    known = facts()
    edition = load_edition()
    observed = tuple(Observer(edition).observe())
    named = naming(frozenset(entry.key for entry in edition.entries))
    for section, rows in groupby(observed, key=lambda each: each.entry.key.partition(".")[0]):
        yield f"### {section}\n\n{table(_ENTRY, (_entry(row, known, named) for row in rows))}\n"


def _entry(row: Observation, known: tuple[Fact, ...], named: Mapping[str, list[str]]) -> list[str]:
    key = row.entry.key
    return [
        f"`{key.partition('.')[2]}`",
        row.entry.status,
        _lines(fact.link for fact in known if fact.bears(key)),
        _lines(row.places),
        _lines(judge.replace("own check: ", "own: ") for judge in row.judges),
        _lines(f"`{module}`" for module in row.modules),
        _lines((_EVERY, *map(_short, named.get(key, ())))),
    ]


_EVERY = f"[*each value*](../{PROOF})"


def rule_table() -> str:
    """Return the rules."""
    return table(("rule", "rests on", "facts", "told by", "tests"), _rules(facts()))


def _rules(known: tuple[Fact, ...]) -> Iterator[list[str]]:
    proven, told = rule_proofs(), telling()
    for rule, entry in rule_entries().items():
        tests = proven.get(rule, {})
        yield [
            rule,
            entry.rests_on,
            _lines(fact.link for fact in known if rule in fact.rules),
            _lines(f"`{module}`" for module in told.get(rule, ())),
            _lines(
                f"{sign} {_short(test)}"
                for sign, marker in (("+", "accepts"), ("-", "refuses"))
                for test in tests.get(marker, ())
            ),
        ]


def _lines(texts: Iterable[str]) -> str:
    return "<br>".join(texts)


def _short(place: str) -> str:
    file, _, test = place.partition("::")
    return f"[{test.removeprefix('test_').replace('_', ' ')}](../{file})"
