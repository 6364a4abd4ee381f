"""Whatever an independent FHIR engine refuses of a mutated Bundle, the verifier refuses too."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import fhirkit
import pytest
from places import GOLDEN

from sha_disclosure.editions import load_edition
from sha_disclosure.tools.verifier import check_structure
from tests.tools.verifier.mutations import mutants

EDITION = load_edition()
BUNDLES = sorted(path.stem for path in GOLDEN.glob("*.json"))


def missed(name: str, *, every: int) -> tuple[int, int, list[str]]:
    """Return how many mutants there were, how many the engine refused, and which were missed."""
    count = refused = 0
    passed = []
    bundle = json.loads((GOLDEN / f"{name}.json").read_bytes())
    for what, mutant in itertools.islice(mutants(bundle), 0, None, every):
        count += 1
        if fhirkit.validate(json.dumps(mutant)):
            refused += 1
            if not check_structure(mutant, EDITION):
                passed.append(what)
    assert bundle == json.loads((GOLDEN / f"{name}.json").read_bytes())
    return count, refused, passed


@pytest.mark.parametrize("name", BUNDLES)
def test_a_sample_of_the_mutants_of_each_bundle_is_refused(name: str) -> None:
    count, refused, passed = missed(name, every=97)
    assert count > 30
    assert refused > count // 3
    assert passed == []


@pytest.mark.proof
@pytest.mark.parametrize("name", BUNDLES)
def test_every_mutant_the_engine_refuses_is_refused(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    count, refused, passed = missed(name, every=1)
    record_property("mutants", count)
    record_property("refused by fhirkit-rs", refused)
    assert count > 3000
    assert passed == []


KINDS = {
    "contained.0.name: a boolean",
    "contained.1.organization: a text",
    "contained.0.identifier: a number",
    "meta: an unknown member",
    "contained.0.extension.0.valueCoding: an unknown member",
    "contained.2.identifier: doubled",
}


def test_the_kinds_of_fault_that_once_passed_are_refused() -> None:
    bundle = json.loads((GOLDEN / "permission-to-organisation.json").read_bytes())
    seen = set()
    for what, mutant in mutants(bundle):
        place = what.removeprefix("entry.0.resource.")
        if place in KINDS:
            seen.add(place)
            assert check_structure(mutant, EDITION), what
    assert seen == KINDS
