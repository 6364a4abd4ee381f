"""The outbox in a host's own transaction: what SQLAlchemy calls a connection or a session."""

from __future__ import annotations

from typing import Any, assert_type

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from sha_disclosure import (
    AddedNotice,
    AsyncKantaClient,
    AsyncOutbox,
    DrainReport,
    KantaClient,
    Outbox,
    OutboxKey,
    PreparedNotice,
)
from sha_disclosure.outbox import Entry, Health, Status


def open_outboxes(key: bytes) -> list[Outbox]:
    """Open an outbox in each way."""
    engine = create_engine("postgresql+psycopg://")
    return [Outbox("outbox.sqlite"), Outbox(engine, keys=[OutboxKey(key)])]


def commit_together(outbox: Outbox, prepared: PreparedNotice, sessions: sessionmaker[Any]) -> None:
    """Add in a transaction of the host's, of each kind."""
    with sessions.begin() as session:
        assert_type(outbox.add(prepared, session), AddedNotice)
    with create_engine("sqlite://").begin() as connection:
        outbox.add(prepared, connection)
    scoped: scoped_session[Session] = scoped_session(sessions)
    outbox.add(prepared, scoped)
    assert_type(outbox.add(prepared).new, bool)


def drain(outbox: Outbox, kanta: KantaClient) -> DrainReport:
    """Deliver what is due, and look at what is left."""
    assert_type(outbox.status(), Status)
    assert_type(outbox.health(max_age=3600, max_quarantined=0), Health)
    assert_type(outbox.list("quarantined"), list[Entry])
    with outbox.drainer(kanta, workers=2) as drainer:
        assert_type(drainer.health().ok, bool)
    return outbox.drain(kanta, workers=4)


async def commit_together_async(
    outbox: AsyncOutbox,
    prepared: PreparedNotice,
    session: AsyncSession,
    connection: AsyncConnection,
) -> None:
    """Add in a transaction of asyncio's."""
    assert_type(await outbox.add(prepared, session), AddedNotice)
    assert_type(await outbox.add(prepared, connection), AddedNotice)
    assert_type(await outbox.add_many([prepared], session), list[AddedNotice])


async def drain_async(outbox: AsyncOutbox, kanta: AsyncKantaClient) -> DrainReport:
    """Deliver what is due over the asynchronous client."""
    return await outbox.drain(kanta, workers=8)
