"""``SHA_DISCLOSURE`` in the project's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from sqlalchemy import Engine

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.outbox import Outbox, keys_from_environment, keys_from_file
from sha_disclosure.settings import Settings

NAME = "SHA_DISCLOSURE"
LABEL = "sha_disclosure"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The values of ``SHA_DISCLOSURE``.

    ``SETTINGS``: the settings file, or a ``Settings``; by default the file named by the variable
    SHA_DISCLOSURE_SETTINGS. ``DATABASE``: the alias of the database with the outbox's tables.
    ``KEY_FILE``: the file of the outbox's keys, which encrypt what is stored; by default the one
    named by the command's variable. ``LIMIT``: the maximum number of undelivered messages.
    """

    source: Settings | str | Path | None = None
    database: str = "default"
    key_file: str | Path | None = None
    limit: int = 100_000

    @classmethod
    def read(cls) -> Self:
        """Read the project's settings. Raises ConfigurationError."""
        given: Any = getattr(settings, NAME, {})
        if not isinstance(given, Mapping):
            raise ConfigurationError(message("django.no_dict", name=NAME))
        known = {
            "SETTINGS": ("source", Settings | str | PathLike),
            "DATABASE": ("database", str),
            "KEY_FILE": ("key_file", str | PathLike),
            "LIMIT": ("limit", int),
        }
        for key, value in given.items():
            if key not in known:
                raise ConfigurationError(
                    message("django.unknown_key", name=NAME, key=str(key), known=tuple(known))
                )
            if value is not None and not isinstance(value, known[key][1]):
                raise ConfigurationError(message("django.wrong_value", name=NAME, key=key))
        return cls(**{known[k][0]: v for k, v in given.items() if v is not None})

    def settings(self) -> Settings:
        """Return the settings of the client. Raises ConfigurationError."""
        if isinstance(self.source, Settings):
            return self.source
        return Settings.load(self.source)

    def outbox(self, engine: Engine, *, create: bool = False) -> Outbox:
        """Return the outbox of a database. Raises ConfigurationError and OutboxError."""
        keys = keys_from_file(self.key_file) if self.key_file else keys_from_environment()
        return Outbox(engine, keys=keys, limit=self.limit, create=create)
