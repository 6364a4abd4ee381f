"""Re-encrypts everything stored with the first key and binds every row: ``reencrypt``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, select, update

from sha_disclosure.errors import OutboxDamaged
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.payload import Payload, Stored, payloads_of, unpacked
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NOTICE, PAYLOAD
from sha_disclosure.outbox.seals import Seals, Values, store_secrets

_PAGE = 100


class Binding:
    """Processes the messages in short transactions and re-encrypts them.

    ``resealed`` counts those whose stored form changed, ``unopened`` those for which a key is
    missing.
    """

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals
        self.resealed = 0
        self.unopened = 0

    def run(self) -> None:
        """Encrypt and bind every undamaged message; then nothing unbound is accepted."""
        last = 0
        while True:
            with self._database.write() as connection:
                rows = connection.execute(
                    select(MESSAGE)
                    .where(MESSAGE.c.number > last)
                    .order_by(MESSAGE.c.number)
                    .limit(_PAGE)
                    .with_for_update()
                ).all()
                payloads = payloads_of(connection, [row.number for row in rows])
                for row in rows:
                    self._bind(connection, row, payloads.get(row.number))
                if not rows:
                    self._finish(connection)
                    return
                last = rows[-1].number

    def _finish(self, connection: Connection) -> None:
        seals = self._seals
        if seals.keys and not self.unopened:
            seals.secrets = replace(seals.secrets, bound=True)
        store_secrets(connection, seals.secrets, seals.keys)

    def _bind(self, connection: Connection, row: Any, payload: bytes | None) -> None:
        message = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        attempts = _rows(connection, ATTEMPT, row.number)
        notices = _rows(connection, NOTICE, row.number)
        if not self._seals.genuine_message(message, attempts, notices):
            return
        try:
            fresh = self._sealed(Stored.of(row, payload))
        except OutboxDamaged:
            return
        if self._seals.keys:
            for table, rows, made in (
                (ATTEMPT, attempts, self._seals.attempt),
                (NOTICE, notices, self._seals.notice),
            ):
                key = next(iter(table.primary_key.columns))
                for each in rows:
                    this = update(table).where(key == each[key.name])
                    if each["mac"] is None:
                        connection.execute(this.values(mac=made(each)))
        if fresh or row.mac is None:
            self._store(connection, row, fresh)

    def _store(self, connection: Connection, row: Any, fresh: Payload | None) -> None:
        mac = self._seals.message(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        this = update(MESSAGE).where(MESSAGE.c.number == row.number)
        if fresh is None:
            connection.execute(this.values(mac=mac))
            return
        connection.execute(this.values(mac=mac, payload_digest=fresh.digest))
        its = update(PAYLOAD).where(PAYLOAD.c.message == row.number)
        connection.execute(its.values(payload=fresh.data))
        self.resealed += 1

    def _sealed(self, stored: Stored) -> Payload | None:
        """Return a payload re-encrypted, or None if it needs no change.

        Raises OutboxDamaged if it cannot be decrypted or is damaged.
        """
        if stored.payload is None:
            return None
        keys = self._seals.keys
        bound = stored.binding if keys else None
        if keys.is_current(stored.payload, bound):
            return None
        self.unopened += not keys.knows(stored.payload)
        unpacked(stored, self._seals)
        return Payload.of(keys.seal(keys.open(stored.payload) or b"", stored.binding))


def _rows(connection: Connection, table: Table, number: int) -> list[Values]:
    found = connection.execute(select(table).where(table.c.message == number))
    return list(found.mappings())
