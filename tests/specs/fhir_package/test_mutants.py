"""Every declared fault of a Bundle is caught, by each of those whom specs/fhir/mutants.md names.

``UPDATE_MUTANTS=1`` writes that table anew; look at the difference before you keep it.
"""

from __future__ import annotations

import os

import pytest
from proofs import sample

from tests.specs.fhir_package import table
from tests.specs.fhir_package.catchers import catchers, caught_by, signed
from tests.specs.fhir_package.changes import Mutant
from tests.specs.fhir_package.engines import Engine, Json

Caught = dict[str, frozenset[str]]
OWN = {"structure", "reading", "verify"}


@pytest.fixture(scope="session")
def caught(golden: dict[str, Json], by_profiles: Engine) -> Caught:
    """Who catches each mutant, found by asking all of them."""
    made = {each.what: caught_by(each, golden, by_profiles) for each in table.MUTANTS}
    if os.environ.get("UPDATE_MUTANTS") == "1":
        table.PATH.write_text(table.written(made), "utf-8")
    return made


def test_every_mutant_has_words_of_its_own_and_is_a_fault(golden: dict[str, Json]) -> None:
    words = [each.what for each in table.MUTANTS]
    assert len(set(words)) == len(words) >= 40
    for each in table.MUTANTS:
        whole = signed(golden[each.golden]) if each.signed else golden[each.golden]
        assert each.made(whole) != whole, each.what


@pytest.mark.parametrize("name", sample(sorted({each.golden for each in table.MUTANTS}), 3))
def test_a_bundle_without_a_fault_is_caught_by_nobody(
    name: str, golden: dict[str, Json], by_profiles: Engine
) -> None:
    for column, catcher in catchers(by_profiles).items():
        assert catcher(signed(golden[name])) == [], column
        if column != "verify":
            assert catcher(golden[name]) == [], column


@pytest.mark.proof
def test_no_mutant_goes_uncaught(caught: Caught) -> None:
    assert [what for what, names in caught.items() if not names] == []


@pytest.mark.proof
def test_the_own_checks_leave_no_mutant_to_the_engines_alone(caught: Caught) -> None:
    assert [what for what, names in caught.items() if not names & OWN] == []


@pytest.mark.parametrize("mutant", sample(table.MUTANTS, 8), ids=lambda each: each.what)
def test_each_catcher_the_table_names_catches_the_mutant(
    mutant: Mutant, golden: dict[str, Json], by_profiles: Engine
) -> None:
    named = table.named()[mutant.what]
    assert named, "no row of specs/fhir/mutants.md names a catcher"
    assert named & OWN, "the SDK's own checks leave it to the engines alone"
    assert caught_by(mutant, golden, by_profiles, named) == named


def test_the_table_names_every_mutant_once() -> None:
    assert table.named().keys() == {each.what for each in table.MUTANTS}


@pytest.mark.proof
def test_the_table_is_current(caught: Caught) -> None:
    text = table.PATH.read_text("utf-8")
    assert table.named().keys() == caught.keys()
    # Another version of an engine may catch more; the rows above still hold then.
    if f"Engines: {table.engines()}\n" in text:
        assert text == table.written(caught), "stale: run with UPDATE_MUTANTS=1"
