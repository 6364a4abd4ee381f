"""Migrates the tables to the version of this program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import (
    Column,
    Connection,
    Index,
    MetaData,
    Table,
    column,
    exists,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.schema import CreateColumn

from sha_disclosure.errors import OutboxError
from sha_disclosure.messages import message
from sha_disclosure.outbox.counting import begin_counting
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.payload import read_payload
from sha_disclosure.outbox.schema import (
    ATTEMPT,
    COUNT,
    MESSAGE,
    META,
    METADATA,
    NOTICE,
    PAYLOAD,
    VERSION,
)

Step = Callable[[Connection], None]

_SCHEMA = "schema"
_DUE = "sha_outbox_message_due"  # an index of versions 1 and 2
_PAYLOAD_BEFORE = table(MESSAGE.name, column("number"), column("payload"))  # until version 4
VERSION_ROW = {"name": _SCHEMA, "value": str(VERSION)}
"""The row with the version of the tables."""


def steps(keys: Keyring) -> Mapping[int, Step]:
    """Return the migration step from each older version to the next."""
    return {
        1: lambda connection: _to_version_2(connection, keys),
        2: _to_version_3,
        3: _to_version_4,
        4: _to_version_5,
    }


def migrate(
    connection: Connection,
    steps: Mapping[int, Step],
    version: int = VERSION,
    *,
    create: bool = True,
) -> None:
    """Create the tables, or migrate older ones to ``version`` step by step, in one transaction.

    Raises OutboxError if the tables belong to a newer program, or if there are none and
    ``create`` is false.
    """
    if not inspect(connection).has_table(META.name) or not _finished(connection):
        if not create:
            raise OutboxError(message("outbox.no_tables"))
        METADATA.create_all(connection)
        begin_counting(connection)
        connection.execute(insert(META).values(**{**VERSION_ROW, "value": str(version)}))
        return
    found = version_of(connection)
    if found > version:
        raise OutboxError(message("outbox.newer_tables", found=found, known=version))
    for each in range(found, version):
        steps[each](connection)
    if found != version:
        connection.execute(update(META).where(META.c.name == _SCHEMA).values(value=str(version)))


def _finished(connection: Connection) -> bool:
    """Return whether creating the tables finished: without transactional DDL it may not have."""
    if connection.dialect.name not in {"mysql", "mariadb", "oracle"}:
        return True
    return connection.execute(select(META.c.name).limit(1)).first() is not None


def version_of(connection: Connection) -> int:
    """Return the version of the tables. Raises OutboxError if there is none."""
    stored = connection.execute(select(META.c.value).where(META.c.name == _SCHEMA)).scalar()
    if stored is None or not stored.isdigit():
        raise OutboxError(message("outbox.no_version"))
    return int(stored)


def _to_version_2(connection: Connection, keys: Keyring) -> None:
    added = (MESSAGE.c.organisation, MESSAGE.c.resends, MESSAGE.c.acknowledged, MESSAGE.c.mac)
    for each in (*added, ATTEMPT.c.mac):
        _add_column(connection, each)
    _add_column(connection, MESSAGE.c.attempts)
    for each in (NOTICE.c.reference, NOTICE.c.content, NOTICE.c.mac):
        _add_column(connection, each)
    had = select(func.count()).where(ATTEMPT.c.message == MESSAGE.c.number).scalar_subquery()
    connection.execute(update(MESSAGE).values(attempts=had))
    for index in NOTICE.indexes:
        index.create(connection, checkfirst=True)
    if not _has_column(connection, MESSAGE, "payload"):
        return  # moved by an interrupted migration
    waiting = select(_PAYLOAD_BEFORE).where(_PAYLOAD_BEFORE.c.payload.is_not(None))
    for row in connection.execute(waiting.execution_options(yield_per=100)).all():
        prepared = read_payload(keys.open(row.payload) or b"")
        if prepared is not None:
            named = update(MESSAGE).where(MESSAGE.c.number == row.number)
            connection.execute(named.values(organisation=prepared.organisation))


def _to_version_3(connection: Connection) -> None:
    _add_column(connection, MESSAGE.c.behind)
    for index in MESSAGE.indexes | NOTICE.indexes:
        index.create(connection, checkfirst=True)
    if any(each["name"] == _DUE for each in inspect(connection).get_indexes(MESSAGE.name)):
        Index(_DUE, _table=Table(MESSAGE.name, MetaData())).drop(connection)
    COUNT.create(connection, checkfirst=True)
    if connection.execute(select(COUNT.c.name).limit(1)).first() is None:
        counted = select(func.count()).select_from(MESSAGE).where(MESSAGE.c.state == "delivered")
        delivered = connection.execute(counted).scalar_one()
        connection.execute(insert(COUNT).values(name="before", delivered=delivered))


def _to_version_4(_connection: Connection) -> None:
    """Do nothing: the triggers that it brought to SQLite are replaced in version 5."""


def _to_version_5(connection: Connection) -> None:
    PAYLOAD.create(connection, checkfirst=True)
    if _has_column(connection, MESSAGE, "payload"):
        moved = select(PAYLOAD.c.message).where(PAYLOAD.c.message == _PAYLOAD_BEFORE.c.number)
        kept = _PAYLOAD_BEFORE.c.payload.is_not(None) & ~exists(moved)
        connection.execute(
            insert(PAYLOAD).from_select(["message", "payload"], select(_PAYLOAD_BEFORE).where(kept))
        )
        if _drops_columns(connection):
            name = connection.dialect.identifier_preparer.format_table(MESSAGE)
            connection.execute(text(f"ALTER TABLE {name} DROP COLUMN payload"))
        else:
            connection.execute(update(_PAYLOAD_BEFORE).values(payload=None))
    begin_counting(connection)


def _drops_columns(connection: Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return True
    version: tuple[int, ...] = connection.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    return version >= (3, 35)


def _has_column(connection: Connection, table: Table, name: str) -> bool:
    return name in {each["name"] for each in inspect(connection).get_columns(table.name)}


def _add_column(connection: Connection, added: Column[object]) -> None:
    of: Table = added.table
    if _has_column(connection, of, added.name):
        return  # from an interrupted migration, where DDL is not transactional
    name = connection.dialect.identifier_preparer.format_table(of)
    definition = CreateColumn(added).compile(dialect=connection.dialect)
    connection.execute(text(f"ALTER TABLE {name} ADD COLUMN {definition}"))
