"""The pages of facts: ids once, statuses known, nothing claimed that no fact bears."""

from __future__ import annotations

import re
import tomllib

from traceability.facts import PAGES, SPECS, STATUSES, facts
from traceability.proofs import ROOT

from sha_disclosure.editions import load_edition
from sha_disclosure.law.rulebook import rule_entries

FACTS = facts()
ENTRIES = {entry.key: entry for entry in load_edition().entries}
BEARING = {
    "published": {"published"},
    "inferred": {"published", "inferred"},
    "assumed": set(STATUSES),
}
"""The statuses of facts that bear an entry of a status."""


def test_every_row_has_an_id_of_its_page_and_none_stands_twice() -> None:
    ids = [fact.id for fact in FACTS]
    assert len(ids) == len(set(ids)) > 80
    assert all(PAGES[fact.id.partition("-")[0]] == fact.page for fact in FACTS)


def test_every_row_of_a_table_of_facts_is_read_as_a_fact() -> None:
    for page in PAGES.values():
        rows = re.findall(r"^\| [A-Z]+-\d+ \|", (SPECS / page).read_text("utf-8"), re.MULTILINE)
        assert len(rows) == sum(fact.page == page for fact in FACTS)


def test_a_fact_has_a_status_a_source_and_names_only_what_there_is() -> None:
    rules = set(rule_entries())
    for fact in FACTS:
        assert fact.status in STATUSES, fact.id
        assert fact.source != "-" or fact.status == "assumed", fact.id
        for name in fact.names:
            files = (ROOT / name, (ROOT / name).with_suffix(""), ROOT / f"{name}.py")
            known = any(file.exists() for file in files)
            assert known or any(fact.bears(key) for key in ENTRIES), f"{fact.id} names {name}"
        assert set(fact.rules) <= rules, fact.id


def test_an_entry_claims_no_more_than_a_fact_that_bears_it() -> None:
    """Where one does: name it in the last column of a fact in specs/*.md, of such a status."""
    unborne = {
        entry.key: sorted(BEARING[entry.status])
        for entry in ENTRIES.values()
        if not any(fact.bears(entry.key) and fact.status in BEARING[entry.status] for fact in FACTS)
    }
    assert unborne == {}


def test_every_source_an_entry_names_first_is_a_known_one() -> None:
    text = (ROOT / "sha_disclosure" / "editions" / "kanta-1.0.0.toml").read_text("utf-8")
    named = set(tomllib.loads(text)["sources"])
    listed = (SPECS / "README.md").read_text("utf-8")
    assert {name for name in named if name not in listed} == set()


def test_every_page_is_in_the_index() -> None:
    index = (SPECS / "README.md").read_text("utf-8")
    for file in SPECS.iterdir():
        if file.suffix in {".md", ".json"} and file.name != "README.md":
            assert f"]({file.name})" in index, file.name
