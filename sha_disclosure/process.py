"""What the program around the SDK may do at any moment: raise in a signal handler, fork."""

from __future__ import annotations

import os
import signal
import threading
from functools import partial
from types import CodeType


def raised_by_signal_handler(error: BaseException) -> bool:
    """Return whether an exception came out of a signal handler of the program.

    A soft time limit, for example: it may strike in any call, of a listener or a signer too,
    and is the program's own; whoever catches what such a call raises must let it pass.
    """
    handlers = _codes_of_handlers()
    place = error.__traceback__
    while place is not None:
        if place.tb_frame.f_code in handlers:
            return True
        place = place.tb_next
    return False


def is_signal_handler(code: CodeType) -> bool:
    """Return whether ``code`` is that of a signal handler of the program."""
    return code in _codes_of_handlers()


def _codes_of_handlers() -> set[CodeType | None]:
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
    """A lock that each process has for itself: ``with lock.own``.

    A child made by ``fork`` while another thread held a plain lock would wait for ever. This is
    no context manager: an exception of a signal handler at the end of an ``__enter__`` in Python
    would leave it held, which that of the lock itself does not allow.
    """

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {}

    @property
    def own(self) -> threading.Lock:
        """The lock of this process."""
        process = os.getpid()
        lock = self._locks.get(process)
        return lock or self._locks.setdefault(process, threading.Lock())
