"""The Bundle of the official example's case: every public value is there, all else is told apart.

What is public, and where: tests/data/published-example.toml.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from notices import NOW
from places import ROOT
from traceability.facts import facts

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import load_edition
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources

Data = dict[str, Any]
EXAMPLE: Data = tomllib.loads((ROOT / "tests/data/published-example.toml").read_text("utf-8"))
PUBLISHED: list[Data] = EXAMPLE["published"]
NOT_PUBLIC: list[Data] = EXAMPLE["not_public"]
BEARING = {"inferred": {"published", "inferred"}, "assumed": {"assumed", "unknown"}}


def leaves(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(f"{place}.{name}", member)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from leaves(f"{place}[{index}]", member)
    else:
        yield place, value


def built(**discloser: Any) -> Data:
    data = json.loads((ROOT / EXAMPLE["notice"]).read_text("utf-8"))
    data["discloser"] |= discloser
    sources = Sources(lambda: NOW, random.Random(1), lambda _: None)
    notice = DisclosureNotice.model_validate(data)
    bundle: Data = build([notice], Setup(Settings.stand_in(), load_edition(), sources)).bundle
    return bundle


@pytest.fixture(scope="module")
def ours() -> Data:
    """Every value of our Bundle by its place."""
    return dict(leaves("Bundle", built(authentication_method=EXAMPLE["authentication_method"])))


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["place"])
def test_a_public_value_stands_where_the_example_has_it(row: Data, ours: Data) -> None:
    place = row["place"]
    assert place in ours
    if "value" in row:
        assert ours[place] == row["value"]
    else:
        assert str(ours[place]).startswith(row.get("begins", ""))
        assert row.get("there", "begins" in row)


def test_the_notice_file_itself_gives_all_of_it_but_the_method_of_authentication() -> None:
    plain = dict(leaves("Bundle", built()))
    absent = {row["place"] for row in PUBLISHED} - set(plain)
    assert {place.partition("extension[1]")[0] for place in absent} == {
        "Bundle.entry[0].resource.contained[2]."
    }
    for row in PUBLISHED:
        if "value" in row and row["place"] not in absent:
            assert plain[row["place"]] == row["value"]


def test_nothing_precedes_the_entries_of_the_bundle_but_its_type() -> None:
    assert list(built()) == ["resourceType", "type", "entry"]


def test_every_other_value_is_listed_as_not_public(ours: Data) -> None:
    public = {row["place"] for row in PUBLISHED}
    rows = [row["place"] for row in NOT_PUBLIC]
    covered = {place: [row for row in rows if begins(place, row)] for place in ours}
    assert [place for place, found in covered.items() if place not in public and not found] == []
    assert [place for place, found in covered.items() if place in public and found] == []
    assert [place for place, found in covered.items() if len(found) > 1] == []
    assert set(rows) == {row for found in covered.values() for row in found}


def begins(place: str, row: str) -> bool:
    return place.startswith(row) and place[len(row) : len(row) + 1] in {"", ".", "["}


@pytest.mark.parametrize("row", NOT_PUBLIC, ids=lambda row: row["place"])
def test_what_is_not_public_rests_on_a_fact_that_says_no_more(row: Data) -> None:
    (fact,) = (fact for fact in facts() if fact.id == row["rests_on"])
    assert fact.status in BEARING[row["status"]]


def test_sources_are_those_of_the_edition() -> None:
    text = (ROOT / "sha_disclosure/editions/kanta-1.0.0.toml").read_text("utf-8")
    assert {row["source"] for row in PUBLISHED} <= set(tomllib.loads(text)["sources"])
