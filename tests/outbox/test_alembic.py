"""The outbox's tables beside a host's own, whose migrations Alembic writes."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, create_engine

from sha_disclosure.outbox import METADATA, Outbox, is_outbox_table, tables_sql
from sha_disclosure.outbox.engines import url_of

HOST = MetaData()
Table("disclosure", HOST, Column("id", Integer, primary_key=True))


def written_for(context):
    """Return the migration that autogenerate writes."""
    operations = produce_migrations(context, HOST).upgrade_ops
    assert operations is not None
    return render_python_code(operations)


def include_object(thing, name, kind, reflected, compare_to):
    """As docs/delivery.md has it."""
    return not is_outbox_table(thing)


@pytest.fixture
def connection(place):
    with Outbox(place):
        pass
    engine = create_engine(url_of(place))
    with engine.connect() as made:
        yield made
    engine.dispose()


def test_autogenerate_drops_no_table_of_the_outbox(connection):
    ours = {"compare_type": True, "include_object": include_object}
    context = MigrationContext.configure(connection, opts={**ours, "target_metadata": HOST})
    written = written_for(context)
    assert "create_table('disclosure'" in written
    assert "sha_outbox" not in written
    without = MigrationContext.configure(connection)
    drops = written_for(without)
    assert "drop_table('sha_outbox_message')" in drops  # what the hook is for


def test_the_metadata_is_what_the_database_holds(connection):
    """For a host that has Alembic make the tables: nothing is left to change."""
    context = MigrationContext.configure(connection)
    found = compare_metadata(context, METADATA)
    if connection.dialect.name == "sqlite":  # which reflects no BLOB's length and no order
        found = [each for each in found if each[0] in {"add_table", "remove_table", "add_column"}]
    assert [each[0] for each in found if "table" in each[0] or "column" in each[0]] == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle"])
def test_a_dba_gets_every_table_of_the_metadata_in_each_dialect(kind):
    written = tables_sql(kind)
    for table in METADATA.sorted_tables:
        assert f"CREATE TABLE {table.name}" in written
