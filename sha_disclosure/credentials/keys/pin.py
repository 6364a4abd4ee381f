"""Where the PIN of a token (tunnusluku) comes from: a variable, a file, or a function."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from sha_disclosure.credentials.places import read_secret
from sha_disclosure.errors import ConfigurationError, DisclosureError, KeyUnavailable
from sha_disclosure.settings.key_place import key_place

AskPin = Callable[[str], str]
"""A function that returns the PIN of the token it is told the name of.

It is called when the token wants a PIN: at the first signature, after a lost session, and at
each signature of a key that is always authenticated. The PIN is kept nowhere.
"""


def read_pin(source: str | None, ask: AskPin | None, token: str) -> SecretStr:
    """Return the PIN from ``source`` (``env:NAME``, ``file:/PATH``), or from ``ask``.

    Raises KeyUnavailable, and ConfigurationError when there is neither.
    """
    if source is None and ask is None:
        raise ConfigurationError(
            f"{token}: the token wants a PIN. Add ?pin-source=env:NAME or ?pin-source=file:/PATH "
            "to the key's URI, or give the client a function: KantaClient(settings, pin=function)"
        )
    pin = _asked(ask, token) if source is None and ask else _read(source or "")
    if not pin.get_secret_value():
        raise KeyUnavailable(f"{token}: the PIN is empty; nothing was tried")
    return pin


def pin_file(source: str | None) -> Path | None:
    """Return the file of a ``pin-source``, or None. Raises ConfigurationError."""
    place = _place(source) if source else None
    return place if isinstance(place, Path) else None


def _read(source: str) -> SecretStr:
    held = read_secret(_place(source), "pin")
    return SecretStr(held.get_secret_value().decode("utf-8", "replace").strip())


def _place(source: str) -> Path | str:
    with suppress(PydanticCustomError):
        place = key_place(source)
        if isinstance(place, Path):
            fit = source.lower().startswith("file:") and place.is_absolute()
        else:
            fit = place.startswith("env:")
        if fit:
            return place
    raise ConfigurationError(
        "pin-source is env:NAME or file:/WHOLE/PATH (RFC 7512 section 2.4): correct it"
    )


def _asked(ask: AskPin, token: str) -> SecretStr:
    fault = ""
    pin = SecretStr("")
    try:
        pin = SecretStr(ask(token))
    except DisclosureError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a function of the user's may raise
        fault = f"failed ({type(error).__name__})"
    if not fault and isinstance(pin.get_secret_value(), str):
        return pin
    raise KeyUnavailable(f"{token}: the pin function {fault or 'gave no text'}; nothing was tried")
