"""The database behind an outbox: how it is opened, and its short transactions."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

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
_REMOUNTED = 0o660
_CLOCK = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")


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
        self.engine = place if isinstance(place, Engine) else _engine(place, create=create)
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


def _engine(place: str | Path | URL, *, create: bool) -> Engine:
    url = _url(place)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, create=create)
    options: dict[str, Any] = {}
    if url.drivername == "postgresql+psycopg":
        # Statements that are prepared in one session are unknown in the next one that a
        # transaction pooler such as pgbouncer hands out. The driver takes no URL parameter.
        threshold = str(url.query.get("prepare_threshold", ""))
        options["prepare_threshold"] = int(threshold) if threshold.isdigit() else None
        url = url.difference_update_query(["prepare_threshold"])
    try:
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=options)
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
    # libpq and many operators write postgres://; without a driver SQLAlchemy takes psycopg2.
    postgresql = url.drivername in {"postgres", "postgresql"}
    return url.set(drivername="postgresql+psycopg") if postgresql else url


def _sqlite_file(url: URL) -> Path | None:
    """Return the file a SQLite URL names, also as a URI of SQLite's own; None for memory."""
    name, query = url.database or "", url.query
    if str(query.get("uri", "")).lower() in {"true", "1", "yes", "on"} and name.startswith("file:"):
        name = url2pathname(urlsplit(name).path)
        if query.get("mode") == "memory":
            return None
    return None if name in {"", ":memory:"} else Path(name)


def _sqlite_engine(url: URL, *, create: bool) -> Engine:
    path = _sqlite_file(url)
    if path is None:
        raise ConfigurationError(message("outbox.place.memory"))
    private_file(path, create=create and url.query.get("mode") not in {"ro", "rw"})
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


def private_file(path: Path, *, create: bool = True) -> None:
    """Make the database file, for its owner only; refuse one that others may read.

    It is made before the database opens it, so that at no moment others can open it; SQLite
    gives its journal files the same mode. Raises OutboxError.
    """
    why: Message | None = None
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR if create else os.O_RDONLY
    try:
        handle = os.open(path, flags, _OWNER_ONLY)
    except FileExistsError:
        why = _not_private(path)
    except FileNotFoundError as error:
        sentence = "not_made" if create else "missing"
        why = message(f"outbox.place.{sentence}", path=str(path), reason=error.strerror or "")
    except OSError as error:
        why = message("outbox.place.not_made", path=str(path), reason=error.strerror or "")
    else:
        os.close(handle)
        why = None if create else _not_private(path)
        _sync_folder(path.absolute().parent)
    if why:
        raise OutboxError(why)


def _not_private(path: Path) -> Message | None:
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        return message("outbox.place.not_a_file", path=str(path))
    if os.name != "posix" or not open_to_others(about.st_mode, about.st_uid, about.st_uid):
        return None
    if about.st_uid == os.geteuid() and stat.S_IMODE(about.st_mode) == _REMOUNTED:
        _close_again(path)
        return None
    return message("outbox.place.open_to_others", path=str(path))


def _close_again(path: Path) -> None:
    """Take back the group's rights that Kubernetes gives at a mount with ``fsGroup``."""
    for each in (path, *path.parent.glob(f"{path.name}-*")):
        each.chmod(_OWNER_ONLY)
    logging.getLogger("sha_disclosure").warning(
        "The outbox's file was opened to its group, as a mount with fsGroup does; mode 600 again"
    )


def _sync_folder(folder: Path) -> None:
    """Write the folder to disk, so that the new file's name survives a power cut."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
