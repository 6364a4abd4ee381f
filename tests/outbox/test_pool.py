"""The pool of the outbox's own connections stays usable, whatever a signal handler raises."""

from __future__ import annotations

import gc
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Engine, QueuePool, create_engine

from sha_disclosure.outbox.engines import engine_of

QUEUES = ("threading.py", "queue.py", "outbox/pool.py")


class TimeIsUp(Exception):  # noqa: N818 - as such exceptions are named elsewhere
    pass


def struck(call: Callable[[], object], moment: int) -> bool:
    """Call, and raise at a line or return in the queue of connections; return whether it did."""
    left = moment

    def passed(frame: FrameType, _event: str, _argument: object) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(QUEUES):
            return None
        left -= 1
        if left < 0:
            sys.settrace(None)
            raise TimeIsUp
        return passed

    sys.settrace(passed)
    try:
        call()
    except TimeIsUp:
        return True
    finally:
        sys.settrace(None)
    return left < 0  # SQLAlchemy logs what is raised while a connection returns


def usable(connect: Callable[[], object]) -> bool:
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(5)
    return not thread.is_alive()


def held_at(make: Callable[[], Engine]) -> int | None:
    """Return the first moment that leaves the pool locked, if there is one."""
    for moment in itertools.count():
        engine = make()

        def connect(engine: Engine = engine) -> None:
            engine.raw_connection().close()

        connect()
        reached = struck(connect, moment)
        if not usable(connect):
            return moment
        engine.dispose()
        if not reached:
            assert moment > 5
            return None
    return None


@pytest.fixture(autouse=True)
def _closed_when_collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection that is taken from the pool's hands is closed when it is collected."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    yield
    gc.collect()


def test_an_exception_at_any_moment_leaves_the_pool_usable(tmp_path: Path) -> None:
    assert held_at(lambda: engine_of(tmp_path / "outbox.sqlite")) is None


@pytest.mark.proof
def test_sqlalchemy_s_own_pool_is_left_locked(tmp_path: Path) -> None:
    """If this fails, the outbox needs no pool of its own any more."""
    url = f"sqlite:///{tmp_path / 'outbox.sqlite'}"
    assert held_at(lambda: create_engine(url, poolclass=QueuePool)) is not None
