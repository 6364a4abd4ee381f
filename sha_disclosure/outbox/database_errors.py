"""Converts a database's error to one of the outbox that says what to do.

A driver's own text may contain a statement with its values, so none of it is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sha_disclosure.errors import OutboxBusy, OutboxDamaged, OutboxError, OutboxFull
from sha_disclosure.messages import Message, message
from sha_disclosure.process import raised_by_signal_handler

# The error class of each sentence in the catalogue's table ``outbox.database``.
_CLASSES: dict[str, type[OutboxError]] = {
    "raced": OutboxBusy,
    "busy": OutboxBusy,
    "disk_full": OutboxFull,
    "read_only": OutboxError,
    "damaged": OutboxDamaged,
    "disk": OutboxError,
    "unreachable": OutboxError,
    "no_database": OutboxError,
    "no_access": OutboxError,
    "no_right": OutboxError,
    "schema": OutboxError,
}
# SQLite's error names; the longest matching prefix decides.
_SQLITE = {
    "SQLITE_BUSY": "busy", "SQLITE_LOCKED": "busy", "SQLITE_FULL": "disk_full",
    "SQLITE_READONLY": "read_only", "SQLITE_PERM": "read_only", "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged", "SQLITE_IOERR": "disk", "SQLITE_CANTOPEN": "unreachable",
    "SQLITE_ERROR": "schema",
}  # fmt: skip
# SQLSTATE classes and codes of PostgreSQL; the longest matching prefix decides.
_SQLSTATE = {
    "40": "busy", "55P03": "busy", "57014": "busy", "53100": "disk_full", "25006": "read_only",
    "42501": "no_right", "XX001": "damaged", "XX002": "damaged", "58": "disk",
    "08": "unreachable", "57P": "unreachable", "53300": "unreachable", "42": "schema",
    "28": "no_access", "3D": "no_database",
}  # fmt: skip
# Error numbers of MySQL and MariaDB, whose drivers' errors have no SQLSTATE.
_MYSQL = {
    1205: "busy", 1213: "busy", 3572: "busy", 1969: "busy", 3024: "busy", 1020: "busy",
    1021: "disk_full", 1114: "disk_full", 1290: "read_only", 1792: "read_only", 1836: "read_only",
    1034: "damaged", 1194: "damaged", 1195: "damaged", 1030: "disk",
    1044: "no_access", 1045: "no_access", 1130: "no_access", 1698: "no_access",
    1049: "no_database", 1142: "no_right", 1143: "no_right", 1227: "no_right",
    1054: "schema", 1146: "schema", 1364: "schema",
    1040: "unreachable", 1053: "unreachable", 1077: "unreachable", 1203: "unreachable",
    1927: "unreachable", 4031: "unreachable",
}  # fmt: skip
_MYSQL_DRIVERS = frozenset({"pymysql", "MySQLdb", "mysql", "mariadb", "asyncmy", "aiomysql"})
_MYSQL_CLIENT = range(2000, 3000)  # client error numbers: the connection failed or broke


@contextmanager
def outbox_errors(driver: type[Exception]) -> Iterator[None]:
    """Raise the outbox's own error for a database's, without attaching the original.

    ``driver``: the driver's base error class; some bypass SQLAlchemy. SQLAlchemy also wraps what
    a signal handler of the program raises during a statement: that is passed on unchanged.
    """
    error: BaseException
    try:
        yield
    except (SQLAlchemyError, driver) as fault:
        origin: BaseException = getattr(fault, "orig", None) or fault
        error = origin if raised_by_signal_handler(origin) else error_of(fault)
    else:
        return
    try:
        raise error
    finally:
        error.__context__ = None  # in a `with` statement the fault is still being handled


def error_of(fault: BaseException) -> OutboxError:
    """Return the outbox's error for one of SQLAlchemy or a driver."""
    if isinstance(fault, IntegrityError):
        return _error("raced")
    if isinstance(fault, PoolTimeout):
        return _error("busy")
    origin = getattr(fault, "orig", fault)
    if (number := _mysql_number(origin)) is not None:
        kind = "unreachable" if number in _MYSQL_CLIENT or number == 0 else _MYSQL.get(number)
        return _error(kind) if kind else _other(origin, str(number))
    name = getattr(origin, "sqlite_errorname", None)
    state = getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None)
    code = name or state
    sentence = _longest_prefix(_SQLITE if name else _SQLSTATE, str(code or ""))
    if sentence is not None:
        return _error(sentence)
    if isinstance(fault, DBAPIError) and (fault.connection_invalidated or not code):
        return _error(_connecting(str(origin)))
    return _other(origin, code)


def is_unreachable(error: OutboxError) -> bool:
    """Return whether an error means that the database cannot be reached at the moment."""
    sentence = error.sentence
    return isinstance(sentence, Message) and sentence.id == "outbox.database.unreachable"


def _connecting(said: str) -> str:
    """Return the sentence for a failed connection, for which drivers give no code.

    If a server uses another language the reason is not known: it counts as unreachable.
    """
    if re.search(r'database "[^"]*" does not exist', said):
        return "no_database"
    if re.search(r'authentication failed|role "[^"]*" does not exist|no pg_hba', said):
        return "no_access"
    return "unreachable"


def _mysql_number(origin: BaseException) -> int | None:
    """Return the number of an error of MySQL's drivers."""
    if type(origin).__module__.partition(".")[0] not in _MYSQL_DRIVERS:
        return None
    number = getattr(origin, "errno", None) or next(iter(origin.args), 0)
    return number if isinstance(number, int) else 0


def _other(origin: BaseException, code: str | None) -> OutboxError:
    kind = ", ".join(filter(None, (type(origin).__name__, code)))
    return OutboxError(message("outbox.database.other", kind=kind))


def _longest_prefix(table: dict[str, str], code: str) -> str | None:
    prefixes = (code[:length] for length in range(len(code), 0, -1))
    return next((table[prefix] for prefix in prefixes if prefix in table), None)


def _error(sentence: str) -> OutboxError:
    return _CLASSES[sentence](message(f"outbox.database.{sentence}"))
