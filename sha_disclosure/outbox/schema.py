"""The outbox's tables. Only the payloads hold personal data.

Times are milliseconds since 1970 in UTC, which every database stores, compares and indexes
the same way. The names start with ``sha_outbox_``, since the tables may share an application's
database.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
    text,
)
from sqlalchemy.dialects import mssql, mysql

State = Literal["pending", "sending", "delivered", "parked", "quarantined"]
"""``pending`` waits for its turn, ``sending`` is leased by a worker, ``delivered`` has its
receipt; ``parked`` waits for long or for a corrected set-up, ``quarantined`` for a person."""

STATES: tuple[State, ...] = get_args(State)
UNDELIVERED: tuple[State, ...] = ("pending", "sending", "parked", "quarantined")
NEVER = 253_402_214_400_000
"""The ``due_at`` of a parked message that waits for a person (the last day of the year 9999)."""

VERSION = 5

SERVERS = frozenset({"postgresql", "mysql", "mariadb"})
"""The databases with row locks, SKIP LOCKED, and snapshot reads."""

METADATA = MetaData()
_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite only numbers INTEGER keys
# MySQL's TEXT is limited to 64 kB, and truncates unless its server is strict.
_Text = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_Bytes = LargeBinary(2**31 - 1).with_variant(LargeBinary(), "mssql")  # VARBINARY(max)
# The caller's own key: any characters, compared exactly.
_Reference = String(128).with_variant(
    mssql.NVARCHAR(128, collation="Latin1_General_100_BIN2"), "mssql"
)
_MYSQL = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}
_OPTIONS: dict[str, Any] = {
    f"{kind}_{name}": value for kind in ("mysql", "mariadb") for name, value in _MYSQL.items()
}

META = Table(
    "sha_outbox_meta",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", _Text, nullable=False),
    **_OPTIONS,
)

MESSAGE = Table(
    "sha_outbox_message",
    METADATA,
    Column("number", _Number, Identity(), primary_key=True),
    Column("notice_ids", _Text, nullable=False),  # in order, JSON
    Column("client", String(64), nullable=False),  # keyed digest, only distinguishes clients
    Column("state", String(12), nullable=False),
    Column("due_at", BigInteger, nullable=False),  # next attempt; while sending: the lease's end
    Column("lease", String(36)),  # token of the lease, new for each
    Column("worker", String(120)),
    Column("tries", Integer, nullable=False),  # leases that ended without a receipt
    Column("attempts", Integer, server_default="0"),  # leases it has had, each an attempt
    Column("reason", String(40)),  # class of what prevents delivery
    Column("possibly_duplicated", Boolean(create_constraint=False), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger),
    Column("locations", _Text),  # where the service keeps the notices, in order, JSON
    Column("digest", String(64), nullable=False),  # SHA-256 of the message's bytes
    Column("certificate", String(64), nullable=False),
    Column("edition", String(200), nullable=False),
    Column("payload_digest", String(64)),  # SHA-256 of the payload as it is stored; NULL: forgotten
    Column("organisation", String(64), server_default=""),  # the requester's OID
    Column("resends", Integer, server_default="0"),  # after answers that prove nothing
    Column("acknowledged", _Text),  # the objections that its notices acknowledge, JSON
    Column("mac", String(90)),  # with a key of the outbox: over the delivery columns of the row
    # The earlier message of its client that it is known to wait for, whose end releases it.
    Column("behind", BigInteger, nullable=False, server_default="0"),
    Index("sha_outbox_message_next", "state", "behind", "due_at", "number"),
    Index("sha_outbox_message_state", "state", "number"),
    Index("sha_outbox_message_order", "client", "state", "number"),
    **_OPTIONS,
)
WAITING = MESSAGE.c.behind != literal_column("0")
"""Messages that wait for an earlier one, phrased to match their index."""
Index(
    "sha_outbox_message_behind",
    MESSAGE.c.behind,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
    mssql_where=WAITING,
)

PAYLOAD = Table(
    "sha_outbox_payload",
    METADATA,
    # A table of its own: a database rewrites a whole row for each change of state.
    Column(
        "message",
        _Number,
        ForeignKey(MESSAGE.c.number, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("payload", _Bytes, nullable=False),
    **_OPTIONS,
)

_NAMED = text("reference IS NOT NULL")
NOTICE = Table(
    "sha_outbox_notice",
    METADATA,
    Column("notice_id", String(64), primary_key=True),
    Column("message", _Number, ForeignKey(MESSAGE.c.number), nullable=False, index=True),
    Column("reference", _Reference),  # the caller's own key of the disclosure
    Column("content", String(64)),  # keyed digest of the notice as the caller gave it
    Column("mac", String(90)),  # with a key of the outbox: over this row
    Index(
        "sha_outbox_notice_reference",
        "reference",
        unique=True,
        sqlite_where=_NAMED,
        postgresql_where=_NAMED,
        mssql_where=_NAMED,  # of rows without one it would keep one
    ),
    sqlite_with_rowid=False,
    **_OPTIONS,
)

ATTEMPT = Table(
    "sha_outbox_attempt",
    METADATA,
    Column("number", _Number, Identity(), primary_key=True),
    Column("message", _Number, ForeignKey(MESSAGE.c.number), nullable=False, index=True),
    Column("lease", String(36), nullable=False),
    Column("worker", String(120), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),  # empty: interrupted, its result is not known
    Column("outcome", String(40)),  # Receipt, or the class of the error
    Column("unknown_fate", Boolean(create_constraint=False), nullable=False),
    Column("lease_lost", Boolean(create_constraint=False), nullable=False),
    Column("requests", _Text),  # each HTTP request: id, outcome, status, seconds; JSON
    Column("http_status", Integer),  # of the last one
    Column("request_id", String(64)),
    Column("response_id", String(128)),
    Column("issues", _Text),  # codes of a refusal, JSON
    Column("mac", String(90)),  # with a key of the outbox: over this row
    **_OPTIONS,
)

COUNT = Table(
    "sha_outbox_count",
    METADATA,
    Column("name", String(40), primary_key=True),  # of a drain
    Column("delivered", BigInteger, nullable=False),  # messages it has delivered
    **_OPTIONS,
)
