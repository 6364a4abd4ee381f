"""Fork safety: no transaction in progress during a fork, no connection in two processes.

SQLite tracks its locks per process: a child that opened the file with an inherited connection
present would mistake its parent's locks for its own. So idle connections to a file are closed
before a fork, and a server's connections are left to the parent.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakSet

from sqlalchemy import Engine, Pool, QueuePool

_LONGEST_WAIT_S = 10.0


class _Use:
    """The number of transactions in progress, in total and per thread."""

    def __init__(self) -> None:
        # Acquired directly: only the built-in lock's own ``with`` ensures that a signal handler
        # that raises does not leave it held.
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.forking = False
        self.lent = 0
        self.own = threading.local()

    @property
    def mine(self) -> int:
        """The number of this thread."""
        return getattr(self.own, "lent", 0)


class LentEngine:
    """Lends an engine to each thread for one transaction at a time, safely across a fork."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._use = _Use()
        self._left: list[Pool] = []
        _KNOWN.add(self)

    @contextmanager
    def lend(self) -> Iterator[Engine]:
        """Yield the engine for one transaction; a fork waits for its end."""
        use, counted = self._use, False
        try:
            with use.lock:
                # A thread with a transaction in progress continues: the fork waits for it.
                while use.forking and not use.mine and use.changed.wait(_LONGEST_WAIT_S):
                    pass
                use.own.lent = use.mine + 1
                use.lent += 1
                counted = True
            yield self._engine
        finally:
            if counted:
                with use.lock:
                    use.own.lent = use.mine - 1
                    use.lent -= 1
                    if use.forking:
                        use.changed.notify_all()
                if self._left and not use.lent:
                    self._close_left()

    def before_fork(self) -> None:
        """Wait for the transactions of other threads and close idle connections to a file."""
        use = self._use
        with use.lock:
            use.forking = True
            use.changed.wait_for(lambda: use.lent <= use.mine, _LONGEST_WAIT_S)
        if self._on_a_file:
            if use.lent:  # those connections return to their pool when their transactions end
                self._left.append(self._engine.pool)
            self._engine.dispose()

    def _close_left(self) -> None:
        while self._left:
            self._left.pop().dispose()

    def in_parent(self) -> None:
        """Resume."""
        with self._use.lock:
            self._use.forking = False
            self._use.changed.notify_all()

    def in_child(self) -> None:
        """Start again without the parent's connections."""
        self._use = _Use()
        self._left = []
        if isinstance(self._engine.pool, QueuePool):
            _PARENTS.append(self._engine.pool)
            self._engine.dispose(close=False)

    @property
    def _on_a_file(self) -> bool:
        dialect = self._engine.dialect  # an asyncio one can only be closed in its loop
        on_a_file = dialect.name == "sqlite" and not dialect.is_async
        return on_a_file and isinstance(self._engine.pool, QueuePool)


_KNOWN: WeakSet[LentEngine] = WeakSet()
_GOING_ON: list[Callable[[], None]] = []
# Kept, so that no driver closes the parent's sessions when they are garbage-collected.
_PARENTS: list[Pool] = []


def _before_fork() -> None:
    for each in list(_KNOWN):
        each.before_fork()


def _in_parent() -> None:
    for each in list(_KNOWN):
        each.in_parent()


def _in_child() -> None:
    for each in list(_KNOWN):
        each.in_child()
    for go_on in _GOING_ON:
        go_on()


def after_fork(go_on: Callable[[], None]) -> None:
    """Register ``go_on`` to be called in each child, once its databases are reset."""
    _GOING_ON.append(go_on)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
