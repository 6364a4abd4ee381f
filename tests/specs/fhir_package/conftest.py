"""What the tests of the FHIR package share."""

from __future__ import annotations

import json

import pytest
from places import GOLDEN
from pyrofile_models import read_few

from tests.specs.fhir_package.engines import Engine, Json, pyrofile

_few_models = pytest.fixture(autouse=True)(read_few)


@pytest.fixture(scope="session")
def golden() -> dict[str, Json]:
    """The golden Bundles by name."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(GOLDEN.glob("*.json"))}


@pytest.fixture(scope="session")
def by_profiles(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """pyrofile with the base standard and the reconstructed package."""
    return pyrofile(tmp_path_factory.mktemp("definitions"))
