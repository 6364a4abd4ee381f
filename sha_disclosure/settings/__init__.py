"""Settings: who sends, where to, with which keys. From TOML, the environment or arguments.

The file is ``sha-disclosure.toml`` by custom; ``SHA_DISCLOSURE_SETTINGS`` names another,
``SHA_DISCLOSURE__TLS__CERTIFICATE`` and the like set single values above the file's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings.faults import refusal
from sha_disclosure.settings.layers import PREFIX, from_environment, laid_over, read
from sha_disclosure.settings.tables import (
    ID_DIGITS_MIN as ID_DIGITS_MIN,
)
from sha_disclosure.settings.tables import (
    Ids as Ids,
)
from sha_disclosure.settings.tables import (
    KeyPair as KeyPair,
)
from sha_disclosure.settings.tables import (
    Organisation as Organisation,
)
from sha_disclosure.settings.tables import (
    Party as Party,
)
from sha_disclosure.settings.tables import (
    Retry as Retry,
)
from sha_disclosure.settings.tables import (
    Seconds,
    Table,
    apart,
    id_of,
)
from sha_disclosure.settings.tables import (
    Timeouts as Timeouts,
)
from sha_disclosure.settings.tables import (
    Tls as Tls,
)
from sha_disclosure.values import PersonalId

Environment = Literal["sandbox", "at", "production"]
FILE_VARIABLE = "SHA_DISCLOSURE_SETTINGS"


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        fit = parts.scheme == "https" and parts.hostname and not (parts.port and parts.port < 1)
    except ValueError:
        fit = None
        parts = urlsplit("")
    blank = any(character.isspace() for character in url)
    fit = fit and all((parts.hostname or "").split("."))
    if not fit or blank or parts.username or parts.password or parts.query or parts.fragment:
        raise PydanticCustomError("address", "refused")
    return url


class Settings(Table):
    """Everything a client needs to know about its sender and its service.

    ``environment``: ``sandbox`` (the embedded service), ``at`` (asiakastestiympäristö) or
    ``production`` (tuotanto). ``requester`` is the subscriber unless a tenant of the
    joint-joining model (yhteisliittymismalli) sends. ``proxy`` is a URL, or ``environment``
    to follow the proxy variables, which are ignored otherwise. ``correct_clock_skew`` writes
    tokens by the service's clock, as its answers told it. ``code_lists`` is the folder of
    imported code lists (koodistot), or one list's file. ``organisation``: those that one
    process sends for, when they are several. ``renewal_s``: how often, at most, a client in
    use looks whether its keys and certificates were renewed, in seconds.

    Raises ConfigurationError that names every wrong entry and its mend.
    """

    environment: Environment
    base_url: Annotated[str, AfterValidator(_address)]
    edition: str = "kanta-1.0.0"
    system: Party
    subscriber: Party
    requester: Party = None  # type: ignore[assignment]  # filled below from subscriber
    tls: Tls | None = None
    signing: KeyPair | None = None
    token: KeyPair | None = None
    organisation: Annotated[tuple[Organisation, ...], AfterValidator(apart)] = ()
    renewal_s: Seconds = 60.0
    retry: Retry = Retry()
    timeouts: Timeouts = Timeouts()
    ids: Ids = None  # type: ignore[assignment]  # filled below from requester
    proxy: SecretStr | None = None
    code_lists: Path | None = None
    accept_assumed: bool = False
    allow_artificial_ids: bool = False
    test_personal_ids: tuple[PersonalId, ...] = ()
    clock_skew_s: Annotated[float, Field(ge=0, le=600)] = 60.0
    correct_clock_skew: bool = False

    def __init__(self, **data: Any) -> None:
        data = completed(data)
        faults: list[ErrorDetails] = []
        try:
            super().__init__(**data)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
        if faults:
            del data  # a traceback that shows variables would show a passphrase
            raise refusal("arguments", faults)

    # Tells pydantic that model_validate need not pass through this __init__.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Settings:
        """Read the settings file, lay the environment over it, and ``values`` over both.

        ``path`` defaults to what ``SHA_DISCLOSURE_SETTINGS`` names. Paths in the file are
        relative to the file, others to the working directory. ``variables`` stands in for
        the environment.

        Raises ConfigurationError.
        """
        environment = os.environ if variables is None else variables
        made: Settings | ConfigurationError
        try:
            made = cls._laid_together(path or environment.get(FILE_VARIABLE), environment, values)
        except ConfigurationError as error:
            made = error
        del environment, variables, values  # a traceback with variables would show secrets
        if isinstance(made, ConfigurationError):
            raise made.with_traceback(None)
        return made

    @classmethod
    def _laid_together(
        cls, named: str | Path | None, environment: Mapping[str, str], values: Mapping[str, Any]
    ) -> Settings | ConfigurationError:
        data = read(Path(named)) if named else {}
        merged = laid_over(laid_over(data, from_environment(environment)), values)
        if not merged:
            return ConfigurationError(
                f"No settings: give a settings file, name it in {FILE_VARIABLE}, or set "
                f"{PREFIX}... variables. `sha-disclosure sandbox --dir D` writes one to start from."
            )
        merged = completed(merged)
        try:
            return cls.model_validate(merged)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
        return refusal(str(named or "environment"), faults, frozenset(environment))

    @classmethod
    def stand_in(cls, variables: Mapping[str, str] | None = None) -> Settings:
        """Return the sandbox's sender, for work that needs no keys: validating and building.

        ``variables`` may set single values, as the environment does for ``load``.
        """
        sender = {
            "environment": "sandbox",
            "base_url": "https://127.0.0.1:8443/fhir",
            "system": {"id": "1.2.246.10.12345678.20.1", "name": "Esimerkkijärjestelmä 1.0"},
            "subscriber": {"id": "1.2.246.10.28777751.10.0", "name": "Esimerkin hyvinvointialue"},
        }
        return cls(**laid_over(sender, from_environment(variables or {})))


def completed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with what follows from others: the requester and the root of ids."""
    made = dict(data)
    made.setdefault("requester", made.get("subscriber"))
    identifier = id_of(made["requester"])
    if made.get("ids") is None and identifier is not None:
        made["ids"] = {"root": f"{identifier}.95"}
    return made
