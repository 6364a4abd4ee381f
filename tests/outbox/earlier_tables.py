"""The outbox's tables as an earlier version made them."""

from __future__ import annotations

from sqlalchemy import Connection, text

from sha_disclosure.outbox import Outbox

_TYPES = {"sqlite": "BLOB", "postgresql": "BYTEA", "mariadb": "LONGBLOB", "mysql": "LONGBLOB"}
_QUEUE = ("pending", "sending", "parked", "quarantined")
_MORE = "UPDATE sha_outbox_meta SET value = value + 1 WHERE name = NEW.state;"
_LESS = "UPDATE sha_outbox_meta SET value = value - 1 WHERE name = OLD.state;"


def as_version_4(outbox: Outbox, *, counted: bool = True) -> None:
    """Put the payloads into the messages, and count as then; without ``counted`` not at all."""
    with outbox._database.write() as connection:
        column = f"payload {_TYPES[connection.dialect.name]}"
        own = "SELECT payload FROM sha_outbox_payload WHERE message = sha_outbox_message.number"
        for each in (
            f"ALTER TABLE sha_outbox_message ADD COLUMN {column}",
            f"UPDATE sha_outbox_message SET payload = ({own})",
            "DROP TABLE sha_outbox_payload",
            "UPDATE sha_outbox_meta SET value = '4' WHERE name = 'schema'",
        ):
            connection.execute(text(each))
        if connection.dialect.name == "sqlite":
            _count_as_before(connection, counted=counted)


def _count_as_before(connection: Connection, *, counted: bool) -> None:
    for name in ("added", "entered", "left", "removed"):
        connection.execute(text(f"DROP TRIGGER sha_outbox_{name}"))
    now = "'delivered', 'parked', 'quarantined', 'unused'"
    connection.execute(text(f"DELETE FROM sha_outbox_meta WHERE name IN ({now})"))
    if not counted:
        return
    on = "ON sha_outbox_message"
    for each in (
        *[
            f"INSERT INTO sha_outbox_meta SELECT '{state}', count(*) "
            f"FROM sha_outbox_message WHERE state = '{state}'"
            for state in _QUEUE
        ],
        f"CREATE TRIGGER sha_outbox_added AFTER INSERT {on} BEGIN {_MORE} END",
        f"CREATE TRIGGER sha_outbox_changed AFTER UPDATE OF state {on} "
        f"WHEN OLD.state <> NEW.state BEGIN {_LESS} {_MORE} END",
        f"CREATE TRIGGER sha_outbox_removed AFTER DELETE {on} BEGIN {_LESS} END",
    ):
        connection.exec_driver_sql(each)
