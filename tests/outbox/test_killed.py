"""kill -9 at any moment: every added notice is delivered at least once, byte for byte."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from outbox_parts import TIMING, environment
from proofs import TIMES, proof

from sha_disclosure.outbox import Outbox
from sha_disclosure.tools.sandbox import Sandbox

PROCESS = Path(__file__).parent / "drain_process.py"
EACH = 12  # notices added before each round


def start(place: str, sandbox: Sandbox, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, PROCESS, place, sandbox.settings_file, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def ready(process: subprocess.Popen[str]) -> None:
    if process.stdout.readline() != "ready\n":
        pytest.fail(process.communicate()[1])


def end(process: subprocess.Popen[str]) -> str:
    process.kill()
    return process.communicate()[0]


def proven(outbox: Outbox, sandbox: Sandbox, added: dict[str, bytes | str]) -> str:
    """Check that nothing is lost or altered; return the figures."""
    received = {r.notice_id: r for r in sandbox.received() if r.notice_id in added}
    lost = set(added) - set(received)
    assert not lost
    altered = [
        i for i, known in added.items() if known not in (received[i].body, received[i].sha256)
    ]
    assert not altered
    twice = {i for i, r in received.items() if r.deliveries > 1}
    marked = {notice_id for notice_id in added if outbox.evidence(notice_id)["possibly_duplicated"]}
    assert twice <= marked
    second = sum(r.deliveries - 1 for r in received.values())
    return (
        f"added {len(added)}, delivered at least once {len(received)}, second deliveries {second} "
        f"(of {len(twice)} notices, all marked possibly_duplicated; marked {len(marked)}), "
        f"altered {len(altered)}, lost {len(lost)}"
    )


RANDOMLY = [
    ("sqlite", 1, 2),
    ("postgresql", 2, 2),
    *(proof((place, n, 30 * TIMES)) for place in ("sqlite", "postgresql") for n in (1, 2)),
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
            running = [start(place, sandbox) for _ in range(processes)]
            for each in running:
                ready(each)
            for each in running:
                time.sleep(chance.uniform(0, 0.12))
                kills += each.poll() is None
                end(each)
        deadline = time.monotonic() + 60
        while outbox.status().counts["delivered"] < len(added):
            assert time.monotonic() < deadline, outbox.status()
            outbox.drain(kanta, timing=TIMING)
        told = proven(outbox, sandbox, added)
    with capsys.disabled():
        kind = place.partition(":")[0] if "://" in place else "sqlite"
        sys.stdout.write(
            f"\n  {kind}, {processes} process(es), {kills} killed while draining: {told}\n"
        )


EVERY = 1000
STEPS = [("sqlite", 3), proof(("sqlite", EVERY)), proof(("postgresql", EVERY))]


@pytest.mark.parametrize(("place", "most"), STEPS, indirect=["place"])
def test_killed_at_every_write_step(place, most, kanta, sandbox, capsys):
    with Outbox(place):
        pass  # its tables are made
    whole, _ = start(place, sandbox, "--add", "2").communicate(timeout=60)
    steps = int(whole.split("steps ")[1].split()[0])
    chosen = range(1, steps + 1, max(1, steps // most))
    added, tried = {}, {}
    for step in chosen:
        process = start(
            place, sandbox, "--add", "2", "--client", str(2 * step), "--kill-at", str(step)
        )
        out, err = process.communicate(timeout=60)
        assert "done" not in out or process.returncode == 0, err
        for line in out.splitlines():
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
            outbox.drain(kanta, timing=TIMING)
        told = proven(outbox, sandbox, {**added, **unanswered})
    with capsys.disabled():
        kind = place.partition(":")[0] if "://" in place else "sqlite"
        sys.stdout.write(
            f"\n  {kind}, killed at {len(chosen)} of {steps} write steps: {told}; of these "
            f"{len(unanswered)} were on disk though `add` had not returned\n"
        )
