"""Many notices drained with memory flat."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from dataclasses import replace

import pytest
from outbox_parts import TIMING
from proofs import lengths

from sha_disclosure.delivery.receipt import Receipt, StoredNotice
from sha_disclosure.outbox import Outbox


@pytest.mark.parametrize("count", lengths(8, 800))
def test_memory_stays_flat_while_many_are_drained(file, count, kanta, sandbox, prepare, capsys):
    """The sandbox's own store is on disk; what grows here would be the outbox or the client."""
    peaks = []
    with Outbox(file) as outbox:
        tracemalloc.start()
        for _ in range(4):
            for _ in range(count // 4):
                outbox.add(prepare())
            outbox.drain(kanta, timing=TIMING)
            gc.collect()
            now, peak = tracemalloc.get_traced_memory()
            peaks.append((now, peak))
            tracemalloc.reset_peak()
        tracemalloc.stop()
        counts = outbox.status().counts
    with capsys.disabled():
        told = ", ".join(f"{now / 1e6:.1f}/{peak / 1e6:.1f} MB" for now, peak in peaks)
        sys.stdout.write(f"\n  {count} drained into the sandbox; held/peak by quarter: {told}\n")
    assert counts["delivered"] == count
    assert peaks[3][0] - peaks[1][0] < 3e6
    assert peaks[3][1] - peaks[1][1] < 5e6


class Accepts:
    """A service that costs nothing."""

    def submit(self, prepared, *, listener=None):
        stored = tuple(StoredNotice(n, "201 Created", None, None) for n in prepared.notice_ids)
        return Receipt(stored, "r", None, 1, prepared.prepared_at)


@pytest.mark.parametrize("count", lengths(60, 2_000))
@pytest.mark.parametrize("clients", ["many", "one"])
def test_a_long_queue_is_drained_in_time_that_grows_with_its_length(file, prepare, clients, count):
    model = prepare()
    with Outbox(file) as outbox, outbox._database.write() as connection:
        for number in range(count):
            client = "one" if clients == "one" else str(number)
            made = replace(model, notice_ids=(f"1.2.{number}",), client=client)
            outbox.add(made, connection)
    with Outbox(file) as outbox:
        report = outbox.drain(Accepts(), timing=TIMING)
        assert report.delivered == count
        assert report.seconds < 10 + count / 50
