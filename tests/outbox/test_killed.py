"""kill -9 of a drain or of its database: each notice is delivered at least once, unchanged."""

from __future__ import annotations

import random
import signal
import sys
import threading
import time

import pytest
from outbox_parts import TIMING, fast, notice_about, proven
from processes import TAKEN_OVER_SOON, Child, adds_and_drains
from proofs import TIMES, lengths, proof

from sha_disclosure import KantaClient
from sha_disclosure.errors import DisclosureError, OutboxError
from sha_disclosure.outbox import Outbox

EACH = 12  # notices added before each round

RANDOMLY = [
    ("postgresql", 2, 1),
    *(proof((place, n, 6 * TIMES)) for place in ("sqlite", "postgresql") for n in (1, 2)),
    proof(("mariadb", 2, 6 * TIMES)),
]


@pytest.mark.parametrize(("place", "processes", "rounds"), RANDOMLY, indirect=["place"])
def test_killed_at_random_moments(place, processes, rounds, kanta, sandbox, prepare, capsys):  # noqa: PLR0917
    chance, added, kills = random.Random(4), {}, 0
    with Outbox(place) as outbox:
        for _ in range(rounds):
            for number in range(EACH):
                # Some clients have several notices in the queue.
                made = prepare(chance.randrange(10_000) if number % 3 else 1)
                outbox.add(made)
                added[made.notice_ids[0]] = made.body
            running = [Child(adds_and_drains, place, kanta.settings) for _ in range(processes)]
            for each in running:
                assert each.hear() == "ready"
            for each in running:
                time.sleep(chance.uniform(0, 0.12))
                kills += each.kill()
                each.ended()
        deadline = time.monotonic() + 60
        while outbox.status().counts["delivered"] < len(added):
            assert time.monotonic() < deadline, outbox.status()
            outbox.drain(kanta, timing=TAKEN_OVER_SOON)
        told = proven(outbox, sandbox, added)
    with capsys.disabled():
        kind = place.partition(":")[0] if "://" in place else "sqlite"
        sys.stdout.write(
            f"\n  {kind}, {processes} process(es), {kills} killed while draining: {told}\n"
        )


EVERY = 1000
STEPS = [("sqlite", 2), proof(("sqlite", EVERY)), proof(("postgresql", EVERY))]


@pytest.mark.parametrize(("place", "most"), STEPS, indirect=["place"])
def test_killed_at_every_write_step(place, most, kanta, sandbox, capsys):
    with Outbox(place):
        pass  # its tables are made
    given = (place, kanta.settings)
    whole, _ = Child(adds_and_drains, *given, [notice_about(0), notice_about(1)]).ended()
    steps = int(whole[-2].removeprefix("steps "))
    chosen = range(1, steps + 1, max(1, steps // most))
    added, tried = {}, {}
    for step in chosen:
        about = [notice_about(2 * step), notice_about(2 * step + 1)]
        said, code = Child(adds_and_drains, *given, about, step).ended()
        assert code == (0 if "done" in said else -signal.SIGKILL), said
        for line in said:
            kind, *facts = line.split()
            if kind == "added":
                added[facts[0]] = facts[1]
            elif kind == "trying":
                tried[facts[0]] = facts[1]
    with Outbox(place) as outbox:
        kept = {i for e in outbox.list(limit=10_000) for i in e.notice_ids}
        assert set(added) <= kept
        unanswered = {i: d for i, d in tried.items() if i in kept and i not in added}
        deadline = time.monotonic() + 60
        while outbox.status().counts["delivered"] < len(kept):
            assert time.monotonic() < deadline, outbox.status()
            outbox.drain(kanta, timing=TAKEN_OVER_SOON)
        told = proven(outbox, sandbox, {**added, **unanswered})
    with capsys.disabled():
        kind = place.partition(":")[0] if "://" in place else "sqlite"
        sys.stdout.write(
            f"\n  {kind}, killed at {len(chosen)} of {steps} write steps: {told}; of these "
            f"{len(unanswered)} were on disk though `add` had not returned\n"
        )


@pytest.mark.parametrize("rounds", lengths(1, 40))
def test_the_database_is_restarted_at_random_moments(server, rounds, sandbox, prepare, capsys):
    """The server is killed and started again while a drain of this process sends and records."""
    chance, added, faults, refused = random.Random(8), {}, [], 0
    client = KantaClient(fast(sandbox.settings()))
    with server.database() as place, Outbox(place) as outbox, client as kanta:
        stop, reports = threading.Event(), []

        def drain():
            try:
                reports.append(outbox.drain(kanta, until_empty=False, stop=stop, timing=TIMING))
            except DisclosureError as fault:
                faults.append(fault)

        draining = threading.Thread(target=drain)
        draining.start()
        try:
            for _ in range(rounds):
                restarting = threading.Timer(chance.uniform(0, 0.15), server.restart)
                restarting.start()
                for _ in range(EACH):
                    made = prepare(chance.randrange(10_000))
                    try:
                        outbox.add(made)
                    except OutboxError:
                        refused += 1
                        restarting.join()
                        outbox.add(made)  # the very same message: it is kept once
                    added[made.notice_ids[0]] = made.body
                restarting.join()
            deadline = time.monotonic() + 90
            while outbox.status().counts["delivered"] < len(added):
                assert not faults
                assert time.monotonic() < deadline, outbox.status()
                time.sleep(0.1)
        finally:
            stop.set()
            draining.join()
        assert not faults
        told = proven(outbox, sandbox, added)
    with capsys.disabled():
        kind = place.partition(":")[0]
        sys.stdout.write(f"\n  {kind}, {rounds} restarts, {refused} adds met one: {told}\n")
