"""pyrofile reads the 140 models of fhir.resources, of which Bundles need a few, in five seconds."""

from __future__ import annotations

from functools import cache
from importlib import import_module

import pytest
from reconstruction.base import RESOURCES


@cache
def models() -> dict[str, type]:
    """Return the models of what stands in a Bundle, by their names."""
    return {
        name: getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
        for name in RESOURCES
    }


def read_few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pyrofile read the models of a Bundle only, except in proofs."""
    if request.node.get_closest_marker("proof") is None:
        found = "pyrofile_validator.core.definitions._discover_r4b_models"
        monkeypatch.setattr(found, models)
