"""What the tests of the outbox share."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from notices import identity_code
from places import NOTICES, ROOT
from proofs import proof

from sha_disclosure import AsyncKantaClient, DisclosureNotice, KantaClient, Settings
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.outbox import Outbox, Timing
from sha_disclosure.settings import Retry
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Received, Sandbox
from sha_disclosure.values import PersonalId, PersonName

EXAMPLE = NOTICES / "disclosed-to-client.json"
TIMING = Timing(lease_s=2.0, poll_s=0.05, patience_s=3.0)
LONG_LEASES = Timing(lease_s=600.0, poll_s=0.05, patience_s=60.0)
SECRET = "Salaisuus-Istutettu"

on_a_server_too = pytest.mark.parametrize(
    "place", ["sqlite", "postgresql", proof("mariadb")], indirect=True
)
"""PostgreSQL in the short run too, where others leave the servers to the proofs."""


def notice_about(client: int) -> DisclosureNotice:
    """Return a notice about one of many artificial clients, with a planted secret as name."""
    data = DisclosureNotice.model_validate_json(EXAMPLE.read_bytes())
    code = identity_code(date(1950, 1, 1) + timedelta(days=client // 100), 900 + client % 100)
    about = data.client.model_copy(
        update={"personal_id": PersonalId(code), "family_name": PersonName(SECRET)}
    )
    return data.model_copy(update={"id": None, "client": about})


def fast(settings: Settings, **policy: float) -> Settings:
    """Return settings whose submissions try once."""
    retry = Retry(**{"attempts": 1, "base_s": 0.01, "longest_s": 0.02, **policy})
    return settings.model_copy(update={"retry": retry})


def until(seen: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something is seen."""
    ends = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < ends, "not seen in time"
        time.sleep(0.01)


@dataclass
class Ahead:
    """A clock that can be set ahead; one with a ``pace`` runs so many times as fast."""

    by: timedelta = timedelta(0)
    pace: int = 1
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.began + (datetime.now(UTC) - self.began) * self.pace + self.by


def hurried() -> Sources:
    """Return sources whose clock makes the waits of an outbox short; with ``LONG_LEASES``."""
    return Sources(clock=Ahead(pace=50))


@dataclass
class Holds:
    """A client whose submissions wait until they are let go."""

    kanta: KantaClient
    began: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def submit(self, prepared: Any, *, listener: Any = None) -> Receipt:
        """Send, after a while."""
        self.began.set()
        assert self.goes_on.wait(60)
        return self.kanta.submit(prepared, listener=listener)


@dataclass
class AsyncHolds:
    """The same for asyncio."""

    kanta: AsyncKantaClient
    began: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(self, prepared: Any, *, listener: Any = None, stop: Any = None) -> Receipt:
        """Send, after a while."""
        self.began.set()
        async with asyncio.timeout(60):
            await self.goes_on.wait()
        return await self.kanta.submit(prepared, listener=listener, stop=stop)

    async def confirms(self, refusal: Any) -> bool:
        """Do as the client does."""
        return await self.kanta.confirms(refusal)

    async def renew_when_due(self) -> None:
        """Do as the client does."""
        await self.kanta.renew_when_due()


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process of the tests."""
    path = os.pathsep.join((str(ROOT), str(Path(__file__).parent), str(ROOT / "tests")))
    return {**os.environ, "PYTHONPATH": path, **more}


def received(sandbox: Sandbox, ids: Iterable[str]) -> list[Received]:
    """Return what a session's sandbox stored of some notices, without reading all it holds."""
    return [found for each in ids for found in sandbox.received(each)]


def proven(outbox: Outbox, sandbox: Sandbox, added: dict[str, bytes | str]) -> str:
    """Check that nothing is lost or altered; return the figures."""
    stored = {r.notice_id: r for r in received(sandbox, added)}
    lost = set(added) - set(stored)
    assert not lost
    altered = [i for i, known in added.items() if known not in (stored[i].body, stored[i].sha256)]
    assert not altered
    twice = {i for i, r in stored.items() if r.deliveries > 1}
    marked = {notice_id for notice_id in added if outbox.evidence(notice_id)["possibly_duplicated"]}
    assert twice <= marked
    second = sum(r.deliveries - 1 for r in stored.values())
    return (
        f"added {len(added)}, delivered at least once {len(stored)}, second deliveries {second} "
        f"(of {len(twice)} notices, all marked possibly_duplicated; marked {len(marked)}), "
        f"altered {len(altered)}, lost {len(lost)}"
    )
