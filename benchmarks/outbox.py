"""What the outbox costs: adding against a bare durable insert, draining against its service."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from measure import NOTICE, Kind, report, service, settings_for, side_by_side

from sha_disclosure import KantaClient, Outbox, OutboxKey, PreparedNotice
from sha_disclosure.tools.sandbox import Pki

DRAINED = 600


def bare_inserts(path: Path, body: bytes) -> Callable[[], object]:
    """Return an insert of rows as durable as the outbox's, with nothing else around it."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, id TEXT, body BLOB)")
    return lambda: database.execute("INSERT INTO row (id, body) VALUES ('1.2.3', ?)", (body,))


def adding(prepared: PreparedNotice, keys: Sequence[OutboxKey], folder: Path) -> None:
    """Add new messages; the floor inserts the same body."""
    # Prepared notices come ready from elsewhere, so they are made before the clock runs.
    ready = iter(
        [replace(prepared, notice_ids=(f"1.2.{n}",), client=str(n)) for n in range(30_000)]
    )
    with Outbox(folder / f"outbox{len(keys)}.sqlite", limit=10**9, keys=keys) as outbox:
        floor = bare_inserts(folder / f"floor{len(keys)}.sqlite", prepared.body)
        timed = side_by_side(lambda: outbox.add(next(ready)), floor)
    sealed, goal = (", sealed", "55 %") if keys else ("", "58 %")
    report(f"outbox.add{sealed}", *timed, "bare SQLite insert, WAL + FULL")
    print(f"{'':<34}throughput {1 / timed[2]:.0%} of the floor (goal {goal})")


def draining(kind: Kind) -> None:
    """Drain with one and two workers, against one thread that submits."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        Pki(folder, key_kind=kind)
        seconds: dict[int, list[float]] = {0: [], 1: [], 2: []}
        with (
            service(folder) as running,
            KantaClient(settings_for(folder, running.port)) as kanta,
            Outbox(folder / "outbox.sqlite") as outbox,
        ):
            prepared = kanta.prepare(NOTICE)
            for number in range(9):
                workers = number % 3
                for count in range(DRAINED if workers else 0):
                    ids = (f"1.2.{number}.{count}",)
                    outbox.add(replace(prepared, notice_ids=ids, client=ids[0]))
                began = time.perf_counter()
                if workers:
                    outbox.drain(kanta, workers=workers)
                else:
                    for _ in range(DRAINED):
                        kanta.submit(prepared)
                seconds[workers].append(time.perf_counter() - began)
    alone, one, two = (statistics.median(seconds[n]) / DRAINED * 1e6 for n in (0, 1, 2))
    report(f"drain {kind}, one worker", one, alone, one / alone, "submit of one thread")
    report(f"drain {kind}, two workers", two, alone, two / alone, "submit of one thread")
    print(f"{'':<34}throughput {alone / two:.0%} of the floor (goal 85 %)")


def main() -> None:
    """Print every figure of the outbox."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        Pki(folder, key_kind="P-256")
        with KantaClient(settings_for(folder, 1)) as kanta:
            prepared = kanta.prepare(NOTICE)
        for keys in ([], [OutboxKey(bytes(32))]):
            adding(prepared, keys, folder)
    draining("P-256")
    draining("RSA-3072")


if __name__ == "__main__":
    main()
