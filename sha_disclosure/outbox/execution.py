"""Executes one statement for many sets of parameters, as a drain does at each step.

The statement is compiled once for a database, and its driver receives the parameters directly:
SQLAlchemy's processing of each set costs more than the database's. PostgreSQL receives all sets
at once, as arrays: it parses and plans the statement once, not for each set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Dialect, Insert, String, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeEngine

from sha_disclosure.outbox.schema import SERVERS

_DIRECT = SERVERS | {"sqlite"}  # their drivers accept every value of the tables directly


def execute_each(
    connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement for each set of parameters, if there are any."""
    if not rows:
        return
    dialect, names = connection.dialect, tuple(rows[0])
    if dialect.name not in _DIRECT:
        connection.execute(statement, rows)
    elif dialect.name == "postgresql":
        made = ready(_of_arrays(statement, dialect, names), dialect, names)
        columns = {name: [row[name] for row in rows] for name in names}
        connection.exec_driver_sql(made.text, made.given(columns))
    else:
        made = ready(statement, dialect, names)
        connection.exec_driver_sql(made.text, [made.given(row) for row in rows])


class Ready(NamedTuple):
    """A statement in the driver's form; ``given`` puts named parameters into that form."""

    text: str
    given: Callable[[Mapping[str, Any]], Any]


@lru_cache(maxsize=128)
def ready(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> Ready:
    """Return a statement with parameters of these names, compiled for a database."""
    compiled = _compiled(statement, dialect, names)
    own = {name: value for name, value in compiled.params.items() if name not in names}
    order = compiled.positiontup
    if order is None:
        return Ready(str(compiled), lambda values: {**own, **values})
    if own or len(order) < 2:
        return Ready(str(compiled), lambda values: _ordered({**own, **values}, order))
    return Ready(str(compiled), itemgetter(*order))


def _ordered(values: Mapping[str, Any], order: Sequence[str]) -> tuple[Any, ...]:
    return tuple([values[name] for name in order])


@lru_cache(maxsize=128)
def _of_arrays(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> UpdateBase:
    """Return the statement for all sets of parameters, with an array for each of ``names``."""
    binds = _compiled(statement, dialect, names).binds
    types = {name: _whole(binds[name].type) for name in names}
    arrays = [bindparam(name, type_=ARRAY(types[name])) for name in names]
    columns = [column(name, types[name]) for name in names]
    sets = func.unnest(*arrays).table_valued(*columns).render_derived(name="given")
    if isinstance(statement, Insert):
        return statement.from_select(list(names), select(*sets.c))

    def of_a_set(element: Any, **_: Any) -> Any:
        given = isinstance(element, BindParameter) and element.key in names
        return sets.c[element.key] if given else None

    replaced: Any = replacement_traverse(statement, {}, of_a_set)
    return cast("UpdateBase", replaced)


def _compiled(statement: UpdateBase, dialect: Dialect, names: Sequence[str]) -> Any:
    return statement.compile(dialect=dialect, column_keys=list(names), for_executemany=True)


def _whole(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return a type without its length: a cast to it would silently truncate longer values."""
    return Text() if isinstance(type_, String) else type_
