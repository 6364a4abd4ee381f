"""What docs/organisations.md shows works as it stands there."""

import re

from places import ROOT

from sha_disclosure import Settings
from sha_disclosure.editions import load_edition
from sha_disclosure.settings.organisations import (
    refuse_brokering,
    requesters_by_controller,
    settings_by_requester,
)

PAGE = (ROOT / "docs" / "organisations.md").read_text("utf-8")


def block(containing: str) -> str:
    (found,) = [t for t in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if containing in t]
    return found.replace("https://...", "https://kanta.example")


def test_the_settings_are_settings(tmp_path):
    file = tmp_path / "sha-disclosure.toml"
    file.write_text(block("[[organisation]]"), "utf-8")
    settings = Settings.load(file, variables={})
    refuse_brokering(settings, load_edition())
    assert len(settings_by_requester(settings)) == 3
    assert len(requesters_by_controller(settings)) == 4


def test_the_edition_allows_brokers(tmp_path):
    file = tmp_path / "ours-1.toml"
    file.write_text(block("based_on"), "utf-8")
    assert load_edition(file).wire.content_signature.broker == "allowed"


def test_every_file_it_points_at_is_there():
    named = re.findall(r"\]\((?!http)([^)#]+)\)", PAGE)
    proofs = re.findall(r"`(tests/[^`]+\.py)`", PAGE)
    assert named
    assert proofs
    for target in named:
        assert (ROOT / "docs" / target).exists(), target
    for target in proofs:
        assert (ROOT / target).exists(), target
