"""The outbox's tables as SQL, for creating them by hand."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import insert, text
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateIndex, CreateTable

from sha_disclosure.outbox.counting import COUNTING
from sha_disclosure.outbox.migration import VERSION_ROW
from sha_disclosure.outbox.schema import META, METADATA

DatabaseKind = Literal["sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle"]


def is_outbox_table(thing: object) -> bool:
    """Return whether a table, or what belongs to one, is the outbox's (säilön taulu).

    For Alembic, whose autogenerate would drop the tables it does not know::

        def include_object(thing, name, kind, reflected, compare_to):
            return not is_outbox_table(thing)
    """
    table = getattr(thing, "table", thing)
    return getattr(table, "name", None) in METADATA.tables


def tables_sql(kind: DatabaseKind) -> str:
    """Return the statements that create an empty outbox (taulujen luonti), each ending in ``;``.

    Run them if the outbox's role may not create tables; it then only needs SELECT, INSERT,
    UPDATE and DELETE on them.
    """
    dialect = URL.create(kind).get_dialect()()
    statements: list[Any] = []
    for table in METADATA.sorted_tables:
        statements.append(CreateTable(table))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements += [CreateIndex(each) for each in indexes]
    statements.append(insert(META).values(**VERSION_ROW))
    statements += map(text, COUNTING if kind == "sqlite" else ())
    written = (
        str(each.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).strip()
        for each in statements
    )
    return "".join(f"{each};\n\n" for each in written).rstrip("\n") + "\n"
