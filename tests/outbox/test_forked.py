"""A process that forked uses none of its parent's connections: nothing is lost or mixed up."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest
from outbox_parts import TIMING, proven
from processes import forkserver, opens
from proofs import lengths, proof
from sqlalchemy import create_engine

from sha_disclosure.outbox import Outbox
from sha_disclosure.outbox.engines import url_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
IN_CHILD = 3


def forked(work):
    """Run work in a forked process, which ends without the parent's clean-up; return its pid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
        child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.alarm(60)  # a child that hangs ends, and its parent with a failure
        work()
        code = 0
    finally:
        os._exit(code)


def ended(child):
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@contextmanager
def draining(outbox, kanta):
    """Drain in threads of this process meanwhile."""
    stop, faults = threading.Event(), []

    def drain():
        try:
            outbox.drain(kanta, until_empty=False, stop=stop, timing=TIMING)
        except BaseException as fault:
            faults.append(fault)
            raise

    thread = threading.Thread(target=drain)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not faults


@pytest.mark.parametrize("of_the_caller", [False, True])
def test_the_child_adds_and_drains_on_connections_of_its_own(place, kanta, prepare, of_the_caller):
    engine = create_engine(url_of(place)) if of_the_caller else None
    with Outbox(engine if engine is not None else place) as outbox:
        outbox.add(prepare())
        before = outbox._database.engine.pool

        def work():
            assert outbox._database.engine.pool is not before
            outbox.add(prepare())
            assert outbox.drain(kanta, timing=TIMING).delivered == 2

        assert ended(forked(work)) == 0
        assert outbox.status().counts["delivered"] == 2
        outbox.add(prepare())
        assert outbox.drain(kanta, timing=TIMING).delivered == 1
    if engine is not None:
        engine.dispose()


def test_a_fork_waits_for_a_transaction_of_another_thread(place, prepare):
    with Outbox(place) as outbox:
        began, prepared = threading.Event(), prepare()

        def slowly():
            with outbox._database.write():
                began.set()
                time.sleep(0.2)

        other = threading.Thread(target=slowly)
        other.start()
        assert began.wait(30)
        assert ended(forked(lambda: outbox.add(prepared))) == 0
        other.join()
        assert not outbox.add(prepared).new


def test_a_fork_inside_an_own_transaction_does_not_wait_for_itself(file, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        for _ in outbox.export():
            began = time.monotonic()
            assert ended(forked(lambda: None)) == 0
            assert time.monotonic() - began < 5


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc what is open")
def test_a_fork_inside_an_own_transaction_leaves_no_connection_open(file, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        for _ in outbox.export():
            assert ended(forked(lambda: None)) == 0
    assert str(file) not in {os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()}


def test_the_child_holds_locks_of_the_file_itself(file, prepare):
    """Were its connection opened beside an inherited one, the file would look unused to others."""
    with Outbox(file) as outbox:
        outbox.add(prepare())
        told, go = os.pipe(), os.pipe()

        def work():
            outbox.add(prepare())
            os.write(told[1], b"x")
            os.read(go[0], 1)
            outbox.add(prepare())

        child = forked(work)
        os.read(told[0], 1)
        outbox._database.engine.dispose()  # the parent's; the last one to leave empties the journal
        other = sqlite3.connect(file)
        other.execute("SELECT count(*) FROM sha_outbox_message").fetchone()
        other.close()
        assert file.with_name(f"{file.name}-wal").exists()
        os.write(go[1], b"x")
        assert ended(child) == 0
        assert len(outbox.list()) == 3
        for end in (*told, *go):
            os.close(end)


@pytest.mark.parametrize("method", ["fork", "forkserver", proof("spawn")])
def test_processes_of_multiprocessing_share_a_place(place, kanta, prepare, method):
    with Outbox(place) as outbox:
        outbox.add(prepare())
        forkserver()  # it begins with what it needs
        child = multiprocessing.get_context(method).Process(target=opens, args=(place,))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child.start()
        child.join(60)
        if child.is_alive():
            child.kill()
            child.join()
        assert child.exitcode == 0
        assert outbox.drain(kanta, timing=TIMING).delivered == 1


@pytest.mark.parametrize("rounds", lengths(2, 40))
def test_forks_while_notices_are_added_and_drained(place, rounds, kanta, sandbox, prepare, capsys):
    """Half of the children are killed at a random moment."""
    chance, added, kills = random.Random(12), {}, 0
    with Outbox(place) as outbox, draining(outbox, kanta):
        for number in range(rounds):
            for _ in range(3):
                made = prepare(chance.randrange(10_000))
                outbox.add(made)
                added[made.notice_ids[0]] = made.body
            waiting = [prepare(chance.randrange(10_000)) for _ in range(IN_CHILD)]
            reading, writing = os.pipe()

            def work(mine=waiting, to=writing):
                for each in mine:
                    outbox.add(each)
                    os.write(to, b"x")
                outbox.drain(kanta, timing=TIMING)

            child = forked(work)
            os.close(writing)
            if number % 2:
                time.sleep(chance.uniform(0, 0.2))
                os.kill(child, signal.SIGKILL)
                kills += ended(child) < 0
            else:
                assert ended(child) == 0
            with os.fdopen(reading, "rb") as told:
                for each in waiting[: len(told.read())]:
                    added[each.notice_ids[0]] = each.body
        deadline = time.monotonic() + 60
        while (counts := outbox.status().counts)["delivered"] < sum(counts.values()):
            assert time.monotonic() < deadline, counts
            time.sleep(0.1)
        report = proven(outbox, sandbox, added)
    with capsys.disabled():
        kind = place.partition(":")[0] if "://" in place else "sqlite"
        sys.stdout.write(f"\n  {kind}, {rounds} forks, {kills} children killed: {report}\n")
