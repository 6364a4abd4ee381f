"""The database behind an outbox: how it is opened, and its short transactions."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from sha_disclosure.errors import ConfigurationError, OutboxError
from sha_disclosure.files import open_to_others
from sha_disclosure.messages import Message, message
from sha_disclosure.outbox.database_errors import outbox_errors
from sha_disclosure.outbox.schema import META
from sha_disclosure.sources import Sources

_BUSY_TIMEOUT_MS = 10_000
_WRITES = "sha_outbox_writes"
_OWNER_ONLY = 0o600
_CLOCK = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")


def milliseconds(moment: datetime) -> int:
    """Return a moment as the tables keep it."""
    return round(moment.timestamp() * 1000)


class Database:
    """An engine, the outbox's own or the caller's, and the outbox's transactions on it."""

    def __init__(self, place: str | Path | URL | Engine, sources: Sources) -> None:
        self._sources = sources
        self.own = not isinstance(place, Engine)
        self.engine = place if isinstance(place, Engine) else _engine(place)
        self.kind = self.engine.dialect.name
        self._writing = self.engine.execution_options(**{_WRITES: True})

    def close(self) -> None:
        """Close the connections of the outbox's own engine."""
        if self.own:
            self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading. Raises OutboxError and its kinds."""
        with outbox_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that may write, committed at the end.

        On SQLite it takes the write lock at its beginning: a transaction that began by reading
        would be refused when another process has written since.
        """
        with outbox_errors(), self._writing.begin() as connection:
            if self.kind == "sqlite" and not self.own:
                connection.execute(update(META).where(META.c.name == "").values(value=""))
            yield connection

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """Yield the first transaction, which may find no tables yet."""
        with outbox_errors(), self._writing.begin() as connection:
            yield connection

    def now(self, connection: Connection) -> int:
        """Return the time in milliseconds: the database server's where several hosts share one."""
        if self.kind == "postgresql":
            return int(connection.execute(_CLOCK).scalar_one())
        return milliseconds(self._sources.clock())


def _engine(place: str | Path | URL) -> Engine:
    url = _url(place)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    try:
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError):
        why = message("outbox.place.unknown_database")
    except ImportError as missing:
        why = message("outbox.place.no_driver", driver=str(missing.name))
    raise ConfigurationError(why)


def _url(place: str | Path | URL) -> URL:
    if isinstance(place, URL):
        return place
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
    except ArgumentError:
        url = None
    if url is None:
        raise ConfigurationError(message("outbox.place.no_url"))
    # Without a driver SQLAlchemy would look for psycopg2.
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _sqlite_engine(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise ConfigurationError(message("outbox.place.memory"))
    if not str(url.database).startswith("file:"):
        private_file(Path(str(url.database)))
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000}
    )

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


def private_file(path: Path) -> None:
    """Make the database file, for its owner only; refuse one that others may read.

    It is made before the database opens it, so that at no moment others can open it; SQLite
    gives its journal files the same mode. Raises OutboxError.
    """
    why: Message | None = None
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ONLY)
    except FileExistsError:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            why = message("outbox.place.not_a_file", path=str(path))
        elif os.name == "posix" and open_to_others(about.st_mode, about.st_uid, about.st_uid):
            why = message("outbox.place.open_to_others", path=str(path))
    except OSError as error:
        why = message("outbox.place.not_made", path=str(path), reason=error.strerror or "")
    else:
        os.close(handle)
        _sync_folder(path.absolute().parent)
    if why:
        raise OutboxError(why)


def _sync_folder(folder: Path) -> None:
    """Write the folder to disk, so that the new file's name survives a power cut."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
