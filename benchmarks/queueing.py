"""What the outbox costs: adding against a bare durable insert, draining, and full tables."""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from machine import on_service_core
from measuring import Effort, Work, in_turn, processor_seconds
from rig import HERE, NOTICE, Kind, another, keys, notice_about, scratch, service, settings_for
from sqlalchemy import create_engine
from targets import Measured

from sha_disclosure import (
    AsyncKantaClient,
    KantaClient,
    NotSent,
    Outbox,
    OutboxKey,
    PreparedNotice,
    Receipt,
    Settings,
    StoredNotice,
)
from sha_disclosure.events import Listener

DELAY_S = 0.2
HELD = "held"
"""The client whose messages ``Accepts`` holds back."""


def measured(effort: Effort) -> Iterator[Measured]:
    """Measure adding, draining with a quick and with a slow service, and full tables."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, sealed in (("plain", []), ("sealed", [OutboxKey(bytes(32))])):
            yield _adding(name, sealed, folder, effort)
        yield from _drained("sqlite", "P-256", str(folder / "one.sqlite"), effort)
        yield from _drained("sqlite", "RSA-3072", str(folder / "two.sqlite"), effort)
        with postgresql() as place:
            if place:
                yield from _drained("postgresql", "P-256", place, effort)
        yield from _slow(folder, effort)
    with scratch() as quick:
        yield _behind_blocked(quick / "blocked.sqlite", effort)
        yield from _full(quick / "full.sqlite", effort)


class Accepts:
    """A service that costs nothing; messages of the client ``HELD`` it cannot take for long."""

    def submit(
        self,
        prepared: PreparedNotice,
        *,
        listener: Listener | None = None,  # noqa: ARG002 - there is nothing to hear
    ) -> Receipt:
        """Return a receipt."""
        if prepared.client == HELD:
            later = datetime.now(UTC) + timedelta(minutes=30)
            raise NotSent("held", notice_ids=prepared.notice_ids, retry_at=later)
        stored = tuple(StoredNotice(n, "201 Created", None, None) for n in prepared.notice_ids)
        return Receipt(stored, "r", None, 1, prepared.prepared_at)


def prepared_notice() -> PreparedNotice:
    """Return one prepared notice, to be added under other ids."""
    with keys() as pki, KantaClient(settings_for(pki.folder)) as kanta:
        return kanta.prepare(NOTICE)


def fill(place: Path, messages: Iterable[PreparedNotice]) -> None:
    """Add many messages to an outbox's file, in one transaction."""
    Outbox(place).close()  # makes the file, which nobody else may read
    engine = create_engine(f"sqlite:///{place}")
    with Outbox(engine, limit=10**9) as outbox, engine.begin() as connection:
        for each in messages:
            outbox.add(each, connection)
    engine.dispose()


def _adding(name: str, sealed: Sequence[OutboxKey], folder: Path, effort: Effort) -> Measured:
    """Add new messages; the floor inserts the same body as durably, with nothing around it."""
    model = prepared_notice()
    # Prepared notices come ready from elsewhere, so they are made before the clock runs.
    ready = iter([another(model, str(n), str(n)) for n in range(30_000)])
    floor = sqlite3.connect(folder / f"floor-{name}.sqlite", isolation_level=None)
    floor.execute("PRAGMA journal_mode = WAL")
    floor.execute("PRAGMA synchronous = FULL")
    floor.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, id TEXT, body BLOB)")
    insert = "INSERT INTO row (id, body) VALUES ('1.2.3', ?)"
    with Outbox(folder / f"{name}.sqlite", limit=10**9, keys=sealed) as outbox:
        timed = in_turn(
            {
                "add": lambda: outbox.add(next(ready)),
                "floor": lambda: floor.execute(insert, (model.body,)),
            },
            effort,
        )
    floor.close()
    ours, least = (timed.seconds(each) * 1e6 for each in ("add", "floor"))
    return Measured(f"add.{name}", timed.throughput("add", "floor"), ours, least)


def _drained(base: str, kind: Kind, place: str, effort: Effort) -> Iterator[Measured]:
    """Drain with two workers, against one thread that submits the same messages."""
    count = effort.count(600, least=10)
    pairs: list[tuple[float, float]] = []
    with (
        keys(kind) as pki,
        service(pki.folder) as running,
        KantaClient(settings_for(pki.folder, running.port)) as kanta,
        Outbox(place) as outbox,
    ):
        model = kanta.prepare(NOTICE)
        for _ in range(max(3, effort.rounds // 2)):
            for one in range(count):
                outbox.add(kanta.prepare(notice_about(one)))
            drained = _seconds(lambda: outbox.drain(kanta, workers=2))
            alone = _seconds(lambda: [kanta.submit(model) for _ in range(count)])
            pairs.append((drained / count, alone / count))
    share = statistics.median(alone / drained for drained, alone in pairs)
    ours, floor = (statistics.median(each) * 1e6 for each in zip(*pairs, strict=True))
    yield Measured(f"drain.{base}.{kind}", share, ours, floor)


def _slow(folder: Path, effort: Effort) -> Iterator[Measured]:
    """Drain a service that takes its time, with many workers; submit to it with asyncio."""
    rounds = effort.count(40, least=3)
    with keys() as pki, service(pki.folder, DELAY_S) as running:
        settings = settings_for(pki.folder, running.port)
        ideal = rounds * DELAY_S
        with KantaClient(settings) as kanta:
            model = kanta.prepare(NOTICE)
            for workers in (8, 32, 120):
                with Outbox(folder / f"slow{workers}.sqlite") as outbox:
                    several = map(notice_about, range(workers * rounds))
                    outbox.add_many([kanta.prepare(each) for each in several])
                    took = _seconds(lambda: outbox.drain(kanta, workers=workers))  # noqa: B023
                parts = (took / workers / rounds * 1e6, ideal / workers / rounds * 1e6)
                yield Measured(f"drain.slow.{workers}", ideal / took, *parts)
        took = asyncio.run(_submitted_at_once(settings, model, 120, rounds))
        parts = (took / 120 / rounds * 1e6, ideal / 120 / rounds * 1e6)
        yield Measured("submit.slow.120", ideal / took, *parts)


async def _submitted_at_once(
    settings: Settings, model: PreparedNotice, workers: int, rounds: int
) -> float:
    async with AsyncKantaClient(settings) as kanta:

        async def submit_some() -> None:
            for _ in range(rounds):
                await kanta.submit(model)

        await asyncio.gather(*(kanta.submit(model) for _ in range(workers)))  # connections made
        began = time.perf_counter()
        await asyncio.gather(*(submit_some() for _ in range(workers)))
        return time.perf_counter() - began


def _behind_blocked(place: Path, effort: Effort) -> Measured:
    """Deliver messages of others before and after one client's messages came to wait."""
    model, count = prepared_notice(), effort.count(100_000)
    free = delivering(place, model, "before")
    fill(place, (another(model, f"{HELD}.{n}", HELD) for n in range(count)))
    with Outbox(place) as outbox:
        outbox.drain(Accepts())
    behind = delivering(place, model, "behind")
    return Measured("held.lease", (behind - free) * 1e3, behind * 1e3, free * 1e3)


def delivering(place: Path, model: PreparedNotice, name: str, count: int = 100) -> float:
    """Return the processor seconds of delivering one of ``count`` messages of other clients."""
    fill(place, (another(model, f"{name}.{n}", f"{name}.{n}") for n in range(count)))
    with Outbox(place) as outbox:
        return processor_seconds(lambda: outbox.drain(Accepts()), times=1) / count


def _full(place: Path, effort: Effort) -> Iterator[Measured]:
    """Ask a table of many rows; their bodies are short, since neither question reads them."""
    model, count = replace(prepared_notice(), body=b"{}"), effort.count(1_000_000)
    fill(place, (another(model, str(n), str(n)) for n in range(count)))
    with Outbox(place) as outbox:
        last = outbox.list(limit=1)[0].number + count // 2
        yield _asked("status", outbox.status)
        yield _asked("list", lambda: outbox.list(after=last, limit=100))


def _asked(name: str, ask: Work) -> Measured:
    ask()
    took = processor_seconds(ask, times=5) * 1e3
    return Measured(f"held.{name}", took, took)


def _seconds(work: Work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Give the address of a database on a server of its own; None where it is not installed."""
    sys.path.append(str(HERE.parent / "tests" / "outbox"))
    from postgresql import Cluster, cluster_or_reason  # noqa: PLC0415 - beside the tests

    found = cluster_or_reason(durable=True)
    if not isinstance(found, Cluster):
        yield None
        return
    with ExitStack() as stack:
        with on_service_core():
            cluster = stack.enter_context(found)
        yield stack.enter_context(cluster.database())
