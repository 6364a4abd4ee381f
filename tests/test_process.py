"""What the program around the SDK may do at any moment."""

import os
import signal
import sys
import threading
from functools import partial

import pytest
from places import ROOT

from sha_disclosure.process import ProcessLock, raised_by_signal_handler

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="signals of POSIX")


class TimeIsUp(Exception):  # noqa: N818 - as such exceptions are named elsewhere
    """A soft time limit."""


@pytest.fixture
def alarm():
    def over(*_: object) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, over)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer drops what the handler raises")
def test_a_signal_at_any_instruction_leaves_the_lock_free(alarm):
    lock, struck = ProcessLock(), 0
    while struck < 2000:
        try:
            alarm(0.00005 + struck % 17 * 0.00001)
            while True:
                with lock.own:
                    pass
        except TimeIsUp:
            struck += 1
        assert not lock.own.locked()


def test_a_child_has_a_lock_of_its_own():
    lock = ProcessLock()
    with lock.own:
        child = os.fork()
        if child == 0:
            free = lock.own.acquire(timeout=60)
            os._exit(0 if free else 1)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_the_threads_of_a_process_share_its_lock():
    lock, seen = ProcessLock(), []
    with lock.own:
        thread = threading.Thread(target=lambda: seen.append(lock.own.acquire(blocking=False)))
        thread.start()
        thread.join()
    assert seen == [False]


class Handler:
    """Handlers of every form a program may install."""

    def __call__(self, *_: object) -> None:
        raise TimeIsUp

    def method(self, *_: object) -> None:
        raise TimeIsUp

    @staticmethod
    def of(kind: type[BaseException], *_: object) -> None:
        raise kind


@pytest.mark.parametrize(
    "handler", [Handler(), Handler().method, partial(Handler.of, TimeIsUp), lambda *_: Handler()()]
)
def test_what_a_handler_raises_is_known_in_whatever_form_it_is_installed(handler):
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(TimeIsUp) as caught:
            os.kill(os.getpid(), signal.SIGUSR1)
        assert raised_by_signal_handler(caught.value)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert not raised_by_signal_handler(TimeIsUp())


@pytest.mark.parametrize("room", ["delivery", "outbox", "events", "credentials"])
def test_locks_of_what_a_host_calls_are_locks_of_its_process(room):
    """A plain lock that another thread held at a fork is held in the child for ever."""
    plain = [
        path.name
        for path in (ROOT / "sha_disclosure" / room).rglob("*.py")
        if "threading.Lock()" in path.read_text("utf-8")
        and path.name != "database_fork.py"  # which makes its own anew in the child
    ]
    assert not plain
