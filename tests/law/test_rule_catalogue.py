"""The catalogue of the rules: every rule proven both ways, every citation in the statute."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from places import ROOT
from statute_paragraphs import CITED_ON_PAGES, PARAGRAPHS
from traceability.proofs import rule_proofs, telling

from sha_disclosure.law import notice_needed
from sha_disclosure.law.fitting import SEVERITIES
from sha_disclosure.law.grounds import BY_KIND
from sha_disclosure.law.provisions import PROVISIONS
from sha_disclosure.law.rulebook import rule_entries
from sha_disclosure.law.rules import RULES
from sha_disclosure.law.searches import SEARCH_RULES
from sha_disclosure.law.searches.rights import (
    AuthorityPatientDataSearch,
    AuthoritySearch,
    BroadPatientDataSearch,
    BroadSearch,
    HealthCareBroadSearch,
)

GENERATOR = ROOT / "specs" / "generate.py"
KEYS = {breach.key for entry in rule_entries().values() for breach in entry.breaches}


@pytest.mark.proof  # `make lint` says the same
def test_the_generated_pages_are_current(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(GENERATOR), "--check"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(GENERATOR), run_name="__main__")
    assert (caught.value.code, capsys.readouterr().out) == (0, "")


@pytest.mark.parametrize("rule", rule_entries())
def test_every_rule_has_a_test_that_accepts_and_one_that_refuses(rule: str) -> None:
    add = (
        f"mark a test with pytest.mark.accepts({rule!r}) and one with pytest.mark.refuses({rule!r})"
    )
    assert set(rule_proofs().get(rule, ())) == {"accepts", "refuses"}, add


def test_no_mark_names_a_rule_that_is_not() -> None:
    assert set(rule_proofs()) == set(rule_entries())


def test_every_rule_is_told_by_the_code() -> None:
    assert set(telling()) == set(rule_entries())


def test_every_breach_a_rule_or_a_field_tells_has_its_words_and_no_words_are_idle() -> None:
    told = {*(rule.key for rules in (RULES, SEARCH_RULES) for rule in rules), *SEVERITIES}
    assert told <= KEYS
    source = "".join(file.read_text("utf-8") for file in (ROOT / "sha_disclosure").rglob("*.py"))
    idle = {key for key in KEYS - told if f'"{key}"' not in source}
    assert idle == set()


def citations() -> Iterator[tuple[str, str]]:
    """Yield where a provision is cited and how."""
    for entry in rule_entries().values():
        yield entry.id, entry.rests_on
    for row in (*BY_KIND, *PROVISIONS):
        yield f"grounds {row.provision}", row.provision
    for right in (
        BroadSearch,
        BroadPatientDataSearch,
        HealthCareBroadSearch,
        AuthoritySearch,
        AuthorityPatientDataSearch,
    ):
        yield right.__name__, right.provision
    facts: dict[str, Any]
    for name in (
        "through_kanta",
        "same_controller",
        "purchased_service",
        "acquisition",
        "private_without_record_system",
        "aland",
    ):
        facts = {name: True}
        yield name, notice_needed(**facts).rests_on
    yield "direct", notice_needed().rests_on
    yield "other_register", notice_needed(same_controller=True, same_register=False).rests_on
    yield "not_yet", notice_needed(disclosed_on=date(2026, 8, 31)).rests_on
    yield "joined_freely", notice_needed(aland=True, joined=True).rests_on


def cited(text: str) -> Iterator[tuple[int, int]]:
    """Yield paragraph and highest subsection of every citation of 703/2023 in a text."""
    for part in (p for p in text.split(";") if "703/2023" in p):
        for match in re.finditer(
            r"(\d+)(?:-(\d+))? §(?: (\d+)(?:-(\d+))? mom\.)?", part.replace("703/2023", "")
        ):
            first, last, moment, upper = match.groups()
            for number in range(int(first), int(last or first) + 1):
                yield number, int(upper or moment or 1)


@pytest.mark.parametrize(("place", "text"), list(citations()))
def test_every_paragraph_and_subsection_cited_is_in_the_statute(place: str, text: str) -> None:
    for paragraph, moment in cited(text):
        assert paragraph in PARAGRAPHS, place
        heading, moments = PARAGRAPHS[paragraph]
        assert heading
        assert moment <= moments, (place, heading)


def test_the_statute_is_cited_at_all() -> None:
    found = {number for _, text in citations() for number, _ in cited(text)}
    assert found == set(PARAGRAPHS)


def test_every_paragraph_the_page_of_duties_cites_is_in_the_statute() -> None:
    text = (ROOT / "docs" / "duties.md").read_text("utf-8").replace(" and ", "-")
    known = {**PARAGRAPHS, **CITED_ON_PAGES}
    found = set(cited(f"703/2023 {text.replace(';', ',')}"))
    assert {10, 11, 21, 70, 78, 102} <= {number for number, _ in found}
    for number, moment in found:
        heading, moments = known[number]
        assert moment <= moments, (number, moment, heading)


def names(text: str) -> set[str]:
    """Return the fields, values and commands that a text names."""
    return set(re.findall(r"`[^`]+`", text))


def test_both_languages_name_the_same_fields() -> None:
    for entry in rule_entries().values():
        for texts in (*(breach.texts for breach in entry.breaches), entry.summary):
            en, fi = texts["en"], texts["fi"]
            assert en[-1] == fi[-1] == "."
            # Finnish puts a field's name after its term, so it may name more of them.
            assert names(en) <= names(fi), en
            assert "TODO" not in en + fi
