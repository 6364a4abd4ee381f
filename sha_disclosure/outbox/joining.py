"""Which of a caller's transactions ``add`` may join, and what to pass instead of the others.

Unknown objects are refused by name: on a connection that auto-commits, or that another
library shares, a notice would be reported as added and never be stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Engine, SingletonThreadPool, StaticPool
from sqlalchemy.engine import AdaptedConnection

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, scoped_session

Joined: TypeAlias = "Connection | Session | scoped_session[Any]"
"""What represents a transaction of the caller."""

_ALCHEMY = "sqlalchemy"
_DJANGO = "django"


def joined(given: Joined) -> Connection:
    """Return the connection of a caller's transaction. Raises ConfigurationError."""
    connection = given if isinstance(given, Connection) else _of_session(given)
    require_own_connections(connection.engine)
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        raise ConfigurationError(message("outbox.joining.autocommit"))
    return connection


def require_own_connections(engine: Engine) -> None:
    """Refuse an engine whose transactions share one connection, possibly another library's.

    Raises ConfigurationError.
    """
    if isinstance(engine.pool, StaticPool | SingletonThreadPool):
        pool = type(engine.pool).__name__
        raise ConfigurationError(message("outbox.joining.shared", pool=pool))


def _of_session(given: object) -> Connection:
    from sqlalchemy.orm import Session, scoped_session  # noqa: PLC0415 - hosts without the ORM

    session: Any = given() if isinstance(given, scoped_session) else given
    if isinstance(session, Session):
        return session.connection()
    raise ConfigurationError(message(f"outbox.joining.{_kind(given)}", kind=_name(given)))


def _kind(given: object) -> str:
    """Return the sentence that says what to pass instead."""
    names = {each.__module__.partition(".")[0] for each in type(given).__mro__}
    if isinstance(given, Engine | type) or hasattr(given, "kw"):  # a sessionmaker
        return "no_transaction"
    if _ALCHEMY in names and not isinstance(given, AdaptedConnection):
        return "asynchronous"
    return "django" if _DJANGO in names else "unknown"


def _name(given: object) -> str:
    kind = type(given)
    return f"{kind.__module__}.{kind.__qualname__}"
