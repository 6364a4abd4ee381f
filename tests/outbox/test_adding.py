"""Adding: in the caller's transaction or its own, once for the same bytes, within a bound."""

from __future__ import annotations

import pickle
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from outbox_parts import SECRET, TIMING, on_a_server_too
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from sha_disclosure.errors import ConfigurationError, OutboxBusy, OutboxError, OutboxFull
from sha_disclosure.events import NoticeAdded
from sha_disclosure.outbox import Outbox
from sha_disclosure.outbox.engines import url_of


@pytest.fixture
def engine(place):
    made = create_engine(url_of(place))
    yield made
    made.dispose()


def table(engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE disclosure (id INTEGER)"))


@pytest.mark.parametrize("kind", ["connection", "session"])
def test_disclosure_and_notice_commit_together_or_not_at_all(place, engine, prepare, kind):
    with Outbox(place):
        pass
    table(engine)
    with Outbox(engine) as outbox:
        opened = engine.connect if kind == "connection" else lambda: Session(engine)
        for ends, kept in (("rollback", 0), ("commit", 1)):
            with opened() as caller:
                caller.execute(text("INSERT INTO disclosure VALUES (1)"))
                outbox.add(prepare(), caller)
                getattr(caller, ends)()
            with engine.connect() as connection:
                count = connection.execute(text("SELECT count(*) FROM disclosure")).scalar_one()
            assert (count, outbox.status().counts["pending"]) == (kept, kept)


def test_an_error_in_the_callers_transaction_takes_the_notice_back(place, engine, prepare):
    with Outbox(engine) as outbox:
        with suppress(ZeroDivisionError), engine.begin() as caller:
            outbox.add(prepare(), caller)
            _ = 1 / 0
        assert outbox.list() == []


def test_an_engine_of_the_callers_is_drained_too(place, engine, kanta, prepare):
    with Outbox(engine) as outbox:
        for _ in range(5):
            outbox.add(prepare())
        assert outbox.drain(kanta, timing=TIMING).delivered == 5
    with engine.connect() as connection:  # not closed with the outbox
        connection.execute(select(1))


def test_the_same_bytes_are_kept_once(place, prepare):
    with Outbox(place) as outbox:
        prepared = prepare()
        first, second = outbox.add(prepared), outbox.add(prepared)
        assert (first.new, second.new, first.number) == (True, False, second.number)
        assert len(outbox.list()) == 1


def test_another_message_with_the_same_notice_id_is_refused(place, prepare):
    with Outbox(place) as outbox:
        prepared, other = prepare(), prepare()
        outbox.add(prepared)
        ids = (other.notice_ids[0], prepared.notice_ids[0])
        with pytest.raises(OutboxError, match=prepared.notice_ids[0]) as caught:
            outbox.add(replace(other, notice_ids=ids, references=()))
        assert caught.value.__context__ is None
        assert len(outbox.list()) == 1
        assert outbox.add(other).new


@on_a_server_too
def test_many_threads_add_the_same_notice_once(place, prepare):
    with Outbox(place) as outbox:
        prepared, new = prepare(), []
        threads = [
            threading.Thread(target=lambda: new.append(outbox.add(prepared).new)) for _ in range(6)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(new) == [False] * 5 + [True]
        assert len(outbox.list()) == 1


def test_at_its_limit_it_refuses_loudly_and_delivered_ones_do_not_count(file, kanta, prepare):
    with Outbox(file, limit=3) as outbox:
        kept = [prepare() for _ in range(3)]
        for each in kept:
            outbox.add(each)
        with pytest.raises(OutboxFull, match="3 undelivered"):
            outbox.add(prepare())
        assert not outbox.add(kept[0]).new  # is there already
        outbox.drain(kanta, timing=TIMING)
        assert outbox.add(prepare()).new


def test_a_locked_database_is_told_as_busy(file, prepare, monkeypatch):
    engine = create_engine(f"sqlite:///{file}")
    monkeypatch.setattr("sha_disclosure.outbox.engines._BUSY_TIMEOUT_MS", 50)
    with Outbox(file) as outbox, engine.connect() as other:
        other.connection.driver_connection.isolation_level = None
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OutboxBusy) as caught:
            outbox.add(prepare())
        other.exec_driver_sql("ROLLBACK")
        assert caught.value.__context__ is None
        assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message
        assert outbox.add(prepare()).new
    engine.dispose()


def test_it_tells_of_a_notice_it_has_taken(file, prepare):
    heard = []
    with Outbox(file, listeners=[heard.append]) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        outbox.add(prepared)
    assert heard == [NoticeAdded(prepared.notice_ids)]
    assert SECRET not in repr(heard)


@pytest.mark.parametrize(
    "place", ["sqlite://", "sqlite:///:memory:", "nonsense://x", "post gres://x", "oracle://x/y"]
)
def test_a_place_that_cannot_hold_notices_is_refused(place):
    with pytest.raises(ConfigurationError) as caught:
        Outbox(place)
    assert caught.value.__context__ is None


def test_the_tables_hold_no_other_column_with_content(file, prepare):
    prepared = prepare()
    with Outbox(file) as outbox:
        outbox.add(prepared)
        with outbox._database.read() as connection:
            for name in ("message", "payload", "notice", "attempt", "meta"):
                for row in connection.execute(text(f"SELECT * FROM sha_outbox_{name}")).mappings():
                    others = {k: v for k, v in row.items() if k != "payload"}
                    assert SECRET not in repr(others)
                    assert prepared.client not in repr(others)
