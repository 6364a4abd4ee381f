"""What the outbox costs: adding against a bare durable insert, draining against its service."""

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from measure import report, side_by_side

from sha_disclosure import DisclosureNotice, KantaClient
from sha_disclosure.outbox import Outbox, OutboxKey
from sha_disclosure.tools.sandbox.pki import Pki

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "notices" / "permission-to-organisation.json"
NOTICE = DisclosureNotice.model_validate_json(EXAMPLE.read_bytes())


def bare_inserts(path, body):
    """Insert rows as durably as the outbox does, with nothing else around it."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, id TEXT, body BLOB)")
    return lambda: database.execute("INSERT INTO row (id, body) VALUES ('1.2.3', ?)", (body,))


def adding(prepared, keys, folder):
    """Add new messages; the floor inserts the same body."""
    # Prepared notices come ready from elsewhere, so they are made before the clock runs.
    ready = iter(
        [replace(prepared, notice_ids=(f"1.2.{n}",), client=str(n)) for n in range(30_000)]
    )
    with Outbox(folder / f"outbox{len(keys)}.sqlite", limit=10**9, keys=keys) as outbox:
        floor = bare_inserts(folder / f"floor{len(keys)}.sqlite", prepared.body)
        timed = side_by_side(lambda: outbox.add(next(ready)), floor)
    sealed = ", sealed" if keys else ""
    report(f"outbox.add{sealed}", *timed, "bare SQLite insert, WAL + FULL")
    print(f"{'':<34}throughput {1 / timed[2]:.0%} of the floor (goal 60 %)")


def draining(kind, settings_for, notices=600):
    """Drain with two threads against one, on the bench's own service."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        Pki(folder, key_kind=kind)
        service = subprocess.Popen(
            [sys.executable, HERE / "service.py", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        settings = settings_for(folder, int(service.stdout.readline()))
        seconds = {1: [], 2: []}
        with KantaClient(settings) as kanta, Outbox(folder / "outbox.sqlite") as outbox:
            prepared = kanta.prepare(NOTICE)
            for number in range(6):
                workers = number % 2 + 1
                for count in range(notices):
                    ids = (f"1.2.{number}.{count}",)
                    outbox.add(replace(prepared, notice_ids=ids, client=ids[0]))
                began = time.perf_counter()
                outbox.drain(kanta, workers=workers)
                seconds[workers].append(time.perf_counter() - began)
        service.stdin.close()
        service.wait()
    one, two = (statistics.median(seconds[n]) / notices * 1e6 for n in (1, 2))
    report(f"drain {kind}, two threads", two, one, two / one, "one thread")
    print(f"{'':<34}throughput {one / two:.2f} times that of one (goal 1.7 with RSA-3072)")


def main(settings_for):
    """Print every figure of the outbox."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        Pki(folder, key_kind="P-256")
        with KantaClient(settings_for(folder, 1)) as kanta:
            prepared = kanta.prepare(NOTICE)
        for keys in ([], [OutboxKey(bytes(32))]):
            adding(prepared, keys, folder)
    for kind in ("P-256", "RSA-3072"):
        draining(kind, settings_for)


if __name__ == "__main__":
    from run import settings_for as of_the_bench

    main(of_the_bench)
