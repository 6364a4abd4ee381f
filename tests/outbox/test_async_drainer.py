"""Supervised draining on asyncio: it goes on whatever fails, is watched, and stops when told to."""

from __future__ import annotations

import asyncio
import time

import pytest
from outbox_parts import TIMING, AsyncHolds, fast
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from sha_disclosure import AsyncKantaClient, AsyncOutbox, Outbox
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import ConfigurationError, OutboxError, Unavailable
from sha_disclosure.events import DrainRestarted
from sha_disclosure.outbox import OutboxKey


async def until(seen, seconds=60.0):
    """Wait until something is seen."""
    async with asyncio.timeout(seconds):
        while not await seen():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.02)


def delivered(outbox, count):
    async def seen():
        return (await outbox.status()).counts["delivered"] == count

    return seen


def shown(drainer, **wanted):
    async def seen():
        health = drainer.health().to_dict()
        return all(health[name] == value for name, value in wanted.items())

    return seen


@pytest.fixture
async def client(sandbox, edition):
    async with AsyncKantaClient(fast(sandbox.settings()), edition=edition) as made:
        yield made


async def test_it_delivers_what_is_added_until_it_is_stopped(file, client, prepare):
    async with AsyncOutbox(file) as outbox:
        drainer = outbox.drainer(client, timing=TIMING)
        assert drainer.health().to_dict() == {
            "ok": False, "running": False, "beat_age_s": None, "restarts": 0, "last_error": None
        }  # fmt: skip
        assert await drainer.stop()  # does nothing before the start
        async with drainer:
            await outbox.add(prepare())
            await until(delivered(outbox, 1))
            await outbox.add(prepare())
            await until(delivered(outbox, 2))
            assert await drainer.start() is drainer  # runs already
            await until(shown(drainer, ok=True, running=True, restarts=0))
        assert not drainer.health().running
        assert drainer.report().delivered == 2
        await outbox.add(prepare())
        async with drainer:  # and again
            await until(delivered(outbox, 3))


async def test_a_drain_that_fails_is_begun_anew(file, client, prepare):
    heard = []
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
    async with AsyncOutbox(engine, listeners=[heard.append]) as outbox:
        async with engine.begin() as host:
            await host.execute(text("ALTER TABLE sha_outbox_message RENAME TO away"))
        async with outbox.drainer(client, timing=TIMING) as drainer:
            await until(shown(drainer, running=True, restarts=1, last_error="OutboxError"))
            async with engine.begin() as host:
                await host.execute(text("ALTER TABLE away RENAME TO sha_outbox_message"))
            await outbox.add(prepare())
            await until(delivered(outbox, 1))
            await until(shown(drainer, ok=True))
    await engine.dispose()
    restarts = [each for each in heard if isinstance(each, DrainRestarted)]
    assert restarts[0].outcome == "OutboxError"


@pytest.mark.proof
@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
async def test_it_outlives_a_restart_of_its_database(server, client, prepare, driver):
    with server.database() as address:
        if not address.startswith("postgresql:"):
            pytest.skip("asyncio has no driver for it here")
        async with (
            AsyncOutbox(address.replace("postgresql:", f"postgresql+{driver}:")) as outbox,
            outbox.drainer(client, timing=TIMING) as drainer,
        ):
            await outbox.add(prepare())
            await until(delivered(outbox, 1))
            await asyncio.to_thread(server.restart)
            with Outbox(address) as beside:
                beside.add(prepare())
                await until(lambda: asyncio.to_thread(two_delivered, beside), 60)
            await until(shown(drainer, ok=True))


def two_delivered(outbox):
    return outbox.status().counts["delivered"] == 2


async def test_a_stop_ends_every_wait_at_once(file, prepare):
    class Down:
        async def submit(self, prepared, *, listener=None, stop=None):
            raise Unavailable("down")

        async def confirms(self, refusal):
            return True

        async def renew_when_due(self):
            pass

    async with AsyncOutbox(file) as outbox:
        await outbox.add(prepare())
        patient = Breaker(threshold=1, pause_s=60)
        drainer = await outbox.drainer(Down(), breaker=patient).start()

        async def tried():
            return (await outbox.list())[0].tries

        await until(tried)
        began = time.monotonic()
        assert await drainer.stop()
        assert time.monotonic() - began < 20


async def test_a_stop_that_has_no_time_says_so(file, client, prepare):
    async with AsyncOutbox(file) as outbox:
        await outbox.add(prepare())
        holds = AsyncHolds(client)
        drainer = await outbox.drainer(holds, timing=TIMING).start()
        async with asyncio.timeout(60):
            await holds.began.wait()
        assert not await drainer.stop(timeout=0.1)
        holds.goes_on.set()
        assert await drainer.stop(timeout=60)
        assert (await outbox.status()).counts["delivered"] == 1


async def test_what_can_never_drain_is_refused_at_once(file, client, prepare):
    async with AsyncOutbox(file) as outbox:
        await outbox.add(prepare())
        with pytest.raises(ConfigurationError):
            await outbox.drainer(client, workers=0).start()
    async with AsyncOutbox(file, keys=[OutboxKey(bytes(32))]) as outbox:
        with pytest.raises(OutboxError):
            await outbox.drainer(client).start()


@pytest.mark.parametrize("own", [True, False])
async def test_a_closed_outbox_refuses_by_name(file, client, prepare, own):
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
    prepared = prepare()
    async with AsyncOutbox(file if own else engine) as outbox:
        await outbox.add(prepared)
    refused = (
        outbox.open(),
        outbox.add(prepared),
        outbox.drain(client),
        outbox.drainer(client).start(),
        outbox.status(),
        outbox.list(),
        outbox.__aenter__(),
    )
    for call in refused:
        with pytest.raises(ConfigurationError, match="This outbox is closed"):
            await call
    await outbox.aclose()  # a second time does no harm
    await engine.dispose()
