"""Re-encrypts everything stored with the first key and binds every row: ``reencrypt``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, select, update

from sha_disclosure.errors import OutboxDamaged
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.payload import Payload, Stored, unpacked
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE, NOTICE
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
                for row in rows:
                    self._bind(connection, row)
                if not rows:
                    self._finish(connection)
                    return
                last = rows[-1].number

    def _finish(self, connection: Connection) -> None:
        seals = self._seals
        if seals.keys and not self.unopened:
            seals.secrets = replace(seals.secrets, bound=True)
        store_secrets(connection, seals.secrets, seals.keys)

    def _bind(self, connection: Connection, row: Any) -> None:
        message = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
        attempts = _rows(connection, ATTEMPT, row.number)
        notices = _rows(connection, NOTICE, row.number)
        if not self._seals.genuine_message(message, attempts, notices):
            return
        fresh = self._sealed(row)
        if fresh is None:
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
            self._count(connection, row, fresh)

    def _count(self, connection: Connection, row: Any, fresh: Mapping[str, Any]) -> None:
        mac = self._seals.message(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        this = update(MESSAGE).where(MESSAGE.c.number == row.number)
        connection.execute(this.values(**fresh, mac=mac))
        self.resealed += bool(fresh)

    def _sealed(self, row: Any) -> Mapping[str, Any] | None:
        """Return the columns of a re-encrypted payload, empty if it needs no change.

        None if it cannot be decrypted or is damaged.
        """
        stored = Stored.of(row)
        if stored.payload is None:
            return {}
        keys = self._seals.keys
        bound = stored.binding if keys else None
        if keys.is_current(stored.payload, bound):
            return {}
        self.unopened += not keys.knows(stored.payload)
        try:
            unpacked(stored, self._seals)
        except OutboxDamaged:
            return None
        fresh = Payload.of(keys.seal(keys.open(stored.payload) or b"", stored.binding))
        return {"payload": fresh.data, "payload_digest": fresh.digest}


def _rows(connection: Connection, table: Table, number: int) -> list[Values]:
    found = connection.execute(select(table).where(table.c.message == number))
    return list(found.mappings())
