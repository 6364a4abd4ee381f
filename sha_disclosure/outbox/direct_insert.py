"""The fast path of ``add`` on the outbox's own SQLite file, with the same statements.

SQLAlchemy compiles them once and the driver runs them directly: on a durable insert of 0.2 ms
the usual path through the engine doubles the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Engine

from sha_disclosure.outbox.execution import Ready


class DirectInsert:
    """Inserts one message in its own transaction."""

    def __init__(self, engine: Engine, message: Ready, payload: Ready, notice: Ready) -> None:
        self._engine = engine
        self._message = message
        self._payload = payload
        self._notice = notice

    def insert(
        self,
        row: dict[str, Any],
        payload: bytes,
        notices: Callable[[int], Iterable[dict[str, Any]]],
    ) -> int | None:
        """Return the new message's number; None, with nothing changed, if an id is taken.

        ``notices`` returns the rows of its notices for its number.

        Raises the driver's errors.
        """
        pooled = self._engine.raw_connection()
        try:
            driver: Any = pooled.driver_connection
            driver.execute("BEGIN IMMEDIATE")
            try:
                number = driver.execute(self._message.text, self._message.given(row)).lastrowid
                stored = self._payload.given({"message": number, "payload": payload})
                driver.execute(self._payload.text, stored)
                for each in notices(number):
                    given = self._notice.given(each)
                    if driver.execute(self._notice.text, given).rowcount != 1:
                        driver.execute("ROLLBACK")
                        return None
                driver.execute("COMMIT")
            except BaseException:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
                raise
            return int(number)
        finally:
            pooled.close()
