"""An outbox of its own on asyncio waits for its database in threads; hosts see only the loop."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextvars import ContextVar

import pytest
from outbox_parts import TIMING, fast

from sha_disclosure import AsyncKantaClient, AsyncOutbox
from sha_disclosure.events import NoticeAdded, NoticeDelivered
from sha_disclosure.outbox import Outbox

REQUEST = ContextVar("REQUEST", default="")


@pytest.fixture
async def client(sandbox):
    async with AsyncKantaClient(fast(sandbox.settings())) as made:
        yield made


async def test_listeners_hear_in_the_loop_before_the_call_returns(file, client, prepare):
    heard = []

    def listener(event):
        heard.append((type(event), threading.current_thread(), asyncio.get_running_loop()))

    async with AsyncOutbox(file, listeners=[listener]) as outbox:
        here = (threading.current_thread(), asyncio.get_running_loop())
        await outbox.add(prepare())
        assert heard == [(NoticeAdded, *here)]
        await outbox.drain(client, timing=TIMING)
        assert heard[1:] == [(NoticeDelivered, *here)]


async def test_submissions_run_in_the_loop_and_the_context_of_the_drain(file, client, prepare):
    seen = []

    class Looks:
        async def submit(self, prepared, *, listener=None, stop=None):
            seen.append((threading.current_thread(), REQUEST.get()))
            return await client.submit(prepared, listener=listener, stop=stop)

        async def confirms(self, refusal):
            return True

        async def renew_when_due(self):
            pass

    REQUEST.set("a request")
    async with AsyncOutbox(file) as outbox:
        await outbox.add(prepare())
        await outbox.drain(Looks(), timing=TIMING)
    assert seen == [(threading.current_thread(), "a request")]


async def test_the_loop_goes_on_while_another_program_locks_the_file(file, client, prepare):
    async with AsyncOutbox(file) as outbox:
        await outbox.add(prepare())
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        calls = [
            asyncio.create_task(outbox.add(prepare())),
            asyncio.create_task(outbox.drain(client, timing=TIMING)),
        ]
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert not any(each.done() for each in calls)
        other.execute("COMMIT")
        other.close()
        await asyncio.gather(*calls)
        await outbox.drain(client, timing=TIMING)
        assert (await outbox.status()).counts["delivered"] == 2


async def test_a_loop_that_ends_ends_the_drain(file, prepare):
    """``asyncio.run`` cancels the tasks that are left: the workers', too."""
    begun = threading.Event()

    class Never:
        async def submit(self, prepared, *, listener=None, stop=None):
            begun.set()
            await asyncio.Event().wait()

        async def confirms(self, refusal):
            return True

        async def renew_when_due(self):
            pass

    async def host():
        outbox = AsyncOutbox(file)
        await outbox.add(prepare())
        await outbox.drainer(Never(), workers=3, timing=TIMING).start()
        while not begun.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return outbox

    left = await asyncio.to_thread(asyncio.run, host())
    for each in threading.enumerate():
        if each.name == "outbox-writer":
            each.join(10)
            assert not each.is_alive()
    with Outbox(file) as outbox:
        assert outbox.status().counts["sending"] == 0
    await left.aclose()
