"""Migrating the tables to the version of this program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, inspect, select, text, update

from sha_disclosure.errors import OutboxError
from sha_disclosure.messages import message
from sha_disclosure.outbox.schema import META, METADATA, VERSION

Step = Callable[[Connection], None]

STEPS: Mapping[int, Step] = {}
"""The step that leads from each older version to the next; the first version has none."""

_LOCK = 0x5348415F6F626F78  # any number that no other program locks by
_SCHEMA = "schema"


def migrate(
    connection: Connection, steps: Mapping[int, Step] = STEPS, version: int = VERSION
) -> None:
    """Make the tables, or bring older ones to ``version`` step by step, in one transaction.

    Raises OutboxError when the tables are of a newer program.
    """
    if connection.dialect.name == "postgresql":
        # Two processes that open a new outbox at once: the second waits for the first.
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
    if not inspect(connection).has_table(META.name):
        METADATA.create_all(connection)
        connection.execute(insert(META).values(name=_SCHEMA, value=str(version)))
        return
    found = version_of(connection)
    if found > version:
        raise OutboxError(message("outbox.newer_tables", found=found, known=version))
    for each in range(found, version):
        steps[each](connection)
    if found != version:
        connection.execute(update(META).where(META.c.name == _SCHEMA).values(value=str(version)))


def version_of(connection: Connection) -> int:
    """Return the version of the tables. Raises OutboxError when they hold none."""
    stored = connection.execute(select(META.c.value).where(META.c.name == _SCHEMA)).scalar()
    if stored is None or not stored.isdigit():
        raise OutboxError(message("outbox.no_version"))
    return int(stored)
