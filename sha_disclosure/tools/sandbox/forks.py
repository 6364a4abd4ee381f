"""A fork waits until no other thread is inside a sandbox's database.

SQLite has mutexes of its own, which a child would find held for ever.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from weakref import WeakSet

_LONGEST_WAIT_S = 10.0


class ForkLock:
    """A lock that is held by nobody else at a fork, and is free in the child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = False
        _KNOWN.add(self)
        _wait_at_forks()

    @property
    def own(self) -> threading.Lock:
        """The lock of this process."""
        return self._lock

    def before_fork(self) -> None:
        """Take the lock from other threads."""
        self._held = self._lock.acquire(timeout=_LONGEST_WAIT_S)

    def in_parent(self) -> None:
        """Give it back."""
        if self._held:
            self._lock.release()

    def in_child(self) -> None:
        """Begin anew: its holder, if it was not taken in time, is not there."""
        self._lock = threading.Lock()


_KNOWN: WeakSet[ForkLock] = WeakSet()


@cache
def _wait_at_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=lambda: _each(ForkLock.before_fork),
            after_in_parent=lambda: _each(ForkLock.in_parent),
            after_in_child=lambda: _each(ForkLock.in_child),
        )


def _each(do: Callable[[ForkLock], None]) -> None:
    for each in list(_KNOWN):
        do(each)
