"""Full disk, read-only, damaged rows and files: clear errors, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from earlier_tables import as_version_4
from outbox_parts import TIMING
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, event, select, text

from sha_disclosure.errors import (
    OutboxDamaged,
    OutboxError,
    OutboxFull,
)
from sha_disclosure.outbox import Outbox
from sha_disclosure.outbox.engines import url_of
from sha_disclosure.outbox.migration import migrate, version_of
from sha_disclosure.outbox.schema import META, NOTICE, VERSION


def fill(outbox, prepare, kept):
    for _ in range(200):
        kept += [outbox.add(prepare()).notice_ids]


def test_a_full_disk_refuses_and_loses_nothing(file, kanta, prepare):
    with Outbox(file) as outbox:
        engine = outbox._database.engine

        @event.listens_for(engine, "checkout")
        def _small(connection, *_):
            connection.execute("PRAGMA max_page_count = 30")

        kept = []
        with pytest.raises(OutboxFull, match="disk") as caught:
            fill(outbox, prepare, kept)
        assert caught.value.__context__ is None
        assert kept
        assert [e.notice_ids for e in outbox.list()] == kept
        event.remove(engine, "checkout", _small)
        engine.dispose()
        assert outbox.drain(kanta, timing=TIMING).delivered == len(kept)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_disk_that_is_really_full(tmp_path, kanta, prepare):
    place = tmp_path / "small"
    place.mkdir()
    if os.system(f"mount -t tmpfs -o size=400k tmpfs {place} 2>/dev/null"):
        pytest.skip("mounting is not allowed here")
    try:
        with Outbox(place / "outbox.sqlite") as outbox:
            kept = []
            with pytest.raises(OutboxError) as caught:
                fill(outbox, prepare, kept)
            assert isinstance(caught.value, OutboxFull), caught.value
            assert kept
            assert [e.notice_ids for e in outbox.list()] == kept
            os.system(f"mount -o remount,size=4m {place}")
            assert outbox.drain(kanta, timing=TIMING).delivered == len(kept)
    finally:
        os.system(f"umount {place}")


def test_a_read_only_database_is_told(file, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
    with Outbox(f"sqlite:///file:{file}?mode=rw&uri=true") as outbox:

        @event.listens_for(outbox._database.engine, "checkout")
        def _query_only(connection, *_):
            connection.execute("PRAGMA query_only = ON")

        with pytest.raises(OutboxError, match="read-only"):
            outbox.add(prepare())
        assert len(outbox.list()) == 1


def test_a_damaged_row_is_quarantined_counted_and_the_rest_is_delivered(file, kanta, prepare):
    with Outbox(file) as outbox:
        prepared = [prepare() for _ in range(5)]
        for each in prepared:
            outbox.add(each)
        with sqlite3.connect(file) as other:
            (payload,) = other.execute(
                "SELECT payload FROM sha_outbox_payload WHERE message = 3"
            ).fetchone()
            changed = payload[:500] + bytes([payload[500] ^ 1]) + payload[501:]
            other.execute("UPDATE sha_outbox_payload SET payload = ? WHERE message = 3", (changed,))
        other.close()
        report = outbox.drain(kanta, timing=TIMING)
        assert (report.delivered, report.quarantined) == (4, 1)
        status = outbox.status()
        assert (status.damaged, status.counts["quarantined"]) == (1, 1)
        notice_id = prepared[2].notice_ids[0]
        with pytest.raises(OutboxDamaged, match="damaged"):
            outbox.show(notice_id)
        with sqlite3.connect(file) as other:  # restored from a back-up
            other.execute("UPDATE sha_outbox_payload SET payload = ? WHERE message = 3", (payload,))
        other.close()
        assert outbox.retry(notice_id) == 1
        assert outbox.drain(kanta, timing=TIMING).delivered == 1


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 40, None])
def test_a_damaged_file_is_told_and_left_as_it_is(file, prepare, content):
    with Outbox(file) as outbox:
        for _ in range(5):
            outbox.add(prepare())
    whole = file.read_bytes()
    file.write_bytes(content or whole[:4096] + os.urandom(len(whole) - 4096))
    before = file.read_bytes()
    with pytest.raises(OutboxDamaged, match="recover") as caught, Outbox(file) as outbox:
        outbox.list()
    assert caught.value.__context__ is None
    assert file.read_bytes() == before


def test_the_file_is_for_its_owner_only_from_its_first_moment(file, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        for each in file.parent.iterdir():
            assert stat.S_IMODE(each.stat().st_mode) == 0o600, each


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_file_others_may_read_is_refused(file):
    Outbox(file).close()
    file.chmod(0o640)
    with pytest.raises(OutboxError, match="chmod 600"):
        Outbox(file)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutboxError, match="check the folder"):
        Outbox(tmp_path / "missing" / "outbox.sqlite")


def test_a_server_that_is_not_there_is_told():
    pytest.importorskip("psycopg")
    with pytest.raises(OutboxError, match="reached"):
        Outbox("postgresql://outbox@/outbox?host=/nonexistent")


def test_tables_of_a_newer_program_are_refused_and_left(file, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        with outbox._database.write() as connection:
            connection.execute(
                text("UPDATE sha_outbox_meta SET value = '99' WHERE name = 'schema'")
            )
    with pytest.raises(OutboxError, match="version 99"):
        Outbox(file)
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT count(*) FROM sha_outbox_message").fetchone() == (1,)


def test_older_tables_are_brought_up_to_date_with_their_notices(place, kanta, prepare):
    """A made-up version stands for the next one."""
    with Outbox(place) as outbox:
        outbox.add(prepare())

        def to_next(connection):
            connection.execute(text("ALTER TABLE sha_outbox_message ADD COLUMN colour INTEGER"))

        with outbox._database.write() as connection:
            migrate(connection, {VERSION: to_next}, VERSION + 1)
        with outbox._database.write() as connection:
            migrate(connection, {VERSION: to_next}, VERSION + 1)  # once only
            assert version_of(connection) == VERSION + 1
            newer = Table("sha_outbox_message", MetaData(), Column("colour", Integer))
            assert connection.execute(select(newer.c.colour)).all() == [(None,)]
        assert outbox.drain(kanta, timing=TIMING).delivered == 1


def test_a_migration_that_fails_changes_nothing(place):
    if place.startswith("mysql"):
        pytest.skip("changing a table is no part of a transaction there; see the next test")
    with Outbox(place) as outbox:

        def breaks(connection):
            connection.execute(text("ALTER TABLE sha_outbox_message ADD COLUMN colour INTEGER"))
            connection.execute(text("SELECT nothing FROM nowhere"))

        with pytest.raises(OutboxError), outbox._database.write() as connection:
            migrate(connection, {VERSION: breaks}, VERSION + 1)
        with outbox._database.read() as connection:
            assert version_of(connection) == VERSION
            with pytest.raises(Exception, match="colour"):
                connection.execute(text("SELECT colour FROM sha_outbox_message"))


@pytest.mark.proof
def test_where_tables_are_changed_at_once_a_cut_off_change_is_finished_later(mariadb, prepare):
    with mariadb.database() as place:
        with Outbox(place) as outbox:
            outbox.add(prepare())
            with outbox._database.write() as connection:
                connection.execute(text("ALTER TABLE sha_outbox_message DROP COLUMN resends"))
                connection.execute(text("UPDATE sha_outbox_meta SET value='1' WHERE name='schema'"))
        with Outbox(place) as outbox:
            assert [entry.state for entry in outbox.list()] == ["pending"]
            with outbox._database.read() as connection:
                assert version_of(connection) == VERSION


@pytest.mark.proof
def test_where_tables_are_made_at_once_a_cut_off_making_is_finished_later(mariadb, prepare):
    with mariadb.database() as place:
        engine = create_engine(url_of(place))
        with engine.begin() as connection:
            META.create(connection)
        engine.dispose()
        with Outbox(place) as outbox:
            assert outbox.add(prepare()).new


def test_nothing_else_is_in_the_folder(file, prepare):
    with Outbox(file) as outbox:
        outbox.add(prepare())
    assert {each.name for each in Path(file).parent.iterdir()} == {file.name}


def test_an_outbox_of_version_1_is_brought_up_to_date_with_its_queue(place, kanta, prepare):
    with Outbox(place) as outbox:
        for _ in range(3):
            outbox.add(prepare())
        as_version_4(outbox, counted=False)
        with outbox._database.write() as connection:  # as version 1 made it
            for index in NOTICE.indexes:
                if index.unique:
                    index.drop(connection)
            for table, columns in (
                ("message", ("organisation", "resends", "acknowledged", "attempts", "mac")),
                ("notice", ("reference", "content", "mac")),
                ("attempt", ("mac",)),
            ):
                for column in columns:
                    connection.execute(text(f"ALTER TABLE sha_outbox_{table} DROP COLUMN {column}"))
            connection.execute(text("UPDATE sha_outbox_meta SET value='1' WHERE name='schema'"))
    with Outbox(place) as outbox:
        with outbox._database.read() as connection:
            assert version_of(connection) == VERSION
            found = connection.execute(text("SELECT organisation FROM sha_outbox_message")).all()
        assert {row.organisation for row in found} == {str(kanta.settings.requester.id)}
        assert outbox.drain(kanta, timing=TIMING).delivered == 3


def test_payloads_that_were_swapped_between_rows_are_damage(file, kanta, prepare):
    with Outbox(file) as outbox:
        for _ in range(3):
            outbox.add(prepare())
        columns = "payload, payload_digest, digest"
        joined = "sha_outbox_message JOIN sha_outbox_payload ON message = number"
        with sqlite3.connect(file) as other:
            rows = other.execute(f"SELECT {columns} FROM {joined} ORDER BY number").fetchall()
            for number, (payload, *digests) in ((1, rows[1]), (2, rows[0])):
                other.execute(
                    "UPDATE sha_outbox_message SET payload_digest=?, digest=? WHERE number=?",
                    (*digests, number),
                )
                other.execute(
                    "UPDATE sha_outbox_payload SET payload=? WHERE message=?", (payload, number)
                )
        other.close()
        report = outbox.drain(kanta, timing=TIMING)
        assert (report.delivered, report.quarantined) == (1, 2)
        assert outbox.status().damaged == 2
