"""Signed Bundles of every kind of notice, and a run against a package made up for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from core import with_core
from made_up import Resource, as_folder
from notices import NOW
from pyrofile_models import read_few

from sha_disclosure.delivery.prepare import Setup, build, sign
from sha_disclosure.editions import Edition
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.notice.examples import example_notices
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.conformance.bundles import LabelledBundle
from sha_disclosure.tools.conformance.packages import Package, load_packages
from sha_disclosure.tools.conformance.report import Report, conformance
from sha_disclosure.tools.conformance.signing import throw_away_identity

Run = Callable[..., Report]

_few_models = pytest.fixture(autouse=True)(read_few)


@pytest.fixture(scope="session")
def bundles(edition: Edition) -> tuple[LabelledBundle, ...]:
    """A signed Bundle of every kind of notice."""
    setup = Setup(Settings.stand_in(), edition, Sources(clock=lambda: NOW))
    signer = BundleSigner(throw_away_identity(NOW, edition), edition)
    made = []
    for name, text in example_notices().items():
        notice = DisclosureNotice.model_validate_json(text)
        made.append(LabelledBundle(name, sign(build([notice], setup), setup, signer).bundle()))
    return tuple(made)


@pytest.fixture
def run(tmp_path: Path, edition: Edition, bundles: tuple[LabelledBundle, ...]) -> Run:
    """Run against a package of these resources, with these kinds of notices or with all."""

    def against(
        resources: dict[str, Resource], *names: str, base: Package | None = None, **manifest: object
    ) -> Report:
        given = load_packages([as_folder(tmp_path / "made-up", resources, **manifest)])
        packages = with_core(given, base)
        wanted = [m for m in bundles if m.label in names or not names]
        return conformance(packages, edition, wanted)

    return against
