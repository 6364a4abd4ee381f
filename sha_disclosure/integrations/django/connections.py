"""Django's connections wrapped for SQLAlchemy, and the outbox's own engines."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import Any

from django.db import connections, transaction
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message

# Django's vendor: the driver's module, and SQLAlchemy's name of both
_DRIVERS = {
    "sqlite": {"sqlite3": "sqlite"},
    "postgresql": {"psycopg": "postgresql+psycopg", "psycopg2": "postgresql+psycopg2"},
    "mysql": {"MySQLdb": "mysql+mysqldb", "pymysql": "mysql+pymysql"},
}
_OPTIONS: dict[str, dict[str, Any]] = {
    # SQLAlchemy would ask the driver about hstore, which the tables do not use; the driver only
    # accepts its own connections.
    "postgresql": {"use_native_hstore": False},
}


def borrowing_engine(alias: str) -> Engine:
    """Return an engine on this thread's Django connection, within Django's transactions.

    Raises ConfigurationError for a database the outbox cannot use.
    """
    return create_engine(
        URL.create(_driver(alias)),
        creator=partial(_Borrowed, alias),
        poolclass=NullPool,
        hide_parameters=True,
        **_OPTIONS.get(_vendor(alias), {}),
    )


def own_engine(alias: str) -> Engine:
    """Return an engine with its own connections to the same database.

    Raises ConfigurationError for a database the outbox cannot use.
    """
    given = connections[alias].settings_dict
    driver = _driver(alias)
    if driver == "sqlite":
        if connections[alias].is_in_memory_db():  # type: ignore[attr-defined]
            raise ConfigurationError(message("django.in_memory", alias=alias))
        return create_engine(URL.create(driver, database=str(given["NAME"])), hide_parameters=True)
    url = URL.create(
        driver,
        username=given["USER"] or None,
        password=given["PASSWORD"] or None,
        host=given["HOST"] or None,
        port=int(given["PORT"]) if given["PORT"] else None,
        database=str(given["NAME"]),
    )
    plain = {k: v for k, v in given["OPTIONS"].items() if isinstance(v, str) and k not in _DJANGO}
    return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=plain)


_DJANGO = frozenset({"isolation_level", "assume_role", "init_command", "sql_mode"})
"""Options that Django handles itself; the driver would reject them."""


def _vendor(alias: str) -> str:
    return str(connections[alias].vendor)


def _driver(alias: str) -> str:
    drivers = _DRIVERS.get(_vendor(alias))
    if drivers is None:
        raise ConfigurationError(message("django.database", alias=alias, vendor=_vendor(alias)))
    used = connections[alias].Database.__name__.partition(".")[0]  # type: ignore[attr-defined]
    if used in drivers:
        return drivers[used]
    return next(name for module, name in drivers.items() if find_spec(module))


class _Borrowed:
    """A Django connection wrapped as a driver's connection, whose transactions are Django's.

    The first statement enters ``atomic`` on the alias: a savepoint if the project has a
    transaction open, otherwise a transaction. ``commit`` and ``rollback`` leave it. What SQLAlchemy
    sets on a driver's connection (isolation, auto-commit) has no effect: Django has its own.
    """

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._atomic: transaction.Atomic | None = None
        connections[alias].ensure_connection()
        self._connection = connections[alias].connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        if self._atomic is None:
            self._atomic = transaction.atomic(using=self._alias)
            self._atomic.__enter__()
        return self._connection.cursor(*arguments, **options)

    def commit(self) -> None:
        self._leave(kept=True)

    def rollback(self) -> None:
        self._leave(kept=False)

    close = rollback

    def _leave(self, *, kept: bool) -> None:
        atomic, self._atomic = self._atomic, None
        if atomic is None:
            return
        if not kept:
            transaction.set_rollback(True, using=self._alias)
        atomic.__exit__(None, None, None)
