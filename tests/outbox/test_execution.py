"""One statement for many sets of parameters, on every database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, delete, insert, select, update

from sha_disclosure.errors import OutboxError
from sha_disclosure.outbox import Outbox
from sha_disclosure.outbox.execution import execute_each
from sha_disclosure.outbox.schema import ATTEMPT, MESSAGE

_BEGUN = insert(ATTEMPT)
_ENDED = (
    update(ATTEMPT)
    .where(ATTEMPT.c.message == bindparam("n"), ATTEMPT.c.lease == bindparam("token"))
    .values(
        worker="another",
        outcome=bindparam("how"),
        requests=bindparam("sent"),
        unknown_fate=bindparam("unknown"),
        http_status=bindparam("status"),
    )
)
_GONE = delete(ATTEMPT).where(
    ATTEMPT.c.message == bindparam("n"), ATTEMPT.c.lease == bindparam("token")
)
_ROWS = select(
    ATTEMPT.c.lease,
    ATTEMPT.c.worker,
    ATTEMPT.c.outcome,
    ATTEMPT.c.requests,
    ATTEMPT.c.unknown_fate,
    ATTEMPT.c.http_status,
).order_by(ATTEMPT.c.lease)


def begun(number: int, *leases: str) -> list[dict[str, Any]]:
    common = {"message": number, "worker": "w", "started_at": 1 << 40, "lease_lost": False}
    return [{**common, "lease": each, "unknown_fate": False} for each in leases]


def ended(number: int, lease: str, how: str | None = None, **more: Any) -> dict[str, Any]:
    given = {"n": number, "token": lease, "how": how, "sent": None, "unknown": False}
    return {**given, "status": None, **more}


@pytest.fixture
def number(place, prepare):
    """The number of a message in the outbox at the place."""
    with Outbox(place) as outbox:
        outbox.add(prepare())
        with outbox._database.read() as connection:
            return connection.execute(select(MESSAGE.c.number)).scalar_one()


def test_each_set_of_parameters_changes_its_own_row(place, number):
    text = "{\"ä\": 'ö', \\ {} %s, NULL}" * 1000
    with Outbox(place) as outbox, outbox._database.write() as connection:
        execute_each(connection, _BEGUN, begun(number, "a", "b", "c"))
        changes = [
            ended(number, "a", "Receipt", sent=text, status=200),
            ended(number, "b", unknown=True),
            ended(number, "d", "of no row"),
        ]
        execute_each(connection, _ENDED, changes)
        assert [tuple(row) for row in connection.execute(_ROWS)] == [
            ("a", "another", "Receipt", text, False, 200),
            ("b", "another", None, None, True, None),
            ("c", "w", None, None, False, None),
        ]
        execute_each(connection, _GONE, [{"n": number, "token": each} for each in ("a", "c", "d")])
        assert [row.lease for row in connection.execute(_ROWS)] == ["b"]
        execute_each(connection, _GONE, [])
        assert len(connection.execute(_ROWS).all()) == 1


def test_a_text_that_does_not_fit_is_refused_and_not_cut(server, prepare):
    def record(outbox, how):
        with outbox._database.write() as connection:
            execute_each(connection, _ENDED, [ended(1, "a", how)])

    with server.database() as place, Outbox(place) as outbox:
        outbox.add(prepare())
        with outbox._database.write() as connection:
            execute_each(connection, _BEGUN, begun(1, "a"))
        record(outbox, "x" * 40)
        with pytest.raises(OutboxError):
            record(outbox, "x" * 41)
