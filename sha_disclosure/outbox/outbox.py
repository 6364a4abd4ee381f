"""The outbox (lähtevien ilmoitusten säilö): what a record system calls."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.engine import URL

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.events import Listener, Listeners, NoticeAdded
from sha_disclosure.messages import message
from sha_disclosure.outbox import inventory
from sha_disclosure.outbox.adding import AddedNotice, Adding
from sha_disclosure.outbox.database import Database, milliseconds
from sha_disclosure.outbox.database_errors import outbox_errors
from sha_disclosure.outbox.drain import Client, Drain, DrainReport, Timing, policy_of
from sha_disclosure.outbox.evidence import all_evidence, evidence_of, number_of
from sha_disclosure.outbox.inventory import Entry, Status
from sha_disclosure.outbox.keys import Keyring, OutboxKey
from sha_disclosure.outbox.leases import Leases
from sha_disclosure.outbox.migration import migrate, steps
from sha_disclosure.outbox.payload import unpacked
from sha_disclosure.outbox.results import Results
from sha_disclosure.outbox.schema import MESSAGE, META, State
from sha_disclosure.settings import OutboxPolicy
from sha_disclosure.sources import Sources

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_ORDER_KEY = "order_key"


class Outbox:
    """Holds prepared notices until Kanta has accepted or refused them (lähtevien säilö).

    ``place``: a file for SQLite, a SQLAlchemy URL, or an ``Engine`` of the caller's, whose
    database then holds the outbox's tables. ``keys``: the first seals what is stored, each
    opens it. ``limit``: how many undelivered messages it takes. ``create``: whether to make an
    outbox where there is none. May be used by many threads;
    several processes may share one place, several hosts one on a database server.

    Raises OutboxError when the place cannot be used; ConfigurationError when its address is
    wrong or a key is missing.
    """

    def __init__(
        self,
        place: str | Path | URL | Engine,
        *,
        keys: Sequence[OutboxKey] = (),
        limit: int = 100_000,
        create: bool = True,
        sources: Sources | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._sources = sources or Sources()
        self._listeners = Listeners(listeners)
        self._keys = Keyring(keys)
        self._database = Database(place, self._sources, create=create)
        try:
            with self._database.open() as connection:
                migrate(connection, steps(self._keys), create=create)
                order_key = self._order_key(connection)
        except BaseException:
            self._database.close()
            raise
        self._adding = Adding(self._keys, order_key, limit)

    def __repr__(self) -> str:
        return f"Outbox({self._database.engine.url.render_as_string(hide_password=True)})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; an engine of the caller's is left as it is."""
        self._database.close()

    def _order_key(self, connection: Connection) -> bytes:
        """Return the key of the clients' pseudonyms, sealed where payloads are."""
        named = META.c.name == _ORDER_KEY
        stored = connection.execute(select(META.c.value).where(named)).scalar()
        if stored is None:
            made = json.dumps({_ORDER_KEY: secrets.token_hex(32)}).encode()
            sealed = self._keys.seal(made).decode()
            connection.execute(insert(META).values(name=_ORDER_KEY, value=sealed))
            stored = sealed
        opened = self._keys.open(stored.encode())
        if opened is None:
            raise ConfigurationError(message("outbox.key.missing"))
        if self._keys and not self._keys.is_current(stored.encode()) and stored.startswith("{"):
            # From now on a process without the key is refused; it would take payloads for damaged.
            sealed = self._keys.seal(opened).decode()
            connection.execute(update(META).where(named).values(value=sealed))
        return bytes.fromhex(json.loads(opened)[_ORDER_KEY])

    def add(
        self, prepared: PreparedNotice, connection: Connection | Session | None = None
    ) -> AddedNotice:
        """Add a prepared notice; when this returns it is on disk and will be delivered.

        With ``connection``, a SQLAlchemy Connection or Session of the caller's, it becomes part
        of the caller's transaction: it is added when that commits, and not when that is rolled
        back. The very same message may be added again: it is kept once.

        Raises OutboxFull, OutboxBusy, and OutboxError when a notice id of the message belongs
        to another message.
        """
        payload = self._adding.pack(prepared)
        if connection is not None:
            with outbox_errors(), self._database.lend():
                mine = connection if isinstance(connection, Connection) else connection.connection()
                now = self._database.now(mine)
                return self._adding.add(mine, prepared, payload, now)
        added = None
        if self._database.own and self._database.kind == "sqlite":
            now = milliseconds(self._sources.clock())
            with outbox_errors(), self._database.lend() as engine:
                added = self._adding.add_directly(engine, prepared, payload, now)
        if added is None:
            with self._database.write() as own:
                added = self._adding.add(own, prepared, payload, self._database.now(own))
        if added.new and self._listeners:
            self._listeners.notify(NoticeAdded(added.notice_ids))
        return added

    def drain(  # noqa: PLR0913 - each keyword has a default that serves most hosts
        self,
        kanta: Client,
        *,
        workers: int = 2,
        until_empty: bool = True,
        stop: threading.Event | None = None,
        breaker: Breaker | None = None,
        timing: Timing | None = None,
        policy: OutboxPolicy | None = None,
    ) -> DrainReport:
        """Deliver what is due, with ``workers`` threads, in order for each client.

        ``until_empty``: return when nothing is left that is due within ``timing.patience_s``
        (30 s); otherwise work until ``stop`` is set. A submission under way is then finished.
        When Kanta is down the ``breaker`` makes the workers wait; one of the caller's may be
        shared with other senders. ``policy`` defaults to ``kanta.settings.outbox``.

        Raises OutboxError when the outbox's own database fails.
        """
        if workers < 1:
            raise ConfigurationError(message("outbox.no_workers"))
        chosen = timing or Timing()
        drain = Drain(
            kanta=kanta,
            database=self._database,
            leases=Leases(self._database, self._sources, chosen.lease_s),
            results=Results(self._database),
            keys=self._keys,
            sources=self._sources,
            breaker=breaker or self._own_breaker(),
            listeners=self._listeners,
            stop=stop or threading.Event(),
            timing=chosen,
            policy=policy or policy_of(kanta),
            until_empty=until_empty,
        )
        return drain.run(workers)

    def _own_breaker(self) -> Breaker:
        return Breaker(clock=self._sources.clock, listeners=[self._listeners.notify])

    def status(self) -> Status:
        """Return how many messages are in which state and how long the oldest has waited."""
        with self._database.read() as connection:
            return inventory.status_of(connection, self._database.now(connection))

    def list(self, state: State | None = None, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Return entries in order, of one state or all, with numbers above ``after``."""
        with self._database.read() as connection:
            return inventory.entries(connection, state=state, after=after, limit=limit)

    def show(self, notice_id: str) -> Entry:
        """Return the entry of a notice, its stored message checked.

        Raises OutboxError for an unknown id and OutboxDamaged when the message is damaged.
        """
        with self._database.read() as connection:
            number = number_of(connection, notice_id)
            (entry,) = inventory.entries(connection, number=number)
            row = connection.execute(select(MESSAGE).where(MESSAGE.c.number == number)).one()
        if row.payload is not None:
            unpacked(
                row.payload,
                stored_digest=row.payload_digest,
                digest=row.digest,
                notice_ids=entry.notice_ids,
                keys=self._keys,
            )
        return entry

    def retry(self, notice_id: str | None = None, *, state: State | None = None) -> int:
        """Make one message, or all of a state, due at once; return how many.

        For messages that are parked, in quarantine or pending for a later time, once the cause
        is fixed.

        Raises OutboxError for an unknown id and for a state that cannot be retried.
        """
        if (notice_id is None) == (state is None):
            raise ConfigurationError(message("outbox.retry_what"))
        with self._database.write() as connection:
            number = None if notice_id is None else number_of(connection, notice_id)
            now = self._database.now(connection)
            return inventory.retry(connection, now, number=number, state=state)

    def evidence(self, notice_id: str) -> dict[str, Any]:
        """Return what was done with a notice and what Kanta answered, without personal data.

        Raises OutboxError for an unknown id.
        """
        with self._database.read() as connection:
            return evidence_of(connection, number_of(connection, notice_id))

    def export(self, state: State | None = None) -> Iterator[dict[str, Any]]:
        """Yield the evidence of every message, or of those in a state, for an auditor."""
        with self._database.read() as connection:
            yield from all_evidence(connection, state)

    def forget_delivered(self, before: datetime) -> int:
        """Remove the content of messages delivered before a moment; return how many there were.

        Their ids stay, so that they are not added again, and so does their evidence.
        """
        if before.tzinfo is None:
            before = before.replace(tzinfo=UTC)
        with self._database.write() as connection:
            return inventory.forget(connection, before)

    def reencrypt(self) -> int:
        """Seal everything stored with the first key; return how many messages were resealed.

        Afterwards the older keys are no longer needed. Damaged messages stay as they are.
        """
        done, last = 0, 0
        while True:
            with self._database.write() as connection:
                rows = connection.execute(
                    select(MESSAGE.c.number, MESSAGE.c.payload, MESSAGE.c.payload_digest)
                    .where(MESSAGE.c.number > last, MESSAGE.c.payload.is_not(None))
                    .order_by(MESSAGE.c.number)
                    .limit(100)
                ).all()
                for row in rows:
                    if not self._keys.is_current(row.payload):
                        done += inventory.reseal(connection, row, self._keys)
                if not rows:
                    self._reseal_order_key(connection)
                    return done
                last = rows[-1].number

    def _reseal_order_key(self, connection: Connection) -> None:
        named = META.c.name == _ORDER_KEY
        stored = connection.execute(select(META.c.value).where(named)).scalar_one()
        opened = self._keys.open(stored.encode())
        if opened is not None:
            sealed = self._keys.seal(opened).decode()
            connection.execute(update(META).where(named).values(value=sealed))
