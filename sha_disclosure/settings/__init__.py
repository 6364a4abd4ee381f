"""Settings (asetukset): who sends, where to, and with which keys.

They come from a TOML file, usually ``sha-disclosure.toml``, the environment and arguments.
``SHA_DISCLOSURE_SETTINGS`` names the file; variables such as ``SHA_DISCLOSURE__TLS__CERTIFICATE``
override single values of the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from sha_disclosure.boundary import boundary
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.settings.findings import findings_of, naming_variables, settings_refused
from sha_disclosure.settings.key_place import FilePath, require_printable
from sha_disclosure.settings.loading import VARIABLE_PREFIX, from_environment, from_file, merged
from sha_disclosure.settings.tables import (
    ID_DIGITS_MIN,
    Ids,
    KeyPair,
    OnObjections,
    Organisation,
    OutboxPolicy,
    Party,
    Retry,
    Rules,
    Seconds,
    Table,
    Timeouts,
    Tls,
    distinct,
    id_of,
)
from sha_disclosure.values import PersonalId

Environment = Literal["sandbox", "at", "production"]
"""The embedded service, asiakastestiympäristö, or tuotanto."""

FILE_VARIABLE = "SHA_DISCLOSURE_SETTINGS"
"""The environment variable that names the settings file."""


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "https" and all((parts.hostname or "").split("."))
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable, parts = False, urlsplit("")
    blank = any(character.isspace() for character in url)
    if not usable or blank or parts.username or parts.password or parts.query or parts.fragment:
        raise PydanticCustomError("address", "refused")
    return url


class Settings(Table):
    """Everything a client needs to know about its sender and its service (asetukset).

    ``environment``: ``sandbox`` (the embedded service), ``at`` (asiakastestiympäristö) or
    ``production`` (tuotanto). ``requester`` is the subscriber (liittyjä) unless a tenant of the
    joint-joining model (yhteisliittymismalli) sends. ``proxy`` is a URL, or ``environment`` to
    use the proxy variables, which are otherwise ignored. ``correct_clock_skew`` dates tokens
    by the service's clock, as seen in its answers. ``code_lists`` is the folder of imported code
    lists (koodistot), or one list's file; the sandbox defaults to the package's sample.
    ``organisation``: the organisations that one process sends for, if there are several.
    ``renewal_s``: the minimum interval, in seconds, at which a client in use checks its keys and
    certificates for renewal. ``connections``: the maximum number of idle connections a client
    keeps open, and of all connections of an asyncio client.

    Raises ConfigurationError, whose ``findings`` list every wrong entry and how to fix it.
    """

    environment: Environment
    base_url: Annotated[str, AfterValidator(_address)]
    edition: Annotated[str, AfterValidator(require_printable)] = "kanta-1.0.0"
    system: Party
    subscriber: Party
    requester: Party = None  # type: ignore[assignment]  # filled below from subscriber
    tls: Tls | None = None
    signing: KeyPair | None = None
    token: KeyPair | None = None
    organisation: Annotated[tuple[Organisation, ...], AfterValidator(distinct)] = ()
    renewal_s: Seconds = 60.0
    retry: Retry = Retry()
    outbox: OutboxPolicy = OutboxPolicy()
    rules: Rules = Rules()
    timeouts: Timeouts = Timeouts()
    connections: Annotated[int, Field(ge=1, le=1000)] = 128
    ids: Ids = None  # type: ignore[assignment]  # filled below from requester
    proxy: SecretStr | None = None
    code_lists: FilePath | None = None
    accept_assumed: bool = False
    allow_artificial_ids: bool = False
    test_personal_ids: tuple[PersonalId, ...] = ()
    clock_skew_s: Annotated[float, Field(ge=0, le=600)] = 60.0
    correct_clock_skew: bool = False

    @boundary
    def __init__(self, **data: Any) -> None:
        findings: tuple[Finding, ...] = ()
        try:
            super().__init__(**completed(data))
        except ValidationError as error:
            findings = findings_of(error.errors(include_url=False, include_input=False))
        if findings:
            raise settings_refused("arguments", findings)

    @classmethod
    @boundary
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return the settings that ``obj`` holds. Raises ConfigurationError."""
        return cls._validated(super().model_validate, obj, options)

    @classmethod
    @boundary
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Return the settings in a JSON text. Raises ConfigurationError."""
        return cls._validated(super().model_validate_json, json_data, options)

    @classmethod
    @boundary
    def parse_raw(cls, b: str | bytes, **_: Any) -> Self:
        """Do the same as ``model_validate_json``; pydantic's deprecated name for it."""
        return cls.model_validate_json(b)

    @classmethod
    @boundary
    def model_validate_strings(cls, obj: Any, **options: Any) -> Self:
        """Return the settings that ``obj`` holds as strings. Raises ConfigurationError."""
        return cls._validated(super().model_validate_strings, obj, options)

    @classmethod
    def _validated(
        cls, validate: Callable[..., Self], data: object, options: Mapping[str, Any]
    ) -> Self:
        try:
            return validate(data, **options)
        except ValidationError as error:
            findings = findings_of(error.errors(include_url=False, include_input=False))
        raise settings_refused("arguments", findings)

    @classmethod
    @boundary
    def load(
        cls,
        path: str | Path | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Settings:
        """Read the settings file, then the environment, then ``values``, each overriding the last.

        ``path`` defaults to the file that ``SHA_DISCLOSURE_SETTINGS`` names. Paths in the file
        are relative to the file, others to the working directory. ``variables`` replaces the
        environment.

        Raises ConfigurationError.
        """
        environment = os.environ if variables is None else variables
        named = path or environment.get(FILE_VARIABLE)
        try:
            return cls(**_gathered(named, environment, values))
        except ConfigurationError as error:
            findings = naming_variables(error.findings, environment.keys())
            if not findings:
                raise
        raise settings_refused(str(named or "environment"), findings)

    @classmethod
    @boundary
    def stand_in(cls, variables: Mapping[str, str] | None = None) -> Settings:
        """Return the sandbox's sender, for work that needs no keys: validating and building.

        ``variables`` may override single values, as the environment does for ``load``.

        Raises ConfigurationError.
        """
        sender = {
            "environment": "sandbox",
            "base_url": "https://127.0.0.1:8443/fhir",
            "system": {"id": "1.2.246.10.12345678.20.1", "name": "Esimerkkijärjestelmä 1.0"},
            "subscriber": {"id": "1.2.246.10.28777751.10.0", "name": "Esimerkin hyvinvointialue"},
        }
        return cls(**merged(sender, from_environment(variables or {})))


def _gathered(
    named: str | Path | None, environment: Mapping[str, str], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the entries of all sources. Raises ConfigurationError."""
    entries = from_file(Path(named)) if named else {}
    entries = merged(merged(entries, from_environment(environment)), values)
    if not entries:
        names = {"file_variable": FILE_VARIABLE, "prefix": VARIABLE_PREFIX}
        raise ConfigurationError(message("settings.none", **names))
    return entries


def completed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return entries with the derived ones added: the requester and the root of ids."""
    made = dict(data)
    made.setdefault("requester", made.get("subscriber"))
    identifier = id_of(made["requester"])
    if made.get("ids") is None and identifier is not None:
        made["ids"] = {"root": f"{identifier}.95"}
    return made


__all__ = [
    "FILE_VARIABLE",
    "ID_DIGITS_MIN",
    "VARIABLE_PREFIX",
    "Environment",
    "Ids",
    "KeyPair",
    "OnObjections",
    "Organisation",
    "OutboxPolicy",
    "Party",
    "Retry",
    "Rules",
    "Settings",
    "Timeouts",
    "Tls",
]
