"""What the embedding program may do at any time: raise in a signal handler, or fork."""

from __future__ import annotations

import os
import signal
import threading
from functools import partial
from types import CodeType


def raised_by_signal_handler(error: BaseException) -> bool:
    """Return whether an exception was raised by a signal handler of the program.

    A soft time limit, for example: it may be raised in any call, also of a listener or signer,
    and belongs to the program; code that catches all exceptions must let it pass.
    """
    handlers = handler_codes()
    place = error.__traceback__
    while place is not None:
        if place.tb_frame.f_code in handlers:
            return True
        place = place.tb_next
    return False


def handler_codes() -> set[CodeType | None]:
    """Return the code of every signal handler of the program."""
    return {_code_of(signal.getsignal(number)) for number in signal.valid_signals()} - {None}


def _code_of(handler: object) -> CodeType | None:
    while isinstance(handler, partial):
        handler = handler.func
    handler = getattr(handler, "__func__", handler)
    code = getattr(handler, "__code__", None)
    if code is None and callable(handler):
        code = getattr(type(handler).__call__, "__code__", None)
    return code if isinstance(code, CodeType) else None


class ProcessLock:
    """A separate lock for each process: ``with lock.own``.

    A child forked while another thread held a plain lock would wait for ever. This is not a
    context manager itself: a signal handler's exception at the end of a Python ``__enter__``
    would leave it held, which the built-in lock's own ``__enter__`` prevents.
    """

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {}

    @property
    def own(self) -> threading.Lock:
        """The lock of this process."""
        process = os.getpid()
        lock = self._locks.get(process)
        return lock or self._locks.setdefault(process, threading.Lock())
