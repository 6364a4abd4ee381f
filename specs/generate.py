"""Write the generated files, or with ``--check`` say whether they are current.

python specs/generate.py [--check]

The schema of the notice, the catalogue of the rules with the tests that prove them, the tables
of grounds and recipients, where every edition entry and rule comes from and is proven, and the
benchmarks of the releases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmark_page import releases
from traceability.page import entry_tables, rule_table
from traceability.proofs import rule_proofs
from written import table, with_parts, write_or_check

from sha_disclosure.law.grounds import BY_KIND, Row
from sha_disclosure.law.provisions import PROVISIONS
from sha_disclosure.law.recipients import CATEGORIES, category_name
from sha_disclosure.law.rulebook import RuleEntry, rule_entries
from sha_disclosure.messages import Message
from sha_disclosure.notice.schema import notice_schema

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
SCHEMA = HERE / "disclosure-notice.schema.json"


def rules() -> Iterator[str]:
    """Yield what is said of each rule."""
    proven = rule_proofs()
    return (_rule(entry, proven.get(entry.id, {})) for entry in rule_entries().values())


def _rule(entry: RuleEntry, proven: Mapping[str, list[str]]) -> str:
    breaches = table(
        ("breach", "severity", "English", "suomeksi"),
        (
            (
                each.key.removeprefix(entry.id).lstrip(".") or "plain",
                each.severity,
                each.texts["en"],
                each.texts["fi"],
            )
            for each in entry.breaches
        ),
    )
    tests = [
        f"- {sign}: `{test}`" for sign in ("accepts", "refuses") for test in proven.get(sign, ())
    ]
    said = f"{entry.summary['en']}  \n{entry.summary['fi']}"
    parts = (f"## {entry.id}", said, f"Rests on: {entry.rests_on}", breaches, "\n".join(tests))
    return "\n\n".join(part.strip() for part in parts if part) + "\n\n"


_SHORT = {
    "social_welfare_provider": "social prov.",
    "social_welfare_authority": "social auth.",
    "health_care_provider": "health prov.",
    "other_authority": "other auth.",
    "other": "other body",
    "client": "client",
    "legal_representative": "legal repr.",
    "close_person": "close person",
    "other_person": "other person",
}


def _both(text: Message) -> str:
    return f"{text.text('en')}<br>{text.text('fi')}"


def grounds(rows: tuple[Row, ...], first: str) -> str:
    """Return the table of which row fits which recipient."""
    return table((first, "what it is", *_SHORT.values(), "rule"), (_ground(row) for row in rows))


def _ground(row: Row) -> tuple[str, ...]:
    name = f"`{row.kind}`<br>{row.provision}" if row in BY_KIND else row.provision
    marks = (_mark(row, word) for word in _SHORT)
    return (name, _both(row.text), *marks, row.rule.partition(".")[0])


def _mark(row: Row, word: str) -> str:
    if word in row.necessity:
        return "!"
    return "yes" if word in row.known else "?" if word in row.doubtful else "-"


def words() -> str:
    """Return the table of the recipients' names."""
    names = {word: category_name(word) for word in CATEGORIES}
    rows = ((f"`{word}`", name.text("en"), name.text("fi")) for word, name in names.items())
    return table(("word", "English", "suomeksi"), rows)


def pages() -> dict[Path, dict[str, str]]:
    """Return the pages with their written parts."""
    return {
        HERE / "rules.md": {"rules": "".join(rules())},
        DOCS / "grounds.md": {
            "grounds": grounds(BY_KIND, "ground"),
            "provisions": grounds(PROVISIONS, "provision"),
            "words": words(),
        },
        HERE / "traceability.md": {"entries": "".join(entry_tables()), "rules": rule_table()},
        DOCS / "benchmarks.md": {"releases": releases()},
    }


def main() -> int:
    """Write the files; with ``--check`` return 1 when one of them is not current."""
    schema = json.dumps(notice_schema(), ensure_ascii=False, indent=2) + "\n"
    wanted = {SCHEMA: schema}
    wanted |= {page: with_parts(page, parts) for page, parts in pages().items()}
    return write_or_check(wanted, "python specs/generate.py")


if __name__ == "__main__":
    raise SystemExit(main())
