"""Loads settings from a file, environment variables and arguments, each overriding the last."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from sha_disclosure.editions import SHIPPED
from sha_disclosure.encoding import Malformed, read_toml
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file, text_of
from sha_disclosure.messages import Message, message
from sha_disclosure.settings.key_place import key_place

VARIABLE_PREFIX = "SHA_DISCLOSURE__"
"""Prefix of environment variables that set one value; ``__`` separates table and entry."""

_PATHS = {"certificate", "key", "ca", "crl", "code_lists"}


def from_file(path: Path) -> dict[str, Any]:
    """Return the entries of a settings file; its relative paths are relative to the file.

    Raises ConfigurationError.
    """
    why: Message
    try:
        content = read_file(path)
        entries = read_toml(text_of(content.data))
    except Unreadable as error:
        why = error.message
    except Malformed as error:
        why = error.message
    else:
        exposed = content.exposed(path) if _holds_secret(entries) else None
        if exposed is None:
            return beside(entries, path.parent)
        why = message("settings.with_secret", why=exposed)
    raise ConfigurationError(message("settings.file", path=str(path), why=why))


def _holds_secret(entries: object) -> bool:
    """Return whether a settings file contains a passphrase or a proxy password."""
    if isinstance(entries, list):
        return any(map(_holds_secret, entries))
    if not isinstance(entries, dict):
        return False
    return (
        "passphrase" in entries
        or "@" in str(entries.get("proxy"))
        or any(map(_holds_secret, entries.values()))
    )


def from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the entries that variables set, by table. Raises ConfigurationError."""
    entries: dict[str, Any] = {}
    for name, value in variables.items():
        if not name.startswith(VARIABLE_PREFIX):
            continue
        *tables, last = name.removeprefix(VARIABLE_PREFIX).lower().split("__")
        place = entries
        for table in tables:
            place = place.setdefault(table, {})
            if not isinstance(place, dict):
                raise _contradiction(table, name)
        if isinstance(place.get(last), dict):
            raise _contradiction(last, name)
        place[last] = value.split(",") if last == "test_personal_ids" else value
    return entries


def merged(base: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the entries of ``upper`` overriding its own."""
    result = dict(base)
    for name, value in upper.items():
        below = result.get(name)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[name] = merged(below, value)
        else:
            result[name] = value
    return result


def beside(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a table with its relative paths, and those of nested tables, placed in ``folder``."""
    for name, value in table.items():
        if isinstance(value, dict):
            table[name] = beside(value, folder)
        elif isinstance(value, list):
            table[name] = [beside(v, folder) if isinstance(v, dict) else v for v in value]
        elif isinstance(value, str) and _is_path(name, value):
            table[name] = _path_in(folder, value)
    return table


def _is_path(name: str, value: str) -> bool:
    return name in _PATHS or (name == "edition" and value not in SHIPPED)


def _path_in(folder: Path, value: str) -> str:
    place: Path | str = value
    with suppress(PydanticCustomError):  # reported when the entry is validated
        place = key_place(value)
    return str(folder / place) if isinstance(place, Path) else value


def _contradiction(entry: str, variable: str) -> ConfigurationError:
    return ConfigurationError(message("settings.set_twice", entry=entry, variable=variable))
