"""The language of a notice: any tag of BCP 47, through the Bundle and back."""

from __future__ import annotations

import random

import pytest
from notices import NOW, full

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.verifier import check_structure

TAGS = ["fi", "se", "smn", "de-CH-1996", "zh-Hant-TW", "en-GB-oed", "zh-min-nan", "x-savo",
        "en-a-bbb-x-a-ccc"]  # fmt: skip


@pytest.mark.parametrize("tag", TAGS)
def test_a_language_is_sent_and_read_back(tag: str, edition: Edition) -> None:
    notice = DisclosureNotice.model_validate({**full(), "language": tag})
    setup = Setup(Settings.stand_in(), edition, Sources(lambda: NOW, random.Random(1)))
    made = build([notice], setup)
    assert {e["resource"].get("language") for e in made.bundle["entry"]} == {None, tag}
    assert check_structure(made.bundle, edition) == ()
    assert read_bundle(made.bundle, edition.wire) == made.notices
