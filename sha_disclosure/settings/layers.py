"""What settings are laid together from: a file, variables of the environment, arguments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from sha_disclosure.editions import SHIPPED
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings.key_place import key_place

PREFIX = "SHA_DISCLOSURE__"
"""Begins a variable that sets one value; ``__`` stands between table and value."""


def read(path: Path) -> dict[str, Any]:
    """Return what a settings file holds, its paths beside it. Raises ConfigurationError."""
    fault = ""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        fault = "is not UTF-8 text: save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at [^)]*\)", str(error))  # the rest may quote a value
        fault = f"is not valid TOML {place.group() if place else ''}: check quotes and brackets"
    if fault:
        raise ConfigurationError(f"Settings {path}: the file {fault}")
    return anchored(data, path.parent)


_PATHS = {"certificate", "key", "ca", "crl", "code_lists"}


def anchored(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the tables of a file with their relative paths in ``folder``."""
    for name, value in data.items():
        if isinstance(value, dict):
            data[name] = anchored(value, folder)
        elif isinstance(value, list):
            data[name] = [anchored(v, folder) if isinstance(v, dict) else v for v in value]
        elif isinstance(value, str) and (
            name in _PATHS or (name == "edition" and value not in SHIPPED)
        ):
            data[name] = _beside(value, folder)
    return data


def _beside(value: str, folder: Path) -> str:
    place: Path | str = value
    with suppress(PydanticCustomError):  # told when it is validated
        place = key_place(value)
    return str(folder / place) if isinstance(place, Path) else value


def from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that variables set, table by table. Raises ConfigurationError."""
    made: dict[str, Any] = {}
    for name, value in variables.items():
        if name.startswith(PREFIX):
            *tables, last = name.removeprefix(PREFIX).lower().split("__")
            place = made
            for table in tables:
                place = place.setdefault(table, {})
                if not isinstance(place, dict):
                    raise ConfigurationError(
                        f"Settings (environment): {table}: a variable sets it whole and {name} "
                        "sets a part of it; keep one of them"
                    )
            if isinstance(place.get(last), dict):
                raise ConfigurationError(
                    f"Settings (environment): {last}: {name} sets it whole and {name}__... a "
                    "part of it; keep one of them"
                )
            place[last] = value.split(",") if last == "test_personal_ids" else value
    return made


def laid_over(base: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the values of ``upper`` in their places."""
    merged = dict(base)
    for name, value in upper.items():
        below = merged.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[name] = laid_over(below, value) if both else value  # type: ignore[arg-type]
    return merged
