"""What a long queue costs: each question is answered by an index, and none meets what waits."""

from __future__ import annotations

import itertools
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from earlier_tables import as_version_4
from outbox_parts import TIMING
from sqlalchemy import event, inspect, select, text

from sha_disclosure.delivery.receipt import Receipt, StoredNotice
from sha_disclosure.errors import Rejected
from sha_disclosure.events import AttemptEnded
from sha_disclosure.outbox import Outbox, counting, inventory, waiting
from sha_disclosure.outbox.leases import Leases
from sha_disclosure.outbox.migration import version_of
from sha_disclosure.outbox.schema import MESSAGE, PAYLOAD, VERSION
from sha_disclosure.outbox.sweeping import Sweeping
from sha_disclosure.sources import Sources

# A question may go through small tables one by one, and through the index of those that wait.
SMALL = "sha_outbox_meta|sha_outbox_count"
SCAN = re.compile(
    r"(?:Seq Scan on|SCAN) (sha_\w+|earlier)\b(?! USING (?:COVERING )?INDEX \w+_behind)"
)

MISDATED = re.compile(r"SELECT sha_outbox_message\.number\s+FROM [^;]*due_at >")


class Accepts:
    """A service that costs nothing; it refuses what it is told to."""

    def __init__(self, *refused):
        self.refused = refused

    def submit(self, prepared, *, listener=None):
        if prepared.client in self.refused:
            listener(AttemptEnded(prepared.notice_ids, "r", 1, "Rejected", 422, 0.1))
            raise Rejected("no")
        stored = tuple(StoredNotice(n, "201 Created", None, None) for n in prepared.notice_ids)
        return Receipt(stored, "r", None, 1, prepared.prepared_at)


def fill(outbox, model, clients):
    """Add a message for each client, in one transaction."""
    with outbox._database.write() as connection:
        for number, client in enumerate(clients):
            made = replace(model, notice_ids=(f"1.2.{number}",), client=client)
            outbox.add(made, connection)


def everything(outbox, kanta):
    """Do all that an outbox does with a queue."""
    outbox.drain(kanta, timing=replace(TIMING, patience_s=0.0))
    outbox.status()
    for state in ("pending", "delivered", "quarantined"):
        outbox.list(state)
    outbox.show("1.2.0")
    outbox.retry("1.2.0")
    outbox.retry(state="quarantined")
    outbox.forget_delivered(outbox._sources.clock())
    list(outbox.export("delivered"))


def plans(outbox, work):
    """Return how the database answers each question of some work, as if its tables were large."""
    engine, asked = outbox._database.engine, {}

    def note(_connection, _cursor, statement, parameters, _context, many):
        if re.match("(?i)select|update|delete", statement) and "sha_outbox" in statement:
            asked[statement] = parameters[0] if many else parameters

    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    explain, column = "EXPLAIN QUERY PLAN ", 3
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            explain, column = "EXPLAIN ", 0
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.execute(text(f"SET enable_{way} = off"))
        return {
            statement: "\n".join(
                str(row[column])
                for row in connection.exec_driver_sql(explain + statement, given).all()
            )
            for statement, given in asked.items()
        }


@pytest.fixture
def planned(place):
    if place.startswith("m"):
        pytest.skip("MariaDB plans by what is in its tables")
    with Outbox(place) as outbox:
        yield outbox


def test_no_question_goes_through_a_table(planned, prepare):
    fill(planned, prepare(), ["a", "b", "b", "c"])
    seen = plans(planned, lambda: everything(planned, Accepts("a")))
    assert len(seen) > 20
    for statement, plan in seen.items():
        scans = SCAN.findall(plan)
        assert not [each for each in scans if not re.match(SMALL, each)], (statement, plan)


def create_in_order(outbox, indexes):
    """Create the indexes of the messages anew; SQLite chooses between equals by their order."""
    with outbox._database.write() as connection:
        for index in indexes:
            index.drop(connection)
            index.create(connection)


def every_order():
    return list(itertools.permutations(sorted(MESSAGE.indexes, key=lambda index: str(index.name))))


def test_a_lease_takes_the_first_of_an_index_without_sorting(planned):
    def lease():
        with planned._database.write() as connection:
            parts = (planned._database, planned._sources, 60, planned._seals)
            assert Leases(*parts).take(connection, "drain", 5) == []

    for order in every_order():
        create_in_order(planned, order)
        (plan,) = plans(planned, lease).values()
        assert "sha_outbox_message_next" in plan
        assert not re.search("TEMP B-TREE|Sort", plan)


def test_a_sweep_searches_by_time_and_passes_over_what_waits(planned, prepare):
    def sweep():
        Sweeping(planned._database, planned._sources, 60, planned._seals).sweep()

    if planned._database.engine.dialect.name == "postgresql":  # it plans by what it has counted
        fill(planned, prepare(), ["one"] * 1000)
        with planned._database.write() as connection:
            assert waiting.hold_back(connection, planned._database.now(connection)) > 400
            connection.execute(text("ANALYZE"))
    found = []
    for order in every_order():
        create_in_order(planned, order)
        for statement, plan in plans(planned, sweep).items():
            if MISDATED.search(statement):
                found.append(plan)
                assert "sha_outbox_message_next" in plan
                assert "sha_outbox_message_state" not in plan
    assert len(found) == len(every_order())


def rows(outbox, *columns):
    with outbox._database.read() as connection:
        asked = select(*[MESSAGE.c[each] for each in columns]).order_by(MESSAGE.c.number)
        return [tuple(row) for row in connection.execute(asked)]


def test_what_waits_is_met_once_and_each_end_lets_one_go(place, prepare):
    many = 700
    with Outbox(place) as outbox:
        fill(outbox, prepare(), ["one"] * many + ["other"])
        parts = (outbox._database, outbox._sources, 60, outbox._seals)
        with outbox._database.write() as connection:
            taken = Leases(*parts).take(connection, "drain", 5)
        first = taken[0].number
        assert [each.number for each in taken] == [first, first + many]
        assert rows(outbox, "number", "behind") == [
            (first, 0),
            *[(number, number - 1) for number in range(first + 1, first + many)],
            (first + many, 0),
        ]
        with outbox._database.write() as connection:
            Leases(*parts).give_back(connection, taken)
        stop = threading.Event()

        class Twice(Accepts):
            def submit(self, prepared, *, listener=None):
                if prepared.notice_ids == ("1.2.1",):
                    stop.set()
                return super().submit(prepared, listener=listener)

        assert outbox.drain(Twice(), stop=stop, workers=1, timing=TIMING).delivered == 2
        # The two that ended, the one that comes next, and the other client's.
        assert rows(outbox, "behind").count((0,)) == 4


def test_what_waits_for_a_message_that_was_deleted_goes_on(place, prepare):
    with Outbox(place) as outbox:
        fill(outbox, prepare(), ["one"] * 3)
        parts = (outbox._database, outbox._sources, 60, outbox._seals)
        with outbox._database.write() as connection:
            (first,) = Leases(*parts).take(connection, "drain", 5)
        with outbox._database.write() as connection:
            for table, column in (
                ("notice", "message"),
                ("attempt", "message"),
                ("message", "number"),
            ):
                this = text(f"DELETE FROM sha_outbox_{table} WHERE {column} = {first.number}")
                connection.execute(this)
        assert outbox.drain(Accepts(), timing=TIMING).delivered == 2


def test_all_that_waits_is_searched_only_now_and_then(file, prepare):
    now = datetime.now(UTC)
    sources = Sources(clock=lambda: now)
    with Outbox(file, sources=sources) as outbox:
        outbox.drain(Accepts())
        fill(outbox, prepare(), ["one"] * 2)
        with outbox._database.write() as connection:  # as if the message waited for was removed
            connection.execute(text("UPDATE sha_outbox_message SET behind = 99 WHERE number = 2"))
        now += timedelta(minutes=9)
        assert outbox.drain(Accepts(), timing=replace(TIMING, patience_s=0.0)).delivered == 1
        now += timedelta(minutes=2)
        assert outbox.drain(Accepts(), timing=TIMING).delivered == 1
        now -= timedelta(days=1)  # the clock was set back
        sweeping = Sweeping(outbox._database, sources, 60, outbox._seals)
        assert "exists" in "".join(plans(outbox, sweeping.sweep)).lower()


def test_nothing_is_noted_to_wait_for_a_message_whose_end_is_being_recorded(cluster, prepare):
    """It would wait for an end that has been told already."""
    with cluster.database() as place, Outbox(place) as outbox:
        fill(outbox, prepare(), ["one"] * 2)
        with outbox._database.write() as ending:
            ending.execute(text("UPDATE sha_outbox_message SET state='delivered' WHERE number=1"))
            with outbox._database.write() as other:
                assert waiting.hold_back(other, outbox._database.now(other)) == 0
        assert rows(outbox, "behind") == [(0,), (0,)]


def test_the_delivered_are_counted_by_few_counters(place, prepare):
    with Outbox(place) as outbox:
        fill(outbox, prepare(), map(str, range(5)))
        assert outbox.drain(Accepts(), timing=TIMING).delivered == 5
        with outbox._database.write() as connection:
            for drain in range(100):
                counting.count_delivered(connection, f"drain {drain}", 2)
                counting.count_delivered(connection, f"drain {drain}", 1)
            assert connection.execute(counting._SUM).scalar_one() == 305
            assert len(connection.execute(counting._COUNTERS).all()) <= 16
        assert outbox.status().counts["delivered"] == 5  # so few are counted one by one


def test_contents_are_forgotten_in_steps(file, prepare, monkeypatch):
    monkeypatch.setattr(inventory, "_STEP", 2)
    with Outbox(file) as outbox:
        fill(outbox, prepare(), map(str, range(7)))
        outbox.drain(Accepts(), timing=TIMING)
        began = []
        event.listen(outbox._database.engine, "begin", lambda _: began.append(1))
        assert outbox.forget_delivered(datetime.now(UTC) + timedelta(seconds=1)) == 7
        assert len(began) == 1 + 4  # one to look how far it goes
        assert rows(outbox, "payload_digest") == [(None,)] * 7
        with outbox._database.read() as connection:
            assert connection.execute(select(PAYLOAD)).all() == []


def test_an_outbox_of_version_2_is_brought_up_to_date_with_its_queue(place, prepare):
    with Outbox(place) as outbox:
        fill(outbox, prepare(), ["one", "one", "two"])
        outbox.drain(Accepts(), timing=TIMING)
        with outbox._database.write() as connection:
            fill_more = [replace(prepare(), client="one", notice_ids=(f"1.3.{n}",)) for n in (1, 2)]
            for each in fill_more:
                outbox.add(each, connection)
        as_version_4(outbox)
        with outbox._database.write() as connection:  # as version 2 made it
            for index in list(MESSAGE.indexes):
                if index.name != "sha_outbox_message_order":
                    index.drop(connection)
            connection.execute(text("ALTER TABLE sha_outbox_message DROP COLUMN behind"))
            connection.execute(text("DROP TABLE sha_outbox_count"))
            due = "sha_outbox_message_due ON sha_outbox_message (state, due_at, number)"
            connection.execute(text(f"CREATE INDEX {due}"))
            connection.execute(text("UPDATE sha_outbox_meta SET value='2' WHERE name='schema'"))
    with Outbox(place) as outbox:
        with outbox._database.read() as connection:
            assert version_of(connection) == VERSION
            assert connection.execute(counting._SUM).scalar_one() == 3
            indexes = {each["name"] for each in inspect(connection).get_indexes(MESSAGE.name)}
        assert {each.name for each in MESSAGE.indexes} <= indexes
        assert "sha_outbox_message_due" not in indexes
        assert outbox.drain(Accepts(), timing=TIMING).delivered == 2
