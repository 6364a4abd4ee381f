"""Executing one statement for many sets of parameters, as a drain does at each step.

The statement is compiled once for a database, and its driver gets the parameters as they are:
SQLAlchemy's own way to each set costs more than the database's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.dml import UpdateBase

from sha_disclosure.outbox.schema import SERVERS

_DIRECT = SERVERS | {"sqlite"}  # their drivers take every value of the tables by themselves


def execute_each(
    connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement for each set of parameters; nothing, if there is none."""
    if not rows:
        return
    if connection.dialect.name not in _DIRECT:
        connection.execute(statement, rows)
        return
    compiled = _compiled(statement, connection.dialect, tuple(rows[0]))
    connection.exec_driver_sql(compiled.text, [compiled.given(row) for row in rows])


class _Compiled(NamedTuple):
    """A statement as a driver takes it: ``constants`` are its own parameters."""

    text: str
    constants: Mapping[str, Any]
    order: Sequence[str] | None

    def given(self, row: Mapping[str, Any]) -> Any:
        """Return a set of parameters as the driver takes it: by name, or in order."""
        values = {**self.constants, **row}
        return values if self.order is None else tuple([values[name] for name in self.order])


@lru_cache(maxsize=128)
def _compiled(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    compiled: Any = statement.compile(
        dialect=dialect, column_keys=list(names), for_executemany=True
    )
    constants = {name: value for name, value in compiled.params.items() if name not in names}
    return _Compiled(str(compiled), constants, compiled.positiontup)
