"""Supervised draining: it goes on whatever fails, is seen to be alive, and stops when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from outbox_parts import TIMING, Holds, environment, fast, until
from processes import Child, forks_while_it_drains
from sqlalchemy import text

from sha_disclosure import KantaClient
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import ConfigurationError, OutboxError, Unavailable
from sha_disclosure.events import DrainRestarted
from sha_disclosure.outbox import Outbox, OutboxKey


def delivered(outbox, count):
    return lambda: outbox.status().counts["delivered"] == count


def test_it_delivers_what_is_added_until_it_is_stopped(place, kanta, prepare):
    with Outbox(place) as outbox:
        drainer = outbox.drainer(kanta, timing=TIMING)
        assert drainer.health().to_dict() == {
            "ok": False, "running": False, "beat_age_s": None, "restarts": 0, "last_error": None
        }  # fmt: skip
        with drainer:
            outbox.add(prepare())
            until(delivered(outbox, 1))
            outbox.add(prepare())
            until(delivered(outbox, 2))
            assert drainer.start() is drainer  # runs already
            health = drainer.health()
            assert (health.ok, health.running, health.restarts) == (True, True, 0)
            assert health.beat_age_s < TIMING.lease_s
        assert not drainer.health().running
        assert drainer.report().delivered == 2
        outbox.add(prepare())
        with drainer:  # and again
            until(delivered(outbox, 3))


def test_a_drain_that_fails_is_begun_anew(file, kanta, prepare):
    heard = []
    with Outbox(file, listeners=[heard.append]) as outbox:
        with outbox._database.write() as connection:
            connection.execute(text("ALTER TABLE sha_outbox_message RENAME TO away"))
        with outbox.drainer(kanta, timing=TIMING) as drainer:
            until(lambda: drainer.health().restarts)
            health = drainer.health()
            assert (health.running, health.last_error) == (True, "OutboxError")
            with outbox._database.write() as connection:
                connection.execute(text("ALTER TABLE away RENAME TO sha_outbox_message"))
            outbox.add(prepare())
            until(delivered(outbox, 1))
            until(lambda: drainer.health().ok)
        restarts = [each for each in heard if isinstance(each, DrainRestarted)]
        assert restarts
        assert restarts[0].outcome == "OutboxError"


@pytest.mark.proof
def test_it_outlives_a_restart_of_its_database(server, kanta, prepare):
    with (
        server.database() as url,
        Outbox(url) as outbox,
        outbox.drainer(kanta, timing=TIMING) as drainer,
    ):
        outbox.add(prepare())
        until(delivered(outbox, 1))
        server.restart()
        outbox.add(prepare())
        until(delivered(outbox, 2))
        until(lambda: drainer.health().ok)


def test_several_drainers_share_an_outbox(place, kanta, sandbox, prepare):
    with Outbox(place) as one, Outbox(place) as other:
        added = [prepare() for _ in range(6)]
        with (
            one.drainer(kanta, timing=TIMING) as first,
            other.drainer(kanta, timing=TIMING) as last,
        ):
            for each in added:
                one.add(each)
            until(delivered(one, 6))
        assert first.report().delivered + last.report().delivered == 6
        twice = [r for r in sandbox.received() if r.deliveries > 1]
        assert not {r.notice_id for r in twice} & {i for each in added for i in each.notice_ids}


def test_a_stop_ends_every_wait_at_once(file, prepare):
    class Down:
        def submit(self, prepared, *, listener=None):
            raise Unavailable("down")

    with Outbox(file) as outbox:
        outbox.add(prepare())
        drainer = outbox.drainer(Down(), breaker=Breaker(threshold=1, pause_s=60)).start()
        until(lambda: outbox.list()[0].tries)
        began = time.monotonic()
        assert drainer.stop()
        assert time.monotonic() - began < 20


def test_a_stop_that_has_no_time_says_so(file, kanta, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        client = Holds(kanta)
        drainer = outbox.drainer(client, timing=TIMING).start()
        assert client.began.wait(60)
        assert not drainer.stop(timeout=0.1)
        client.goes_on.set()
        assert drainer.stop(timeout=60)
        assert outbox.status().counts["delivered"] == 1


def test_what_can_never_drain_is_refused_at_once(file, kanta, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        with pytest.raises(ConfigurationError):
            outbox.drainer(kanta, workers=0)
    with Outbox(file, keys=[OutboxKey(bytes(32))]) as outbox, pytest.raises(OutboxError):
        outbox.drainer(kanta)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork of POSIX")
def test_a_child_that_is_forked_drains_by_itself(place, sandbox, prepare):
    """As with gunicorn --preload: what ran in the master runs in each worker."""
    process = Child(forks_while_it_drains, place, sandbox.settings())
    with Outbox(place) as outbox:
        assert process.hear() == "stopped"
        outbox.add(prepare())
        assert process.ended() == ([], 0)
        assert outbox.status().counts["delivered"] == 1


@pytest.mark.proof
def test_sigterm_ends_the_command_soon_whatever_hangs(file, kanta, sandbox, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        sandbox.inject("delay", seconds=25)
        command = [sys.executable, "-m", "sha_disclosure", "outbox", "drain", "--forever"]
        command += ["--stop-timeout", "1"]
        options = ["--outbox", str(file), "--settings", str(sandbox.settings_file), "--json"]
        process = subprocess.Popen(
            [*command, *options], env=environment(), stdout=subprocess.PIPE, text=True
        )
        until(lambda: outbox.status().counts["sending"])
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, '"delivered": 0' in out) == (0, True)
        assert time.monotonic() - began < 15
        (entry,) = outbox.list()
        assert entry.state == "sending"  # until its lease ends


def test_health_is_within_thresholds_or_says_which_is_passed(place, kanta, sandbox, prepare):
    with Outbox(place) as outbox:
        assert outbox.health(max_age=0.0, max_quarantined=0).ok
        outbox.add(prepare())
        time.sleep(0.01)
        old = outbox.health(max_age=0.0)
        assert (old.ok, old.status.counts["pending"]) == (False, 1)
        assert "oldest pending" in old.to_dict()["problems"][0]
        assert old.to_dict("fi")["problems"] != old.to_dict()["problems"]
        assert outbox.health(max_age=60.0, max_quarantined=0).ok
        sandbox.inject("status", status=422)
        outbox.drain(kanta, timing=TIMING)
        refused = outbox.health(max_quarantined=0)
        assert (refused.ok, len(refused.problems)) == (False, 1)
        assert outbox.health(max_quarantined=1).ok
        assert outbox.health().ok


def test_health_of_a_database_that_cannot_be_asked_is_a_problem_and_no_error(file):
    with Outbox(file) as outbox:
        with outbox._database.write() as connection:
            connection.execute(text("DROP TABLE sha_outbox_attempt"))
        health = outbox.health()
        assert (health.ok, health.status) == (False, None)
        assert health.to_dict()["problems"]


def test_a_client_of_the_settings_is_enough(file, sandbox, prepare):
    with KantaClient(fast(sandbox.settings())) as kanta, Outbox(file) as outbox:
        outbox.add(prepare())
        with outbox.drainer(kanta):
            until(delivered(outbox, 1))
