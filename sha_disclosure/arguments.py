"""Type checks of arguments in public calls; the error says what to pass instead."""

from __future__ import annotations

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message


def require(given: object, kind: type, call: str) -> None:
    """Refuse a value that is not a ``kind``, with the sentence ``arguments.<call>``.

    Raises ConfigurationError, which states the type given and never the value.
    """
    if not isinstance(given, kind):
        raise ConfigurationError(message(f"arguments.{call}", given=type(given).__name__))
