"""The database of an outbox: opening it, and its short transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.engine import URL

from sha_disclosure.errors import OutboxError
from sha_disclosure.messages import message
from sha_disclosure.outbox.database_errors import outbox_errors
from sha_disclosure.outbox.database_fork import LentEngine
from sha_disclosure.outbox.engines import ISOLATION, MYSQL, WRITES, empty_log, engine_of
from sha_disclosure.outbox.joining import require_own_connections
from sha_disclosure.outbox.schema import META, SERVERS
from sha_disclosure.sources import Sources

# Milliseconds since 1970 by the server's clock, independent of any time zone.
_MYSQL_CLOCK = text("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000")
_CLOCKS = {
    "postgresql": text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"),
    "mysql": _MYSQL_CLOCK,
    "mariadb": _MYSQL_CLOCK,
    "mssql": text("SELECT DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())"),
}
# An arbitrary number and name that no other program locks by.
_POSTGRESQL_LOCK = text("SELECT pg_advisory_xact_lock(6001118381617606520)")
_MYSQL_LOCK = text("SELECT GET_LOCK('sha_outbox', 60)")
_MYSQL_UNLOCK = text("SELECT RELEASE_LOCK('sha_outbox')")


def milliseconds(moment: datetime) -> int:
    """Return a time as stored in the tables."""
    return round(moment.timestamp() * 1000)


class Database:
    """An engine, the outbox's own or the caller's, and the outbox's transactions on it."""

    def __init__(
        self, place: str | Path | URL | Engine, sources: Sources, *, create: bool = True
    ) -> None:
        self._sources = sources
        self.own = not isinstance(place, Engine)
        if isinstance(place, Engine):
            require_own_connections(place)
        self.engine = place if isinstance(place, Engine) else engine_of(place, create=create)
        self.kind = self.engine.dialect.name
        options: dict[str, Any] = {WRITES: True}
        if self.kind in MYSQL and not self.own:
            options["isolation_level"] = ISOLATION
        self._writing = self.engine.execution_options(**options)
        self._lent = LentEngine(self.engine)
        self._clock = _CLOCKS.get(self.kind)
        self._closed = False

    @property
    def own_file(self) -> bool:
        """Whether it is the outbox's own file, used without asyncio."""
        return self.own and self.kind == "sqlite" and not self.engine.dialect.is_async

    def close(self) -> None:
        """Close the connections of the outbox's own engine; no new transaction can begin."""
        self._closed = True
        if self.own:
            self.engine.dispose()

    def lend(self) -> AbstractContextManager[Engine]:
        """Return a context that yields the engine for one transaction; a fork waits for it.

        Raises OutboxError if the outbox has been closed.
        """
        if self._closed:
            raise OutboxError(message("outbox.closed"))
        return self._lent.lend()

    def empty_log(self) -> None:
        """Empty the write-ahead log of the outbox's own SQLite file, unless others use it now.

        It holds what was deleted from the file until it is written again.
        """
        if self.own_file:
            with self.errors(), self.lend() as engine:
                empty_log(engine)

    def errors(self) -> AbstractContextManager[None]:
        """Return a context that converts the database's errors to the outbox's own."""
        return outbox_errors(self.engine.dialect.loaded_dbapi.Error)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading. Raises OutboxError and its kinds."""
        with self.errors(), self.lend() as engine, engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection whose reads see the database at a single point in time."""
        with self.read() as connection:
            if self.kind in SERVERS:  # on SQLite every transaction does
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that may write, committed at the end.

        On SQLite it takes the write lock at its start: a transaction that began by reading would
        be refused if another process has written since.
        """
        with self.errors(), self.lend(), self._writing.begin() as connection:
            if self.kind == "sqlite" and not self.own:
                connection.execute(update(META).where(META.c.name == "").values(value=""))
            yield connection

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """Yield the first transaction, which may not find any tables yet.

        On a server only one process at a time runs it: a second one opening a new outbox waits.
        """
        with (
            self.errors(),
            self.lend(),
            self._writing.connect() as connection,
            _alone(connection),
            connection.begin(),
        ):
            if self.kind == "postgresql":
                connection.execute(_POSTGRESQL_LOCK)
            yield connection

    def now(self, connection: Connection) -> int:
        """Return the time in milliseconds: the database server's if several hosts share one."""
        if self._clock is not None:
            return int(connection.execute(self._clock).scalar_one())
        return milliseconds(self._sources.clock())


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold a session lock where creating a table ends the transaction, as on MySQL."""
    if connection.dialect.name not in MYSQL:
        yield
        return
    with connection.begin():
        connection.execute(_MYSQL_LOCK)
    try:
        yield
    finally:
        with connection.begin():
            connection.execute(_MYSQL_UNLOCK)
