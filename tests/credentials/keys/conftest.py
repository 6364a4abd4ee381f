"""A token with three keys, and a sandbox that trusts their certificates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from softhsm import PIN, HsmKey, SoftHsm, why_missing
from token_bench import Bench

from sha_disclosure.tools.sandbox import Sandbox

KEYS = {"rsa": "rsa-3072", "ec": "p256", "ec384": "p384", "card": "rsa-2048-always"}


@pytest.fixture(scope="session")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    if reason := why_missing():
        pytest.skip(reason)
    made = SoftHsm(tmp_path_factory.mktemp("softhsm"))
    os.environ["HSM_PIN"] = PIN
    made.make_token("organisation")
    yield made
    del os.environ["HSM_PIN"], os.environ["SOFTHSM2_CONF"]


@pytest.fixture(scope="session")
def hsm_keys(hsm: SoftHsm) -> dict[str, HsmKey]:
    """RSA-3072, P-256, P-384, and RSA-2048 that wants the PIN at each signature."""
    return {
        label: hsm.make_key("organisation", label, kind, number)
        for number, (label, kind) in enumerate(KEYS.items(), 1)
    }


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def bench(
    hsm: SoftHsm, hsm_keys: dict[str, HsmKey], sandbox: Sandbox, tmp_path: Path
) -> Iterator[Bench]:
    yield Bench(hsm, hsm_keys, sandbox, tmp_path)
    with hsm.module.turn():
        hsm.module.restart()  # logged out, for the next test
