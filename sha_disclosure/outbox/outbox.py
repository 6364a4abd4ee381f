"""The outbox (lähtevien ilmoitusten säilö): the interface for a record system."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, select
from sqlalchemy.engine import URL

from sha_disclosure.boundary import boundary
from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import ConfigurationError, OutboxDamaged, OutboxError
from sha_disclosure.events import Listener, Listeners, NoticeAdded
from sha_disclosure.messages import message
from sha_disclosure.outbox import inventory
from sha_disclosure.outbox.adding import Adding
from sha_disclosure.outbox.binding import Binding
from sha_disclosure.outbox.clients import Client, policy_of
from sha_disclosure.outbox.concurrency import Threads
from sha_disclosure.outbox.database import Database, milliseconds
from sha_disclosure.outbox.drain_state import DrainReport, Timing, Watch
from sha_disclosure.outbox.drainer import Drainer
from sha_disclosure.outbox.draining import Draining
from sha_disclosure.outbox.evidence import all_evidence, evidence_of, number_of
from sha_disclosure.outbox.health import Health, judged
from sha_disclosure.outbox.inventory import Entry, Status
from sha_disclosure.outbox.joining import Joined, joined
from sha_disclosure.outbox.keys import Keyring, OutboxKey
from sha_disclosure.outbox.migration import migrate, steps
from sha_disclosure.outbox.payload import Payload, Stored, payloads_of, unpacked
from sha_disclosure.outbox.repetition import AddedNotice
from sha_disclosure.outbox.schema import MESSAGE, State
from sha_disclosure.outbox.seals import Seals, load_secrets
from sha_disclosure.outbox.signature import Signatures, require_signed
from sha_disclosure.outbox.supervision import Supervision
from sha_disclosure.settings import OutboxPolicy
from sha_disclosure.sources import Sources


class Outbox:
    """Stores prepared notices until Kanta has accepted or refused them (lähtevien säilö).

    ``place``: a file for SQLite, a SQLAlchemy URL, or the caller's ``Engine``, whose database
    then contains the outbox's tables. ``keys``: the first encrypts what is stored, each
    decrypts it. ``limit``: the maximum number of undelivered messages. ``create``: whether to
    create an outbox if there is none. Thread-safe;
    several processes may share one place, several hosts one on a database server.

    Raises OutboxError if the place cannot be used, and ConfigurationError if its address is
    wrong or a key is missing.
    """

    @boundary
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
                self._seals = Seals(self._keys, load_secrets(connection, self._keys))
        except BaseException:
            self._database.close()
            raise
        signatures = Signatures()
        self._adding = Adding(self._seals, signatures, limit)
        self.draining = Draining(
            self._database, self._seals, signatures, self._sources, self._listeners
        )

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
        """Close it; any later call raises OutboxError.

        An engine passed by the caller stays open.
        """
        self._database.close()

    @boundary
    def add(self, prepared: PreparedNotice, connection: Joined | None = None) -> AddedNotice:
        """Add a prepared notice; when this returns it is on disk and will be delivered.

        With ``connection``, a SQLAlchemy Connection or Session of the caller, it becomes part
        of the caller's transaction: it is added when that commits, and not if it is rolled
        back. The same message, or the same notice under the same ``reference`` prepared again, may
        be added again: it is stored once, and the stored one's state is returned.

        Raises OutboxFull, OutboxBusy, ReferenceTaken if another notice has the reference, and
        OutboxError if a notice id of the message belongs to another message; ConfigurationError
        for a ``connection`` whose transaction it cannot join.
        """
        payload, added = self._packed(prepared), None
        if connection is not None:
            with self._database.errors(), self._database.lend():
                return self._add_all(joined(connection), [(prepared, payload)])[0]
        if self._database.own_file:
            now = milliseconds(self._sources.clock())
            with self._database.errors(), self._database.lend() as engine:
                added = self._adding.add_directly(engine, prepared, payload, now)
        if added is None:
            with self._database.write() as own:
                (added,) = self._add_all(own, [(prepared, payload)])
        self._notify(added)
        return added

    @boundary
    def add_many(
        self, messages: Sequence[PreparedNotice], connection: Joined | None = None
    ) -> list[AddedNotice]:
        """Add prepared notices in one transaction: all of them, or none if one is refused.

        With ``connection`` the caller's transaction decides. Returns the result of ``add`` for
        each, in order, and raises the same errors.
        """
        packed = [(each, self._packed(each)) for each in messages]
        if connection is not None:
            with self._database.errors(), self._database.lend():
                return self._add_all(joined(connection), packed)
        with self._database.write() as own:
            added = self._add_all(own, packed)
        for each in added:
            self._notify(each)
        return added

    def _add_all(
        self, connection: Connection, packed: Sequence[tuple[PreparedNotice, Payload]]
    ) -> list[AddedNotice]:
        now = self._database.now(connection)
        return [self._adding.add(connection, *each, now) for each in packed]

    def _packed(self, prepared: PreparedNotice) -> Payload:
        if not isinstance(prepared, PreparedNotice):
            kind = type(prepared).__name__
            raise ConfigurationError(message("outbox.joining.prepared", kind=kind))
        return self._adding.pack(prepared)

    def _notify(self, added: AddedNotice) -> None:
        if added.new and self._listeners:
            self._listeners.notify(NoticeAdded(added.notice_ids, added.references))

    @boundary
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
        (30 s); otherwise work until ``stop`` is set. Submissions in progress are then finished.
        While Kanta is down the ``breaker`` makes the workers wait; the caller's own may be
        shared with other senders. ``policy`` defaults to ``kanta.settings.outbox``.

        Raises OutboxError if the outbox's own database fails, or if the outbox has a key
        but rows from before it: call ``reencrypt`` once, which binds them.
        """
        return self.draining.run(
            kanta,
            Threads(),
            workers=workers,
            policy=policy or policy_of(kanta),
            stop=stop,
            until_empty=until_empty,
            breaker=breaker,
            timing=timing,
        )

    @boundary
    def drainer(
        self,
        kanta: Client,
        *,
        workers: int = 2,
        breaker: Breaker | None = None,
        timing: Timing | None = None,
        policy: OutboxPolicy | None = None,
    ) -> Drainer:
        """Return a drainer, which delivers notices as they become due, in its own thread.

        ::

            with outbox.drainer(kanta) as drainer:  # or start() and stop(timeout)
                ...
                drainer.health()

        The keyword arguments are those of ``drain``. Several processes and hosts may each have one.

        Raises OutboxError if the outbox has a key but rows from before it.
        """
        self.draining.require(workers)
        chosen, shared = timing or Timing(), breaker or self.draining.breaker()

        def drain(stop: threading.Event, watch: Watch) -> None:
            self.draining.run(
                kanta,
                Threads(),
                workers=workers,
                policy=policy or policy_of(kanta),
                stop=stop,
                breaker=shared,
                timing=chosen,
                watch=watch,
            )

        return Drainer(drain, Supervision(chosen, self._listeners, self._sources))

    @boundary
    def status(self) -> Status:
        """Return the number of messages by state and the age of the oldest pending one."""
        with self._database.read() as connection:
            return inventory.status_of(connection, self._database.now(connection))

    @boundary
    def health(self, *, max_age: float | None = None, max_quarantined: int | None = None) -> Health:
        """Return whether the outbox can be read and is within thresholds, for monitoring.

        ``max_age``: the maximum age of the oldest pending message in seconds; ``max_quarantined``:
        the maximum number in quarantine. A database that cannot be queried is a problem, not an
        error.
        """
        try:
            return judged(self.status(), max_age, max_quarantined)
        except OutboxError as error:
            return Health((error.sentence,))

    @boundary
    def list(self, state: State | None = None, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Return entries in order, of one state or all, with numbers above ``after``."""
        with self._database.read() as connection:
            return inventory.entries(connection, state=state, after=after, limit=limit)

    @boundary
    def show(self, notice_id: str) -> Entry:
        """Return the entry of a notice, with its stored message verified.

        Raises OutboxError for an unknown id, and OutboxDamaged if the message is damaged or
        anything about it was changed outside the outbox.
        """
        with self._database.snapshot() as connection:
            number = number_of(connection, notice_id)
            (entry,) = inventory.entries(connection, number=number)
            row = connection.execute(select(MESSAGE).where(MESSAGE.c.number == number)).one()
            payload = payloads_of(connection, [number]).get(number)
            evidence_of(connection, self._seals, notice_id)
        if row.payload_digest is not None:
            require_signed(unpacked(Stored.of(row, payload), self._seals))
        return entry

    @boundary
    def retry(self, notice_id: str | None = None, *, state: State | None = None) -> int:
        """Make one message, or all of a state, due immediately; return their number.

        For messages that are parked, in quarantine or pending for a later time, once the cause
        is fixed.

        Raises OutboxError for an unknown id and for a state that cannot be retried.
        """
        if (notice_id is None) == (state is None):
            raise ConfigurationError(message("outbox.retry_what"))
        with self._database.write() as connection:
            number = None if notice_id is None else number_of(connection, notice_id)
            now = self._database.now(connection)
            return inventory.retry(connection, self._seals, now, number=number, state=state)

    @boundary
    def evidence(self, notice_id: str) -> dict[str, Any]:
        """Return the history of a notice and Kanta's answers, without personal data.

        Raises OutboxError for an unknown id, and OutboxDamaged if the evidence was changed outside
        the outbox.
        """
        with self._database.snapshot() as connection:
            return evidence_of(connection, self._seals, notice_id)

    @boundary
    def export(self, state: State | None = None) -> Iterator[dict[str, Any]]:
        """Yield the evidence of every message, or of those in a state, for an auditor.

        Evidence changed outside the outbox is marked ``damaged``. Raises OutboxDamaged at the end
        if there was any.
        """
        damaged = 0
        with self._database.snapshot() as connection:
            for evidence in all_evidence(connection, self._seals, state):
                damaged += evidence["damaged"]
                yield evidence
        if damaged:
            raise OutboxDamaged(message("outbox.row.some_changed", count=damaged))

    @boundary
    def forget_delivered(self, before: datetime) -> int:
        """Remove the content of messages delivered before a time; return their number.

        Their ids stay, so that they are not added again, and so does their evidence. Uses short
        transactions: concurrent adding or draining waits for one of them at most.
        """
        if before.tzinfo is None:
            before = before.replace(tzinfo=UTC)
        with self._database.read() as connection:
            last = inventory.last_delivered(connection)
        forgotten = after = 0
        while after < last:
            with self._database.write() as connection:
                step, after = inventory.forget(connection, self._seals, before, after)
            forgotten += step
        self._database.empty_log()
        return forgotten

    @boundary
    def reencrypt(self) -> int:
        """Re-encrypt everything stored with the first key; return the number of changed messages.

        It also binds the rows from before the outbox had a key: anything unencrypted, swapped or
        changed afterwards counts as damaged. The older keys are then no longer needed. Damaged
        messages are not changed.

        Raises OutboxError, after processing the others, if a key is missing for some.
        """
        binding = Binding(self._database, self._seals)
        binding.run()
        if binding.unopened:
            raise OutboxError(message("outbox.reencrypt_key", count=binding.unopened))
        return binding.resealed
