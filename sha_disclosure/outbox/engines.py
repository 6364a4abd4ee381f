"""The engine of a place: its driver, and the database settings for the outbox's own engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.outbox.database_file import private_file
from sha_disclosure.outbox.pool import ConnectionPool

WRITES = "sha_outbox_writes"
"""The execution option of a connection whose transactions write."""
MYSQL = frozenset({"mysql", "mariadb"})
# MySQL's default, one snapshot for a whole transaction, hides what others have just written.
ISOLATION = "READ COMMITTED"

_BUSY_TIMEOUT_MS = 10_000
_LOG_TIMEOUT_MS = 500  # nobody who adds or drains waits longer for it
# libpq and many operators write postgres://; others are SQLAlchemy's names without a driver. On
# asyncio, too, a file is reached by a thread.
_DRIVERS = {
    "sqlite+aiosqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}


def engine_of(place: str | Path | URL, *, create: bool = True) -> Engine:
    """Return an engine for an outbox of its own, with the driver that the place names.

    Raises ConfigurationError if the place cannot hold an outbox.
    """
    url = url_of(place)
    kind = url.get_backend_name()
    if kind == "sqlite":
        return _sqlite_engine(url, create=create)
    options: dict[str, Any] = {}
    more: dict[str, Any] = {}
    if url.drivername == "postgresql+psycopg":
        # Statements prepared in one session are unknown in the next one that a transaction pooler
        # such as pgbouncer assigns; and if the driver prepares any, it immediately prepares those
        # with many rows. So none is prepared, whatever the address says.
        options["prepare_threshold"] = None
        url = url.difference_update_query(["prepare_threshold"])
    elif kind in MYSQL:
        more["isolation_level"] = ISOLATION
        if "charset" not in url.query:
            url = url.update_query_dict({"charset": "utf8mb4"})
    engine = _made(url, pool_pre_ping=True, connect_args=options, **more)
    return _strict(engine) if kind in MYSQL else engine


def _made(url: URL, **options: Any) -> Engine:
    """Return the engine of a URL. Raises ConfigurationError."""
    try:
        if not url.get_dialect().is_async:  # those have a pool for their loop
            options["poolclass"] = ConnectionPool
        return create_engine(url, hide_parameters=True, **options)
    except NoSuchModuleError:
        why = message("outbox.place.unknown_database")
    except (ArgumentError, TypeError, ValueError):  # its dialects parse the parameters of a URL
        why = message("outbox.place.no_url")
    except ImportError as missing:
        why = message("outbox.place.no_driver", driver=str(missing.name))
    raise ConfigurationError(why)


def _strict(engine: Engine) -> Engine:
    """Make MySQL refuse values that do not fit into a column, whatever its server's settings."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')")
        cursor.close()

    return engine


def is_asynchronous(place: str | Path | URL) -> bool:
    """Return whether a place names a driver that works in an event loop only."""
    try:
        return url_of(place).get_dialect().is_async
    except ArgumentError:  # an unknown database, which is refused when it is opened
        return False


def url_of(place: str | Path | URL) -> URL:
    """Return a place as a URL with a driver. Raises ConfigurationError."""
    if isinstance(place, URL):
        return place
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
        (url.host or "").encode("idna")  # drivers would raise an error that is not the database's
    except (ArgumentError, ValueError):  # a port that is not a number
        url = None
    if url is None:
        raise ConfigurationError(message("outbox.place.no_url"))
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _sqlite_file(url: URL) -> Path | None:
    """Return the file of an SQLite URL, including SQLite's own URIs; None for memory."""
    name, query = url.database or "", url.query
    if str(query.get("uri", "")).lower() in {"true", "1", "yes", "on"} and name.startswith("file:"):
        name = _path_of(name)
        if query.get("mode") == "memory":
            return None
    return None if name in {"", ":memory:"} else Path(name)


def _path_of(uri: str) -> str:
    try:
        return url2pathname(urlsplit(uri).path)
    except ValueError:  # an unbalanced bracket
        pass
    raise ConfigurationError(message("outbox.place.no_url"))


def empty_log(engine: Engine) -> None:
    """Empty the write-ahead log of an SQLite file, unless a transaction goes on using it."""
    pooled = engine.raw_connection()
    try:
        cursor = pooled.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_LOG_TIMEOUT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        cursor.close()
    finally:
        pooled.close()


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
        # Pages that each message changes are copied to the file once for many of them.
        cursor.execute("PRAGMA wal_autocheckpoint = 4000")
        cursor.execute("PRAGMA cache_size = -8000")  # kB: indexes stay when payloads pass through
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # forgotten content also leaves the file
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
