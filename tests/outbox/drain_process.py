"""A process of the tests that adds and drains, to be killed at any moment.

``drain_process.py PLACE SETTINGS [--add N] [--client FIRST] [--kill-at STEP]``. Prints ``ready``,
``added ID DIGEST`` for each notice once ``add`` has returned, ``steps N`` and ``done`` at the end.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys

from outbox_parts import TIMING, fast, notice_about
from sqlalchemy import Engine, event

from sha_disclosure import KantaClient, Settings
from sha_disclosure.outbox import Outbox


class Steps:
    """Counts the steps a database sees and dies at one of them."""

    def __init__(self, last: int | None) -> None:
        self.count = 0
        self._last = last

    def __call__(self, *_: object) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Count before each statement, BEGIN and COMMIT, and after the last of a transaction."""
        if engine.dialect.name == "sqlite":  # the driver itself tells, whatever road it is on
            event.listen(
                engine.pool, "checkout", lambda driver, *_: driver.set_trace_callback(self)
            )
            event.listen(engine.pool, "checkin", self)
            return
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, self)
        event.listen(engine.pool, "checkin", self)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Do as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("place")
    parser.add_argument("settings")
    parser.add_argument("--add", type=int, default=0)
    parser.add_argument("--client", type=int, default=0)
    parser.add_argument("--kill-at", type=int)
    given = parser.parse_args()
    steps = Steps(given.kill_at)
    settings = fast(Settings.load(given.settings, variables={}))
    with Outbox(given.place) as outbox, KantaClient(settings) as kanta:
        steps.watch(outbox._database.engine)
        say("ready")
        for number in range(given.add):
            prepared = kanta.prepare(notice_about(given.client + number))
            say("trying", prepared.notice_ids[0], prepared.digest)
            outbox.add(prepared)
            say("added", prepared.notice_ids[0], prepared.digest)
        outbox.drain(kanta, timing=TIMING)
    say("steps", steps.count)
    say("done")


if __name__ == "__main__":
    main()
