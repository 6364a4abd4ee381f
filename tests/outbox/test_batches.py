"""Many at once, an outbox that is closed, and what an export lets out when it fails."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from outbox_parts import TIMING
from sqlalchemy import create_engine, text

from sha_disclosure.errors import ConfigurationError, OutboxDamaged, OutboxError, OutboxFull
from sha_disclosure.events import NoticeAdded
from sha_disclosure.outbox import Outbox, OutboxKey


def test_many_are_added_in_order_at_once(place, kanta, prepare):
    heard = []
    with Outbox(place, listeners=[heard.append]) as outbox:
        first = prepare()
        outbox.add(first)
        many = [prepare(1), first, prepare(1)]
        added = outbox.add_many(many)
        assert [each.notice_ids for each in added] == [each.notice_ids for each in many]
        assert [each.new for each in added] == [True, False, True]
        assert len([each for each in heard if isinstance(each, NoticeAdded)]) == 3
        assert outbox.add_many([]) == []
        assert outbox.drain(kanta, timing=TIMING).delivered == 3


def test_of_many_none_is_added_when_one_is_refused(place, prepare):
    with Outbox(place, limit=2) as outbox:
        with pytest.raises(OutboxFull):
            outbox.add_many([prepare() for _ in range(3)])
        assert outbox.list() == []
        wrong: Any = "a notice"
        with pytest.raises(ConfigurationError):
            outbox.add_many([prepare(), wrong])
        assert outbox.list() == []


def test_many_join_the_callers_transaction(place, prepare):
    with Outbox(place) as outbox:
        engine = create_engine(outbox._database.engine.url)
        with engine.connect() as connection, connection.begin() as transaction:
            assert len(outbox.add_many([prepare(), prepare()], connection)) == 2
            transaction.rollback()
        engine.dispose()
        assert outbox.list() == []


def test_a_closed_outbox_refuses_by_name(place, kanta, prepare):
    prepared = prepare()
    with Outbox(place) as outbox:
        outbox.add(prepared)
    for call in (
        lambda: outbox.add(prepared),
        lambda: outbox.add_many([prepared]),
        outbox.status,
        outbox.list,
        lambda: outbox.drain(kanta, timing=TIMING),
        lambda: next(outbox.export()),
    ):
        with pytest.raises(OutboxError, match="outbox is closed") as caught:
            call()
        assert caught.value.text("fi") != caught.value.text("en")
    outbox.close()  # again
    assert not outbox.health().ok


def test_an_export_that_fails_shows_nothing_of_what_is_inside(file, prepare):
    with Outbox(file, keys=[OutboxKey(bytes(32))]) as outbox:
        outbox.add(prepare())
        with outbox._database.write() as connection:
            connection.execute(text("UPDATE sha_outbox_message SET tries = 7"))
        export = outbox.export()
        assert next(export)["damaged"]
        with pytest.raises(OutboxDamaged) as caught:
            next(export)
        assert caught.value.__context__ is None
        frames = traceback.extract_tb(caught.value.__traceback__)
        assert not [each for each in frames if each.filename.endswith("outbox/outbox.py")]
        begun: Any = outbox.export()
        next(begun)
        begun.close()  # by who needs no more
