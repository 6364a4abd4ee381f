"""A process may fork while the sandbox's thread is inside its database."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import warnings
from contextlib import closing

import pytest

from sha_disclosure.tools.sandbox.store import Store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
SLOW = """
WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 100000)
SELECT max(n) FROM count
"""


def test_a_fork_waits_for_another_threads_question_and_the_child_may_ask(tmp_path):
    stop, answers = threading.Event(), []
    with closing(Store(tmp_path / "one.sqlite")) as store:

        def ask():
            while not stop.is_set():
                answers.append(store.rows(SLOW))

        other = threading.Thread(target=ask)
        other.start()
        try:
            for _ in range(5):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
                    child = os.fork()
                if not child:
                    asked_in_child(store)
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        finally:
            stop.set()
            other.join()
        assert {each[0][0] for each in answers} == {100_000}
        assert store.rows("SELECT 1") == [(1,)]


def asked_in_child(store):
    """Use the lock and SQLite, and end without the parent's clean-up."""
    code = 1
    try:
        signal.alarm(60)
        with store._lock.own, closing(sqlite3.connect(":memory:")) as own:
            code = own.execute("SELECT 0").fetchone()[0]
    finally:
        os._exit(code)
