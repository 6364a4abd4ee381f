"""The counts of a status: kept by triggers on SQLite, always those of the rows."""

from __future__ import annotations

import random
import sqlite3

import pytest
from outbox_parts import TIMING
from proofs import lengths
from sqlalchemy import create_engine, func, select, text

from sha_disclosure.outbox import Outbox, tables_sql
from sha_disclosure.outbox.engines import url_of
from sha_disclosure.outbox.migration import version_of
from sha_disclosure.outbox.schema import MESSAGE, META, UNDELIVERED, VERSION


def rows_by_state(connection):
    asked = select(MESSAGE.c.state, func.count().label("many")).group_by(MESSAGE.c.state)
    return {row.state: row.many for row in connection.execute(asked)}


def kept(file):
    """Return what the triggers counted."""
    with sqlite3.connect(file) as connection:
        found = dict(connection.execute("SELECT name, value FROM sha_outbox_meta").fetchall())
    connection.close()
    return {each: int(found[each]) for each in UNDELIVERED if each in found}


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


def test_an_outbox_of_version_3_is_counted_when_it_is_opened(place, prepare):
    with Outbox(place) as outbox:
        outbox.add_many([prepare(), prepare()])
        with outbox._database.write() as connection:  # as version 3 made it
            connection.execute(META.delete().where(META.c.name.in_(UNDELIVERED)))
            if connection.dialect.name == "sqlite":
                for name in ("added", "changed", "removed"):
                    connection.execute(text(f"DROP TRIGGER sha_outbox_{name}"))
            connection.execute(META.update().where(META.c.name == "schema").values(value="3"))
    with Outbox(place) as outbox:
        outbox.add(prepare())
        with outbox._database.read() as connection:
            assert version_of(connection) == VERSION
        assert outbox.status().counts["pending"] == 3


def test_tables_made_by_hand_count_too(file, prepare):
    file.touch(0o600)
    with sqlite3.connect(file) as connection:
        connection.executescript(tables_sql("sqlite"))
    connection.close()
    with Outbox(file, create=False) as outbox:
        outbox.add(prepare())
        assert outbox.status().counts["pending"] == kept(file)["pending"] == 1


def test_the_triggers_are_sqlites_only():
    assert tables_sql("sqlite").count("CREATE TRIGGER") == 3
    assert "TRIGGER" not in tables_sql("postgresql") + tables_sql("mariadb")
