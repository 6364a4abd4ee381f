"""The outbox on asyncio: the host's own AsyncSession, and a drain over AsyncKantaClient."""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import product
from typing import Any

import pytest
from outbox_parts import LONG_LEASES, TIMING, AsyncHolds, fast, hurried, notice_about, proven
from proofs import proof
from sqlalchemy import text
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_scoped_session,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session

from sha_disclosure import AsyncKantaClient, AsyncOutbox, Outbox
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import (
    ConfigurationError,
    OutboxError,
    OutboxFull,
    ReferenceTaken,
    Unavailable,
)
from sha_disclosure.events import RetryScheduled
from sha_disclosure.outbox import OutboxKey

one_driver = pytest.mark.parametrize(
    "url", ["aiosqlite", *map(proof, ["asyncpg", "psycopg"])], indirect=True
)
"""Where the driver is not the subject, the others are left to the proofs."""


@pytest.fixture(params=["aiosqlite", "asyncpg", "psycopg"])
def url(request, file):
    """The address of a new database by each driver of asyncio."""
    if request.param == "aiosqlite":
        yield f"sqlite+aiosqlite:///{file}"
        return
    with request.getfixturevalue("cluster").database() as address:
        yield address.replace("postgresql:", f"postgresql+{request.param}:")


@pytest.fixture
async def engine(url):
    made = create_async_engine(url)
    yield made
    await made.dispose()


@pytest.fixture
async def client(sandbox, edition):
    async with AsyncKantaClient(fast(sandbox.settings()), edition=edition) as made:
        yield made


def callers(engine):
    """Return what opens each kind of transaction that an outbox can join."""
    sessions = async_sessionmaker(engine)
    return sessions, engine.connect, async_scoped_session(sessions, asyncio.current_task)


async def test_disclosure_and_notice_commit_together_or_not_at_all(engine, client, prepare):
    async with AsyncOutbox(engine) as outbox:
        async with engine.begin() as host:
            await host.execute(text("CREATE TABLE disclosure (id INTEGER)"))
        kept = []
        for opened, ends in product(callers(engine), ("rollback", "commit")):
            async with opened() as caller:
                await caller.execute(text("INSERT INTO disclosure VALUES (1)"))
                added = await outbox.add(prepare(), caller)
                await getattr(caller, ends)()
            kept += [added] * (ends == "commit")
            async with engine.connect() as host:
                count = (await host.execute(text("SELECT count(*) FROM disclosure"))).scalar_one()
            assert count == (await outbox.status()).counts["pending"] == len(kept)
        report = await outbox.drain(client, timing=TIMING)
        assert report.delivered == 3
        for (notice_id,) in (each.notice_ids for each in kept):
            assert (await outbox.show(notice_id)).state == "delivered"
            assert (await outbox.evidence(notice_id))["attempts"][0]["outcome"] == "Receipt"


async def test_many_join_the_callers_transaction(engine, prepare):
    async with AsyncOutbox(engine) as outbox:
        kept = []
        for opened, ends in product(callers(engine), ("rollback", "commit")):
            many = [prepare(1), prepare(1)]
            async with opened() as caller:
                added = await outbox.add_many(many, caller)
                await getattr(caller, ends)()
            kept += [each.notice_ids for each in many] * (ends == "commit")
            assert [each.new for each in added] == [True, True]
            assert [each.notice_ids for each in await outbox.list()] == kept
        wrong: Any = Session(engine.sync_engine)
        with pytest.raises(ConfigurationError, match="Session"):
            await outbox.add_many([prepare()], wrong)


async def test_many_are_added_in_order_all_or_none(url, client, prepare):
    first = prepare()
    async with AsyncOutbox(url, limit=3) as outbox:
        assert await outbox.add_many([]) == []
        await outbox.add(first)
        many = [prepare(1), first, prepare(1)]
        added = await outbox.add_many(many)
        assert [each.notice_ids for each in added] == [each.notice_ids for each in many]
        assert [each.new for each in added] == [True, False, True]
        with pytest.raises(OutboxFull):
            await outbox.add_many([prepare()])
        assert (await outbox.drain(client, timing=TIMING)).delivered == 3
        with pytest.raises(OutboxFull):
            await outbox.add_many([prepare() for _ in range(4)])
        wrong: Any = "a notice"
        with pytest.raises(ConfigurationError):
            await outbox.add_many([prepare(), wrong])
        assert (await outbox.status()).counts["pending"] == 0


@one_driver
async def test_many_are_added_and_drained_at_once_none_lost_none_altered(
    url, client, sandbox, prepare
):
    added = {}
    async with AsyncOutbox(url, sources=hurried()) as outbox:

        async def add() -> None:
            prepared = prepare()
            await outbox.add(prepared)
            added[prepared.notice_ids[0]] = prepared.body

        sandbox.inject("status", status=503, times=3)
        sandbox.inject("reset_after", times=2)
        await asyncio.gather(*(add() for _ in range(24)))
        patient = Breaker(threshold=50)  # five workers may meet the five faults in a row
        report = await outbox.drain(client, workers=6, breaker=patient, timing=LONG_LEASES)
        assert (report.delivered, report.lost_leases) == (24, 0)
    address = url.replace("+aiosqlite", "").replace("+asyncpg", "")
    with Outbox(address) as again:  # the same tables
        proven(again, sandbox, added)


@one_driver
async def test_no_more_are_under_way_than_workers_and_the_loop_goes_on(url, prepare):
    now, most, ended, ticks = 0, 0, 0, 0

    class Counts:
        async def submit(self, prepared, *, listener=None, stop=None):
            nonlocal now, most, ended
            now, most = now + 1, max(most, now + 1)
            begun_at = ticks
            while ticks < begun_at + 4:  # noqa: ASYNC110 - the loop is what is looked at
                await asyncio.sleep(0.01)
            now, ended = now - 1, ended + 1
            raise Unavailable("busy")

        async def renew_when_due(self):
            pass

        async def confirms(self, refusal):
            return True

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1
            if ended > 3:
                stop.set()

    async with AsyncOutbox(url) as outbox:
        for _ in range(8):
            await outbox.add(prepare())
        stop = asyncio.Event()
        ticking = asyncio.create_task(tick())
        async with asyncio.timeout(60):
            report = await outbox.drain(
                Counts(), workers=3, until_empty=False, stop=stop, timing=TIMING
            )
        ticking.cancel()
        assert 2 <= most <= 3
        assert report.postponed >= 4
        assert ticks >= 8


async def test_a_cancelled_drain_finishes_what_is_under_way(file, client, prepare):
    async with AsyncOutbox(file) as outbox:
        await outbox.add(prepare())
        holds = AsyncHolds(client)
        drain = asyncio.create_task(outbox.drain(holds, until_empty=False, timing=TIMING))
        async with asyncio.timeout(60):
            await holds.began.wait()
        drain.cancel()
        await asyncio.sleep(0.05)
        holds.goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await drain
        assert (await outbox.status()).counts["delivered"] == 1


async def test_a_stop_ends_every_wait_at_once(file, sandbox, edition, prepare):
    waits = asyncio.Event()
    patient = fast(sandbox.settings(), attempts=6, deadline_s=120, retry_after_longest_s=60)
    async with (
        AsyncKantaClient(
            patient,
            edition=edition,
            listeners=[lambda event: waits.set() if isinstance(event, RetryScheduled) else None],
        ) as client,
        AsyncOutbox(file) as outbox,
    ):
        await outbox.add(prepare())
        sandbox.inject("status", status=503, retry_after="40")
        stop = asyncio.Event()
        drain = asyncio.create_task(
            outbox.drain(client, until_empty=False, stop=stop, timing=TIMING)
        )
        async with asyncio.timeout(60):
            await waits.wait()
        began = time.monotonic()
        stop.set()
        assert (await drain).postponed == 1
        assert time.monotonic() - began < 20


async def test_it_is_kept_as_the_other_is(file, prepare):
    key = OutboxKey(bytes(32))
    async with AsyncOutbox(file, keys=[key], limit=1) as outbox:
        prepared = prepare(reference="a")
        assert (await outbox.add(prepared)).new
        assert not (await outbox.add(prepared)).new
        with pytest.raises(OutboxFull):
            await outbox.add(prepare())
        assert (file.stat().st_mode & 0o777) == 0o600
        assert (await outbox.health(max_age=60)).ok
        assert [e.references for e in await outbox.list()] == [("a",)]
    async with AsyncOutbox(file, keys=[key]) as outbox:
        with pytest.raises(ReferenceTaken):
            await outbox.add(prepare(reference="a"))
    with pytest.raises(ConfigurationError):
        await AsyncOutbox(file).open()
    with pytest.raises(OutboxError):
        await AsyncOutbox(file.parent / "none.sqlite", create=False).open()


@one_driver
async def test_what_it_cannot_join_it_refuses_by_name(file, engine, prepare):
    async with AsyncOutbox(engine) as outbox:
        others: list[Any] = [Session(), engine, object(), engine.sync_engine]
        for given in others:
            with pytest.raises(ConfigurationError, match="Nothing was added"):
                await outbox.add(prepare(), given)
        assert await outbox.list() == []


async def test_a_notice_is_prepared_beside_the_loop(client, prepare, sandbox):
    prepared = await client.prepare_async(notice_about(1))
    assert (await client.submit(prepared)).notices


async def test_an_engine_of_the_callers_is_left_open(engine, prepare):
    async with AsyncOutbox(engine) as outbox:
        await outbox.add(prepare())
    async with AsyncSession(engine) as session:
        count = await session.execute(text("SELECT count(*) FROM sha_outbox_message"))
        assert count.scalar_one() == 1


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("AsyncOutbox", "greenlet", "async"),
        ("OutboxCollector", "prometheus_client", "prometheus"),
    ],
)
def test_a_missing_extra_is_named(monkeypatch, name, package, extra):
    from sha_disclosure import integrations  # noqa: PLC0415

    for module in [each for each in sys.modules if each.startswith(integrations.__name__ + ".")]:
        monkeypatch.delitem(sys.modules, module)
    for module in [package, *(each for each in sys.modules if each.startswith(f"{package}."))]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=rf"\[{extra}\]"):
        getattr(integrations, name)
