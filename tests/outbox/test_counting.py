"""The counts of a status: kept by triggers on SQLite, always those of the rows."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from earlier_tables import as_version_4
from outbox_parts import TIMING
from proofs import lengths
from sqlalchemy import create_engine, func, inspect, select, text

from sha_disclosure.outbox import Outbox, OutboxKey, tables_sql
from sha_disclosure.outbox.counting import COUNTED, UNUSED, undelivered_of
from sha_disclosure.outbox.engines import url_of
from sha_disclosure.outbox.migration import version_of
from sha_disclosure.outbox.schema import MESSAGE, META, UNDELIVERED, VERSION


def rows_by_state(connection):
    asked = select(MESSAGE.c.state, func.count().label("many")).group_by(MESSAGE.c.state)
    return {row.state: row.many for row in connection.execute(asked)}


def kept(file):
    """Return what the triggers counted, and what follows from it."""
    with sqlite3.connect(file) as connection:
        found = dict(connection.execute("SELECT name, value FROM sha_outbox_meta").fetchall())
        assert {each in found for each in (*COUNTED, UNUSED)} == {True}
        engine = create_engine(f"sqlite:///{file}")
        with engine.connect() as other:
            counts = undelivered_of(other) | {"delivered": int(found["delivered"])}
            assert {k: v for k, v in counts.items() if v} == rows_by_state(other)
        engine.dispose()
    connection.close()
    return {each: counts[each] for each in UNDELIVERED}


@pytest.mark.parametrize("steps", lengths(60, 300))
def test_whatever_is_done_to_messages_the_counts_are_those_of_the_rows(place, prepare, steps):
    chance, states = random.Random(7), [*UNDELIVERED, "delivered"]
    with Outbox(place) as outbox:
        for _ in range(12):
            outbox.add(prepare())
        engine = create_engine(url_of(place))
        for _ in range(steps):
            some = chance.sample(range(1, 13), 3)
            with engine.connect() as connection, connection.begin() as transaction:
                where = f"number IN ({', '.join(map(str, some))})"
                becomes = chance.choice(states)
                connection.execute(
                    text(f"UPDATE sha_outbox_message SET state = '{becomes}' WHERE {where}")
                )
                if chance.random() < 0.5:
                    transaction.rollback()
            with engine.connect() as connection:
                found = rows_by_state(connection)
            counts = outbox.status().counts
            assert list(counts) == ["pending", "sending", "delivered", "parked", "quarantined"]
            assert counts == {each: found.get(each, 0) for each in counts}
        engine.dispose()


@pytest.mark.parametrize("steps", lengths(200, 2000))
def test_whatever_numbers_are_given_or_removed_the_counts_are_those_of_the_rows(file, steps):
    chance, states = random.Random(11), [*UNDELIVERED, "delivered"]
    Outbox(file).close()
    columns = "notice_ids, client, state, due_at, tries, possibly_duplicated, added_at, digest"
    values = "'[]', 'c', ?, 0, 0, 0, 0, 'd'"
    with sqlite3.connect(file) as host:
        for _ in range(steps):
            state, number = chance.choice(states), chance.randint(1, 15)
            if chance.random() < 0.3:
                host.execute("DELETE FROM sha_outbox_message WHERE number >= ?", [number])
            elif chance.random() < 0.5:
                host.execute("DELETE FROM sha_outbox_message WHERE number = ?", [number])
            for given in (number, None):
                host.execute(
                    f"INSERT OR IGNORE INTO sha_outbox_message (number, {columns}, certificate, "
                    f"edition) VALUES (?, {values}, 'x', 'e')",
                    (given, state),
                )
            host.commit()
            kept(file)
    host.close()


def test_adding_again_draining_and_deleting_are_counted(file, kanta, prepare):
    again = prepare()
    with Outbox(file) as outbox:
        outbox.add(again)
        outbox.add_many([again, prepare(), prepare()])
        assert kept(file) == {"pending": 3, "sending": 0, "parked": 0, "quarantined": 0}
        outbox.drain(kanta, timing=TIMING)
        outbox.add_many([prepare(), prepare()])
        with sqlite3.connect(file) as host:
            host.execute("DELETE FROM sha_outbox_message WHERE number > 4")
        host.close()
        assert kept(file) == {"pending": 1, "sending": 0, "parked": 0, "quarantined": 0}
        assert outbox.status().counts["delivered"] == 3


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("key", [[], [OutboxKey(bytes(32))]], ids=["plain", "sealed"])
def test_an_earlier_outbox_keeps_its_messages_and_is_counted(place, kanta, prepare, version, key):
    first, second, third = prepare(), prepare(), prepare()
    with Outbox(place, keys=key) as outbox:
        outbox.add(first)
        outbox.drain(kanta, timing=TIMING)
        outbox.forget_delivered(datetime.now(UTC) + timedelta(seconds=1))
        outbox.add_many([second, third])
        as_version_4(outbox, counted=version == 4)
        with outbox._database.write() as connection:
            schema = META.update().where(META.c.name == "schema")
            connection.execute(schema.values(value=str(version)))
    with Outbox(place, keys=key) as outbox:
        outbox.add(prepare())
        with outbox._database.read() as connection:
            assert version_of(connection) == VERSION
            columns = {each["name"] for each in inspect(connection).get_columns(MESSAGE.name)}
            assert columns == set(MESSAGE.c.keys())
        counts = outbox.status().counts
        assert (counts["pending"], counts["delivered"]) == (3, 1)
        outbox.show(second.notice_ids[0])
        assert outbox.drain(kanta, timing=TIMING).delivered == 3
        if url_of(place).get_backend_name() == "sqlite":
            kept(place)


def test_an_sqlite_that_drops_no_column_empties_it(file, kanta, prepare, monkeypatch):
    with Outbox(file) as outbox:
        outbox.add(prepare())
        as_version_4(outbox)
    monkeypatch.setattr(sqlite3.dbapi2, "sqlite_version_info", (3, 34, 1))
    with Outbox(file) as outbox:
        with outbox._database.read() as connection:
            found = connection.execute(text("SELECT payload FROM sha_outbox_message")).all()
        assert found == [(None,)]
        outbox.add(prepare())
        assert outbox.drain(kanta, timing=TIMING).delivered == 2


def test_a_number_that_was_deleted_without_its_payload_is_given_again(file, kanta, prepare):
    with Outbox(file) as outbox:
        outbox.add_many([prepare(), prepare()])
        with sqlite3.connect(file) as host:  # where foreign keys are off unless asked for
            for table, number in (("notice", "message"), ("message", "number")):
                host.execute(f"DELETE FROM sha_outbox_{table} WHERE {number} = 2")
        host.close()
        with outbox._database.write() as connection:
            assert outbox.add(prepare(), connection).number == 2
        with sqlite3.connect(file) as host:
            for table, number in (("notice", "message"), ("message", "number")):
                host.execute(f"DELETE FROM sha_outbox_{table} WHERE {number} = 2")
        host.close()
        assert outbox.add(prepare()).number == 2
        assert outbox.drain(kanta, timing=TIMING).delivered == 2


def test_tables_made_by_hand_count_too(file, prepare):
    file.touch(0o600)
    with sqlite3.connect(file) as connection:
        connection.executescript(tables_sql("sqlite"))
    connection.close()
    with Outbox(file, create=False) as outbox:
        outbox.add(prepare())
        assert outbox.status().counts["pending"] == kept(file)["pending"] == 1


def test_the_triggers_are_sqlites_only():
    assert tables_sql("sqlite").count("CREATE TRIGGER") == 4
    assert "TRIGGER" not in tables_sql("postgresql") + tables_sql("mariadb")
