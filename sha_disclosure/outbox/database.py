"""The database behind an outbox: how it is opened, and its short transactions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from sqlalchemy import Connection, Engine, create_engine, event, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.outbox.database_errors import outbox_errors
from sha_disclosure.outbox.database_file import private_file
from sha_disclosure.outbox.database_fork import LentEngine
from sha_disclosure.outbox.joining import require_own_connections
from sha_disclosure.outbox.schema import META, SERVERS
from sha_disclosure.sources import Sources

_BUSY_TIMEOUT_MS = 10_000
_WRITES = "sha_outbox_writes"
# libpq and many operators write postgres://; the others are SQLAlchemy's names without a driver.
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_MYSQL = frozenset({"mysql", "mariadb"})
# MySQL's default, one snapshot for a whole transaction, hides what others just wrote.
_ISOLATION = "READ COMMITTED"
# Milliseconds since 1970 by the server's clock, untouched by any time zone.
_MYSQL_CLOCK = text("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000")
_CLOCKS = {
    "postgresql": text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"),
    "mysql": _MYSQL_CLOCK,
    "mariadb": _MYSQL_CLOCK,
    "mssql": text("SELECT DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())"),
}
# Any number and name that no other program locks by.
_POSTGRESQL_LOCK = text("SELECT pg_advisory_xact_lock(6001118381617606520)")
_MYSQL_LOCK = text("SELECT GET_LOCK('sha_outbox', 60)")
_MYSQL_UNLOCK = text("SELECT RELEASE_LOCK('sha_outbox')")


def milliseconds(moment: datetime) -> int:
    """Return a moment as the tables keep it."""
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
        self.engine = place if isinstance(place, Engine) else _engine(place, create=create)
        self.kind = self.engine.dialect.name
        options: dict[str, Any] = {_WRITES: True}
        if self.kind in _MYSQL and not self.own:
            options["isolation_level"] = _ISOLATION
        self._writing = self.engine.execution_options(**options)
        self._lent = LentEngine(self.engine)
        self._clock = _CLOCKS.get(self.kind)

    def close(self) -> None:
        """Close the connections of the outbox's own engine."""
        if self.own:
            self.engine.dispose()

    def lend(self) -> AbstractContextManager[Engine]:
        """Return a context that yields the engine for one transaction; a fork waits for it."""
        return self._lent.lend()

    def errors(self) -> AbstractContextManager[None]:
        """Return a context that raises the outbox's own error for one of the database."""
        return outbox_errors(self.engine.dialect.loaded_dbapi.Error)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading. Raises OutboxError and its kinds."""
        with self.errors(), self.lend() as engine, engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection for reads that see the database as it is at one moment."""
        with self.read() as connection:
            if self.kind in SERVERS:  # on SQLite every transaction reads so
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that may write, committed at the end.

        On SQLite it takes the write lock at its beginning: a transaction that began by reading
        would be refused when another process has written since.
        """
        with self.errors(), self.lend(), self._writing.begin() as connection:
            if self.kind == "sqlite" and not self.own:
                connection.execute(update(META).where(META.c.name == "").values(value=""))
            yield connection

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """Yield the first transaction, which may find no tables yet.

        On a server one process at a time has it: a second that opens a new outbox waits.
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
        """Return the time in milliseconds: the database server's where several hosts share one."""
        if self._clock is not None:
            return int(connection.execute(self._clock).scalar_one())
        return milliseconds(self._sources.clock())


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold a lock of the session where making a table ends the transaction, as on MySQL."""
    if connection.dialect.name not in _MYSQL:
        yield
        return
    with connection.begin():
        connection.execute(_MYSQL_LOCK)
    try:
        yield
    finally:
        with connection.begin():
            connection.execute(_MYSQL_UNLOCK)


def _engine(place: str | Path | URL, *, create: bool) -> Engine:
    url = _url(place)
    kind = url.get_backend_name()
    if kind == "sqlite":
        return _sqlite_engine(url, create=create)
    options: dict[str, Any] = {}
    more: dict[str, Any] = {}
    if url.drivername == "postgresql+psycopg":
        # Statements that are prepared in one session are unknown in the next one that a
        # transaction pooler such as pgbouncer hands out. The driver takes no URL parameter.
        threshold = str(url.query.get("prepare_threshold", ""))
        known = re.fullmatch(r"[0-9]{1,9}", threshold)
        options["prepare_threshold"] = int(threshold) if known else None
        url = url.difference_update_query(["prepare_threshold"])
    elif kind in _MYSQL:
        more["isolation_level"] = _ISOLATION
        if "charset" not in url.query:
            url = url.update_query_dict({"charset": "utf8mb4"})
    engine = _made(url, pool_pre_ping=True, connect_args=options, **more)
    return _strict(engine) if kind in _MYSQL else engine


def _made(url: URL, **options: Any) -> Engine:
    """Return the engine of a URL. Raises ConfigurationError."""
    try:
        return create_engine(url, hide_parameters=True, **options)
    except NoSuchModuleError:
        why = message("outbox.place.unknown_database")
    except (ArgumentError, TypeError, ValueError):  # its dialects read the parameters of a URL
        why = message("outbox.place.no_url")
    except ImportError as missing:
        why = message("outbox.place.no_driver", driver=str(missing.name))
    raise ConfigurationError(why)


def _strict(engine: Engine) -> Engine:
    """Have MySQL refuse what does not fit into a column, whatever its server is set to."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')")
        cursor.close()

    return engine


def _url(place: str | Path | URL) -> URL:
    if isinstance(place, URL):
        return place
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):  # a port that is no number
        url = None
    if url is None:
        raise ConfigurationError(message("outbox.place.no_url"))
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _sqlite_file(url: URL) -> Path | None:
    """Return the file a SQLite URL names, also as a URI of SQLite's own; None for memory."""
    name, query = url.database or "", url.query
    if str(query.get("uri", "")).lower() in {"true", "1", "yes", "on"} and name.startswith("file:"):
        name = _path_of(name)
        if query.get("mode") == "memory":
            return None
    return None if name in {"", ":memory:"} else Path(name)


def _path_of(uri: str) -> str:
    try:
        return url2pathname(urlsplit(uri).path)
    except ValueError:  # a bracket without its other half
        pass
    raise ConfigurationError(message("outbox.place.no_url"))


def _sqlite_engine(url: URL, *, create: bool) -> Engine:
    path = _sqlite_file(url)
    if path is None:
        raise ConfigurationError(message("outbox.place.memory"))
    private_file(path, create=create and url.query.get("mode") not in {"ro", "rw"})
    engine = _made(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # this module begins transactions, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # what is forgotten leaves the file too
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
