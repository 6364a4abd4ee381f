"""What is seen of every entry of the edition: seen once for all tests."""

from __future__ import annotations

import pytest
from traceability.observing import Observation, Observer

from sha_disclosure.editions import load_edition


@pytest.fixture(scope="session")
def observer() -> Observer:
    return Observer(load_edition())


@pytest.fixture(scope="session")
def observed(observer: Observer) -> dict[str, Observation]:
    """What each entry does, by its key."""
    return {each.entry.key: each for each in observer.observe()}
