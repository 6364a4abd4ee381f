"""Whose transactions ``add`` joins; what it does not know it refuses, and stores nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from outbox_parts import TIMING
from sqlalchemy import Connection, NullPool, StaticPool, create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.events import NoticeDelivered
from sha_disclosure.outbox import Outbox


@pytest.fixture
def engine(file):
    made = create_engine(f"sqlite:///{file}")
    yield made
    made.dispose()


def test_a_session_of_a_registry_is_joined(engine, prepare):
    with Outbox(engine) as outbox:
        registry = scoped_session(sessionmaker(engine))
        outbox.add(prepare(), registry)
        registry.rollback()
        assert outbox.list() == []
        outbox.add(prepare(), registry)
        registry.commit()
        registry.remove()
        assert len(outbox.list()) == 1


class DjangoConnection:
    """Stands where ``django.db.connection`` would."""

    __module__ = "django.db.backends.postgresql.base"


@pytest.mark.parametrize(
    ("give", "says"),
    [
        (lambda engine, _: engine, "has no transaction"),
        (lambda engine, _: sessionmaker(engine), "has no transaction"),
        (lambda *_: Session, "has no transaction"),
        (lambda *_: create_async_engine("sqlite+aiosqlite:///x"), "AsyncOutbox"),
        (lambda *_: AsyncSession(create_async_engine("sqlite+aiosqlite:///x")), "AsyncOutbox"),
        (lambda *_: create_async_engine("postgresql+asyncpg:///x").connect(), "AsyncOutbox"),
        (lambda *_: DjangoConnection(), r"integrations\.django"),
        (lambda _, driver: driver, r"sqlite3\.Connection.*SQLAlchemy Connection"),
        (lambda _, driver: driver.cursor(), r"sqlite3\.Cursor"),
        (lambda *_: object(), r"builtins\.object"),
        (lambda *_: "sqlite:///x", r"builtins\.str"),
        (lambda engine, _: engine.connect().execution_options(isolation_level="AUTOCOMMIT"),
         "AUTOCOMMIT"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_refused_by_name(engine, file, prepare, give, says):
    with Outbox(engine) as outbox, closing(sqlite3.connect(file)) as driver:
        given = give(engine, driver)
        with pytest.raises(ConfigurationError, match=says) as caught:
            outbox.add(prepare(), given)
        assert "Nothing was added" in caught.value.message
        assert caught.value.text("fi") != caught.value.message
        assert outbox.list() == []
        if isinstance(given, Connection):
            given.close()


def test_a_bridge_to_another_librarys_connection_is_refused(file, prepare):
    """The other library commits or rolls back as it likes: the notice would not be stored."""
    with Outbox(file) as outbox, closing(sqlite3.connect(file)) as others:
        bridge = create_engine("sqlite://", creator=lambda: others, poolclass=StaticPool)
        with pytest.raises(ConfigurationError, match="StaticPool"):
            Outbox(bridge)
        caller = bridge.connect()
        with pytest.raises(ConfigurationError, match=r"integrations\.django"):
            outbox.add(prepare(), caller)
        caller.close()
        assert outbox.list() == []


def test_an_engine_without_a_pool_is_joined(file, prepare):
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with Outbox(engine) as outbox, engine.begin() as caller:
        outbox.add(prepare(), caller)
    with Outbox(engine) as outbox:
        assert len(outbox.list()) == 1


@pytest.mark.parametrize("given", ["notice", object(), None, b"{}"])
def test_only_a_prepared_notice_is_added(file, given):
    with Outbox(file) as outbox:
        with pytest.raises(ConfigurationError, match=r"kanta\.prepare"):
            outbox.add(given)
        assert outbox.list() == []


def test_a_listener_writes_the_service_s_answer_into_the_hosts_own_record(
    place, kanta, sandbox, prepare
):
    """By ``reference``, with what an auditor asks for: where the service keeps the notice."""
    with Outbox(place) as outbox:
        engine = outbox._database.engine
        with engine.begin() as host:
            host.execute(text("CREATE TABLE host (k VARCHAR(40), place VARCHAR(200))"))
            host.execute(text("INSERT INTO host (k) VALUES ('case-1'), ('case-2')"))

    def write_back(event):
        if isinstance(event, NoticeDelivered):
            with engine.begin() as host:
                for key, where in zip(event.references, event.locations, strict=True):
                    host.execute(
                        text("UPDATE host SET place = :where WHERE k = :key"),
                        {"where": where, "key": key},
                    )

    with Outbox(place, listeners=[write_back]) as outbox:
        for key in ("case-1", "case-2"):
            outbox.add(prepare(reference=key))
        assert outbox.drain(kanta, timing=TIMING).delivered == 2
        entries = {e.references[0]: e.notice_ids[0] for e in outbox.list()}
        with engine.connect() as host:
            rows = {row.k: row.place for row in host.execute(text("SELECT k, place FROM host"))}
        for key, notice_id in entries.items():
            stored = outbox.evidence(notice_id)["notices"][0]["location"]
            assert rows[key] == stored
            assert stored.startswith("AuditEvent/")
    engine.dispose()
