"""Every section and subsection cited, in texts, rules, tables and pages, is in its act."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from places import ROOT
from statute_paragraphs import ASIAKASTIETOLAKI, SECTIONS_OF_457_2024

from sha_disclosure.law import notice_needed
from sha_disclosure.law.grounds import BY_KIND
from sha_disclosure.law.provisions import OTHER_SECTIONS, PROVISIONS, SUBSECTIONS
from sha_disclosure.law.rulebook import rule_entries
from sha_disclosure.law.searches.rights import (
    AuthorityPatientDataSearch,
    AuthoritySearch,
    BroadPatientDataSearch,
    BroadSearch,
    HealthCareBroadSearch,
)
from sha_disclosure.messages import LANGUAGES, catalogue

PAGES = ("docs/duties.md", "docs/grounds.md", "specs/law.md", "README.md", "README.fi.md")
OTHER_ACT = re.compile(
    r"(?:621/1999|417/2007|442/1999|812/2000|1301/2014|1050/2018|457/2024|690/2022|RFC|GDPR)"
    r"(?: \d+(?:-\d+)? §(?: \d+ mom\.)?(?:,| ja| and)?)+"
)
MANY = r"(\d+)(?:(?:-| ja | and )(\d+))?"
SECTION = re.compile(rf"{MANY} §(?:\s?:?n)?(?::\w+)?(?: {MANY}(?: mom\b| momen))?")
OF_457 = re.compile(r"457/2024 (\d+)(?:-(\d+))? §")


def cited(text: str) -> Iterator[tuple[int, int]]:
    """Yield section and highest subsection of every citation of 703/2023 in a text."""
    for match in SECTION.finditer(OTHER_ACT.sub("", text)):
        first, last, moment, upper = match.groups()
        sections = {int(first), int(last or first)}
        if "-" in match[0].partition("§")[0]:
            sections |= set(range(int(first), int(last or first) + 1))
        for section in sections:
            yield section, int(upper or moment or 1)


def missing(text: str) -> set[tuple[int, int]]:
    return {
        (section, moment)
        for section, moment in cited(text)
        if section not in ASIAKASTIETOLAKI or moment > ASIAKASTIETOLAKI[section][1]
    }


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


@pytest.mark.parametrize(("place", "text"), list(citations()))
def test_what_a_rule_or_a_ground_rests_on_is_in_the_act(place: str, text: str) -> None:
    for part in (p for p in text.split(";") if "703/2023" in p):
        assert missing(part.replace("703/2023", "")) == set(), place
        assert list(cited(part)) != [], place


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_sentence_cites_is_in_the_act(language: Any) -> None:
    found = {key: text for key, text in catalogue(language).items() if "§" in text}
    assert len(found) > 60
    assert {key: missing(text) for key, text in found.items() if missing(text)} == {}


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_cites_is_in_its_act(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert missing(text) == set()
    for first, last in OF_457.findall(text):
        assert 1 <= int(first) <= int(last or first) <= SECTIONS_OF_457_2024


def test_the_page_of_duties_names_the_duties() -> None:
    text = (ROOT / "docs" / "duties.md").read_text("utf-8")
    assert {10, 11, 21, 70, 78, 102} <= {section for section, _ in cited(text)}


def test_the_subsections_that_rules_count_are_those_of_the_act() -> None:
    assert {*range(1, 103)} == set(ASIAKASTIETOLAKI)
    assert list(SUBSECTIONS) == [ASIAKASTIETOLAKI[section][1] for section in range(1, 103)]
    assert set(OTHER_SECTIONS) <= set(ASIAKASTIETOLAKI)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("55 §:n 2 momentissa on", {(55, 2)}),
        ("53 § 2 and 5 mom. and 55 §", {(53, 5), (55, 1)}),
        ("49 § 1-2 mom., 53-55 §", {(49, 2), (53, 1), (54, 1), (55, 1)}),
        ("621/1999 26 §, 29 §", set()),
    ],
)
def test_citations_are_found_as_texts_write_them(text: str, found: set[tuple[int, int]]) -> None:
    assert set(cited(text)) == found
