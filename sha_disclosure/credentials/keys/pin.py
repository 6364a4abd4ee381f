"""The PIN of a token (tunnusluku) from a variable, a file, or a function."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from sha_disclosure.credentials.places import read_secret
from sha_disclosure.errors import ConfigurationError, DisclosureError, KeyUnavailable
from sha_disclosure.messages import Message, message
from sha_disclosure.process import raised_by_signal_handler
from sha_disclosure.settings.key_place import key_place

_LONGEST = 255

AskPin = Callable[[str], str]
"""A function that returns the PIN of the token with the given name.

It is called when the token requires a PIN: at the first signature, after a lost session, and for
each signature with an always-authenticate key. The PIN is not stored.
"""


def read_pin(source: str | None, ask: AskPin | None, token: Message) -> SecretStr:
    """Return the PIN from ``source`` (``env:NAME``, ``file:/PATH``), or from ``ask``.

    Raises KeyUnavailable, and ConfigurationError if neither is given.
    """
    if source is None and ask is None:
        raise ConfigurationError(message("pin.none", token=token))
    pin = _asked(ask, token) if source is None and ask else _read(source or "", token)
    if not pin.get_secret_value():
        raise KeyUnavailable(message("pin.empty", token=token))
    if not _is_possible(pin):
        raise KeyUnavailable(message("pin.impossible", token=token))
    return pin


def _is_possible(pin: SecretStr) -> bool:
    """Return whether the PIN could have been typed: one line of text, without control codes.

    Cards lock after a few attempts, so a value that cannot be right is never tried.
    """
    text = pin.get_secret_value()
    return len(text) <= _LONGEST and text.isprintable() and "\ufffd" not in text


def pin_file(source: str | None) -> Path | None:
    """Return the file of a ``pin-source``, or None. Raises ConfigurationError."""
    place = _place(source) if source else None
    return place if isinstance(place, Path) else None


def _read(source: str, token: Message) -> SecretStr:
    """Return the text of a file or variable, without a byte order mark or line ending."""
    held = read_secret(_place(source), "pin")
    with suppress(UnicodeDecodeError):
        return SecretStr(held.get_secret_value().decode("utf-8-sig").strip())
    raise KeyUnavailable(message("pin.impossible", token=token))


def _place(source: str) -> Path | str:
    with suppress(PydanticCustomError):
        place = key_place(source)
        if isinstance(place, Path):
            fit = source.lower().startswith("file:") and place.is_absolute()
        else:
            fit = place.startswith("env:")
        if fit:
            return place
    raise ConfigurationError(message("pin.source"))


def _asked(ask: AskPin, token: Message) -> SecretStr:
    fault = message("pin.function_no_text", token=token)
    pin: SecretStr | None = None
    try:
        pin = SecretStr(ask(str(token)))
    except DisclosureError:
        raise
    except Exception as error:  # the user's function may raise anything
        if raised_by_signal_handler(error):
            raise
        fault = message("pin.function_failed", token=token, kind=type(error).__name__)
    if pin is not None and isinstance(pin.get_secret_value(), str):
        return pin
    raise KeyUnavailable(fault)
