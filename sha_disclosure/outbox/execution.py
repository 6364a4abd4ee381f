"""Executes the statements that a drain repeats at each step.

A statement is compiled once for a database, and its driver receives the parameters directly:
SQLAlchemy's processing costs several times as much as SQLite's. PostgreSQL receives many sets of
parameters at once, as arrays: it parses and plans the statement once, not for each set.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    String,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeEngine

from sha_disclosure.outbox.schema import SERVERS

_PAGE = tuple(f"number_{place}" for place in range(32))  # as many as a drain leases together
_named: Any = namedtuple  # its fields are a query's columns
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


def execute(connection: Connection, statement: UpdateBase, values: Mapping[str, Any]) -> int:
    """Execute a statement; return how many rows it changed."""
    dialect = connection.dialect
    if dialect.name not in _DIRECT:
        return connection.execute(statement, values).rowcount
    made = ready(statement, dialect, tuple(values))
    return connection.exec_driver_sql(made.text, made.given(values)).rowcount


def rows_of(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of a query, whose columns are attributes."""
    dialect = connection.dialect
    if dialect.name not in _DIRECT:
        return connection.execute(query, values).all()
    made = _query(query, dialect)
    return made.rows(connection.exec_driver_sql(made.text, made.given(values)).all())


def among(numbers: ColumnElement[int]) -> ColumnElement[bool]:
    """Return whether a number is among those of a page: see ``pages``.

    Unlike an expanding parameter, a fixed number of them leaves the statement's text as it is.
    """
    return numbers.in_([bindparam(name) for name in _PAGE])


def pages(numbers: Sequence[int]) -> Iterator[dict[str, int]]:
    """Yield numbers as the parameters of ``among``, page by page."""
    for start in range(0, len(numbers), len(_PAGE)):
        page = list(numbers[start : start + len(_PAGE)])
        page += page[-1:] * (len(_PAGE) - len(page))
        yield dict(zip(_PAGE, page, strict=True))


class _Query(NamedTuple):
    """A query in the driver's form; ``rows`` makes rows of what the driver returns."""

    text: str
    given: Callable[[Mapping[str, Any]], Any]
    rows: Callable[[Sequence[Any]], list[Any]]


@lru_cache(maxsize=128)
def _query(query: Select[Any], dialect: Dialect) -> _Query:
    """Return a query compiled for a database."""
    compiled: Any = query.compile(dialect=dialect)
    columns = list(query.selected_columns)
    row = _named("Row", [each.key or "" for each in columns])
    processors = [
        (index, process)
        for index, each in enumerate(columns)
        if (process := each.type.dialect_impl(dialect).result_processor(dialect, None))
    ]

    def rows(found: Sequence[Any]) -> list[Any]:
        if not processors:
            return [row._make(each) for each in found]
        made = []
        for each in found:
            values = list(each)
            for index, process in processors:
                values[index] = process(values[index])
            made.append(row._make(values))
        return made

    return _Query(str(compiled), _giving(compiled, ()), rows)


class Ready(NamedTuple):
    """A statement in the driver's form; ``given`` puts named parameters into that form."""

    text: str
    given: Callable[[Mapping[str, Any]], Any]


@lru_cache(maxsize=128)
def ready(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> Ready:
    """Return a statement with parameters of these names, compiled for a database."""
    compiled = _compiled(statement, dialect, names)
    return Ready(str(compiled), _giving(compiled, names))


def _giving(compiled: Any, names: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """Return what puts named parameters into the driver's form, with the statement's own values."""
    own = {name: value for name, value in compiled.params.items() if name not in names}
    order = compiled.positiontup
    if order is None:
        return lambda values: {**own, **values}
    if own or len(order) < 2:
        return lambda values: _ordered({**own, **values}, order)
    return itemgetter(*order)


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
