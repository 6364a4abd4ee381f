"""The pool of the outbox's own connections."""

from __future__ import annotations

import queue

from sqlalchemy import QueuePool
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.queue import Empty, Full, QueueCommon


class _IdleConnections(QueueCommon[ConnectionPoolEntry]):
    """The idle connections of a pool.

    SQLAlchemy's own queue takes its lock in Python code: an exception that a signal handler
    raises there leaves the lock held, and every other thread then waits for ever.
    """

    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:
        self.maxsize = maxsize
        self.use_lifo = use_lifo
        self._entries: queue.SimpleQueue[ConnectionPoolEntry] = queue.SimpleQueue()

    def qsize(self) -> int:
        return self._entries.qsize()

    def put(
        self,
        item: ConnectionPoolEntry,
        block: bool = True,  # noqa: ARG002 - SQLAlchemy's signature; the pool never waits here
        timeout: float | None = None,  # noqa: ARG002
    ) -> None:
        if self._entries.qsize() >= self.maxsize:
            raise Full
        self._entries.put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> ConnectionPoolEntry:
        try:
            return self._entries.get(block, timeout)
        except queue.Empty:
            raise Empty from None


class ConnectionPool(QueuePool):
    """SQLAlchemy's pool, safe from exceptions of signal handlers."""

    # SQLAlchemy has no public name for the queue of a pool; its own asyncio pool sets this one,
    # and a test fails where it is no longer read.
    _queue_class = _IdleConnections
