"""The page: every entry of the edition and every rule, from its source to its test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from sha_disclosure.editions import load_edition
from sha_disclosure.law.rulebook import rule_entries
from traceability.facts import Fact, facts
from traceability.observing import Observation, Observer
from traceability.proofs import naming, rule_proofs, telling

PROOF = "tests/specs/traceability/test_entries.py"
_HEAD = """# From source to test

Written by `python specs/generate.py`; do not edit. Nothing in the tables is typed by hand: the
entries come from the edition, the facts from the pages beside, and the rest was seen when every
value was changed, one at a time, and messages of every kind of notice were built, signed, judged
and read back.

## The edition, entry by entry

- **rests on**: the facts that name the entry; **status**: what the edition claims.
- **shows in**: what differs in the message, or in an answer, when the value is another.
- **judged by**: who refuses a message made with the edition's own value when it expects another:
  `sandbox` the embedded service, `own` the SDK's checks of structure and signature, `rule` a rule.
- **read by**: the modules that read the value; for a form, which is built in one way only, the
  module that builds it.
- **tests**: *each value* runs for every entry: it is read; another value shows or is judged; the
  whole of the other value is found where it shows, so that no part of it is written in code; and
  a message made by an edition with the other value is taken by a sandbox of that edition. Behind
  it those that name the entry.
"""
_RULES_HEAD = """
## The rules

- **rests on**: the source in the catalogue; **facts**: those that name the rule.
- **told by**: the modules where a breach is found.
- **tests**: those marked as accepting what keeps the rule (+) and refusing what breaks it (-).

The words of the rules: [rules.md](rules.md).
"""


def traceability() -> str:
    """Return the page as Markdown."""
    known = facts()
    edition = load_edition()
    observed = tuple(Observer(edition).observe())
    named = naming(frozenset(entry.key for entry in edition.entries))
    parts = [_HEAD]
    for section, rows in groupby(observed, key=lambda each: each.entry.key.partition(".")[0]):
        parts.append(f"\n### {section}\n\n")
        parts += _table(
            ("entry", "status", "rests on", "shows in", "judged by", "read by", "tests"),
            (_entry(row, known, named) for row in rows),
        )
    parts.append(_RULES_HEAD + "\n")
    parts += _table(("rule", "rests on", "facts", "told by", "tests"), _rules(known))
    return "".join(parts)


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


def _table(heading: tuple[str, ...], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |\n|{'---|' * len(heading)}\n"
    for row in rows:
        yield f"| {' | '.join(cell or '-' for cell in row)} |\n"


def _lines(texts: Iterable[str]) -> str:
    return "<br>".join(text.replace("|", "\\|") for text in texts)


def _short(place: str) -> str:
    file, _, test = place.partition("::")
    return f"[{test.removeprefix('test_').replace('_', ' ')}](../{file})"
