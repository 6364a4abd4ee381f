"""From a database's fault to an error of the outbox that says what to do.

A driver's own text may hold a statement with its values, so none of it is passed on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sha_disclosure.errors import OutboxBusy, OutboxDamaged, OutboxError, OutboxFull

_Told = tuple[type[OutboxError], str]

_RACED: _Told = (
    OutboxBusy,
    "Another process added the same notice just now. Nothing was added; add it again",
)
_BUSY: _Told = (
    OutboxBusy,
    "The outbox's database is locked by others for too long. Nothing was changed; try again",
)
_DISK: _Told = (
    OutboxFull,
    "The disk of the outbox's database is full. Nothing was added; make room",
)
_READ_ONLY: _Told = (
    OutboxError,
    (
        "The outbox's database cannot be written: it is read-only for this process. Nothing was "
        "changed; mend the permissions of the file and its folder, or the role"
    ),
)
_DAMAGED: _Told = (
    OutboxDamaged,
    (
        "The outbox's database file is damaged or no database. Nothing was changed; keep the file, "
        "stop its users, and recover it (`sqlite3 FILE .recover`) or restore a back-up: "
        "docs/delivery.md"
    ),
)
_DISK_FAULT: _Told = (
    OutboxError,
    (
        "The disk of the outbox's database failed. Nothing is known to be changed; mend the disk "
        "and try again"
    ),
)
_UNREACHABLE: _Told = (
    OutboxError,
    (
        "The outbox's database cannot be opened or reached: check its address, folder and "
        "permissions, and that its server runs"
    ),
)
_SCHEMA: _Told = (
    OutboxError,
    "The outbox's database lacks a table or column: it is not the outbox's, or it was changed",
)

# The longest prefix of SQLite's error names counts.
_SQLITE: dict[str, _Told] = {
    "SQLITE_BUSY": _BUSY, "SQLITE_LOCKED": _BUSY, "SQLITE_FULL": _DISK,
    "SQLITE_READONLY": _READ_ONLY, "SQLITE_PERM": _READ_ONLY, "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED, "SQLITE_IOERR": _DISK_FAULT, "SQLITE_CANTOPEN": _UNREACHABLE,
    "SQLITE_ERROR": _SCHEMA,
}  # fmt: skip
# PostgreSQL: SQLSTATE classes and codes.
_SQLSTATE: dict[str, _Told] = {
    "40": _BUSY, "55P03": _BUSY, "57014": _BUSY, "53100": _DISK, "25006": _READ_ONLY,
    "42501": _READ_ONLY, "XX001": _DAMAGED, "XX002": _DAMAGED, "58": _DISK_FAULT,
    "08": _UNREACHABLE, "57P": _UNREACHABLE, "53300": _UNREACHABLE, "42": _SCHEMA,
    "28": _UNREACHABLE,     "3D": _UNREACHABLE,
}  # fmt: skip


def error_of(fault: BaseException) -> OutboxError:
    """Return the outbox's error for a fault of SQLAlchemy or a driver."""
    if isinstance(fault, IntegrityError):
        return _error(_RACED)
    if isinstance(fault, PoolTimeout):
        return _error(_BUSY)
    origin = getattr(fault, "orig", fault)
    name = getattr(origin, "sqlite_errorname", None)
    state = getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None)
    table, told = (_SQLITE, name) if name else (_SQLSTATE, state)
    if isinstance(told, str):
        for length in range(len(told), 0, -1):
            if told[:length] in table:
                return _error(table[told[:length]])
    if isinstance(fault, DBAPIError) and (fault.connection_invalidated or not told):
        return _error(_UNREACHABLE)
    return OutboxError(
        f"The outbox's database refused ({type(origin).__name__}{f', {told}' if told else ''}). "
        "Nothing was changed"
    )


def _error(told: _Told) -> OutboxError:
    kind, message = told
    return kind(message)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the outbox's own errors for a database's, with nothing of it attached."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as fault:
        error = error_of(fault)
    else:
        return
    try:
        raise error
    finally:
        error.__context__ = None  # in a `with` statement the fault is still being handled
