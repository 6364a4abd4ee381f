"""Fixtures shared by all tests: nothing here reads a clock, draws chance or waits."""

from __future__ import annotations

import gc
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from notices import NOW
from places import NOTICES
from proofs import PROFILE, TIMES

from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources

# Installed, pytest finds it by itself; a checkout may be installed in an older version.
pytest_plugins = ["sha_disclosure.testing"]

for profile, examples in (("short", 15), ("long", 200 * TIMES)):
    hypothesis_settings.register_profile(
        profile, max_examples=examples, deadline=None, derandomize=True, database=None
    )
hypothesis_settings.load_profile(PROFILE)

_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30


def pytest_configure() -> None:
    """Keep temporary files in memory where it has room: their databases wait for no disk then."""
    if "TMPDIR" in os.environ or not _MEMORY.is_dir() or os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the tests out of every search for garbage: thousands of objects that all stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@dataclass
class Sleeper:
    """A sleep that only remembers how long it was asked to wait."""

    waits: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The shipped edition."""
    return load_edition()


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The sandbox's sender."""
    return Settings.stand_in()


@pytest.fixture
def fixed_clock() -> Callable[[], datetime]:
    """A clock that stands still at 2026-11-22T10:00:00Z."""
    return lambda: NOW


@pytest.fixture
def sleeper() -> Sleeper:
    """The sleep of ``sources``, with its record of waits."""
    return Sleeper()


@pytest.fixture
def sources(fixed_clock: Callable[[], datetime], sleeper: Sleeper) -> Sources:
    """Sources that repeat: a standing clock, seeded chance, no waiting."""
    return Sources(clock=fixed_clock, randomness=random.Random(1), sleep=sleeper)


@pytest.fixture(scope="session")
def notice_texts() -> dict[str, str]:
    """The example notices by name, as their files hold them."""
    return {path.stem: path.read_text("utf-8") for path in sorted(NOTICES.glob("*.json"))}


@pytest.fixture
def bundle() -> dict[str, Any]:
    """A Bundle as the builders give it: element order of FHIR, Finnish text."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:oid:1.2.246.10.12345678.10.0.95.2026.1",
                "resource": {
                    "resourceType": "AuditEvent",
                    "recorded": "2026-11-15T11:00:00+02:00",
                    "outcomeDesc": 'Rekisterinpitäjä / "A"\n€ 😀',
                    "agent": [{"requestor": True}, {"requestor": False}],
                },
                "request": {"method": "POST", "url": "AuditEvent"},
            }
        ],
    }
