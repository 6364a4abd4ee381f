"""pytest fixtures for users of the SDK: a running sandbox and settings that fit it.

In ``conftest.py``: ``pytest_plugins = ["sha_disclosure.testing"]``, or import the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sha_disclosure.settings import Settings
from sha_disclosure.tools.sandbox import Sandbox


@pytest.fixture
def kanta_sandbox() -> Iterator[Sandbox]:
    """Give a fresh sandbox (hiekkalaatikko) that runs for one test and leaves nothing behind."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def kanta_settings(kanta_sandbox: Sandbox) -> Settings:
    """Give the settings of a sender that the test's sandbox trusts."""
    return kanta_sandbox.settings()
