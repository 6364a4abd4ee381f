"""Every golden Bundle and any generated one passes the independent engines.

``FHIR_BUNDLES=1000`` generates so many.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from notices import NOW, Data, notices
from proofs import examples as count
from proofs import sample

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import load_edition
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.verifier import check_structure
from tests.specs.fhir_package.conftest import GOLDEN
from tests.specs.fhir_package.engines import Engine, Json, fhirkit_rs

BUNDLES = int(os.environ.get("FHIR_BUNDLES", count(3, 200)))
EDITION = load_edition()  # hypothesis would print the fixtures in full
SETTINGS = Settings.stand_in()
# An engine takes a good part of a second for a Bundle: shrinking a failure would take minutes.
ONCE: Any = {
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
    "suppress_health_check": (HealthCheck.too_slow,),
}


@pytest.mark.parametrize(
    "name", sample(sorted(path.stem for path in GOLDEN.glob("*.json")), every=4)
)
def test_a_golden_bundle_passes_both_engines(
    name: str, golden: dict[str, Json], by_profiles: Engine
) -> None:
    assert fhirkit_rs(golden[name]) == []
    assert by_profiles(golden[name]) == []


def passes(made: list[Data], by_profiles: Engine) -> None:
    sources = Sources(lambda: NOW, random.Random(1), lambda _: None)
    read = [DisclosureNotice.model_validate(each) for each in made]
    bundle = build(read, Setup(SETTINGS, EDITION, sources)).bundle
    assert fhirkit_rs(bundle) == []
    assert by_profiles(bundle) == []
    assert check_structure(bundle, EDITION) == ()


@given(made=notices())
@examples(max_examples=BUNDLES, **ONCE)
def test_any_bundle_passes_both_engines_and_the_own_checks(made: Data, by_profiles: Engine) -> None:
    passes([made], by_profiles)


@given(first=notices(), second=notices())
@examples(max_examples=max(2, BUNDLES // 10), **ONCE)
def test_a_bundle_of_two_notices_about_one_client_passes(
    first: Data, second: Data, by_profiles: Engine
) -> None:
    second.pop("id", None)
    passes([first, second | {"client": first["client"]}], by_profiles)
