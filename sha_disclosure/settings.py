"""Settings: who sends, where to, with which keys. From TOML, the environment or arguments.

The file is ``sha-disclosure.toml`` by custom; ``SHA_DISCLOSURE_SETTINGS`` names another,
``SHA_DISCLOSURE__TLS__CERTIFICATE`` and the like set single values above the file's.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from sha_disclosure.editions import SHIPPED
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.key_place import KeyPlace, key_place
from sha_disclosure.values import Oid, PersonalId

Environment = Literal["sandbox", "at", "production"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"\S")]
Seconds = Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]

PREFIX = "SHA_DISCLOSURE__"
FILE_VARIABLE = "SHA_DISCLOSURE_SETTINGS"
ID_DIGITS_MIN = 24
_ROOT_MAX = 64 - len(".2026.") - ID_DIGITS_MIN


class _Table(BaseModel):
    """One table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Party(_Table):
    """An organisation or system with its OID (e.g. liittyjä, palvelunantaja, järjestelmä)."""

    id: Oid
    name: Name


class KeyPair(_Table):
    """A private key and its certificate chain, leaf first: where they are (see docs/keys.md).

    ``certificate`` is optional where the key brings it: PKCS #12, a token, PEM with both.
    ``passphrase`` opens an encrypted file.
    """

    key: KeyPlace
    certificate: KeyPlace | None = None
    passphrase: SecretStr | None = None


def _reachable(place: str) -> str:
    host, _, port = place.rpartition(":")
    if not re.fullmatch(r"[^\s:/@]+", host) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise PydanticCustomError("host_port", "refused")
    return place


class Tls(KeyPair):
    """The TLS client certificate and the only CA certificates that are trusted.

    ``crl``: the CAs' revocation lists (sulkulista), to check the server's certificate by.
    ``sidecar``: the ``host:port`` of a TLS sidecar (docs/security.md), where connections are
    opened; ``base_url`` stays what names and proves the service.
    """

    ca: Path
    crl: Path | None = None
    sidecar: Annotated[str, AfterValidator(_reachable)] | None = None

    @property
    def sidecar_address(self) -> tuple[str, int] | None:
        """The sidecar's host and port."""
        host, _, port = (self.sidecar or "").rpartition(":")
        return (host, int(port)) if host else None


class Retry(_Table):
    """How often and how long one ``submit`` tries. Times in seconds.

    ``quota``: the retries a client may make beyond what its successes give back.
    """

    attempts: Annotated[int, Field(ge=1, le=100)] = 6
    deadline_s: Seconds = 120.0
    base_s: Seconds = 0.5
    longest_s: Seconds = 20.0
    retry_after_longest_s: Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)] = 60.0
    quota: Annotated[int, Field(ge=0, le=1_000_000)] = 100


class Timeouts(_Table):
    """Time-outs of one attempt, in seconds; ``attempt_s`` ends it whole, however it drips."""

    connect_s: Seconds = 10.0
    read_s: Seconds = 60.0
    write_s: Seconds = 60.0
    attempt_s: Seconds = 120.0


def _short(root: Oid) -> Oid:
    if len(str(root)) > _ROOT_MAX:
        raise PydanticCustomError("root_long", "refused")
    return root


class Ids(_Table):
    """Where generated ids hang: an OID of the sender's own, at most 34 characters."""

    root: Annotated[Oid, AfterValidator(_short)]


class Organisation(_Table):
    """One of several organisations that one process sends for (organisaatio): table by table.

    A tenant (vuokralainen) of the joint-joining model, or a broker's (välittäjä) customer.
    ``requester`` is who it is, ``subscriber`` who joined Kanta for it (isäntä; default: the top
    level's). ``controllers``: whose data it discloses, by the notices' ``controller.oid``;
    default: its own id. ``signing`` and ``token`` are its own keys, ``tls`` its own
    line; without them see ``docs/organisations.md``.
    """

    requester: Party
    subscriber: Party | None = None
    controllers: Annotated[tuple[Oid, ...], Field(min_length=1)]
    signing: KeyPair | None = None
    token: KeyPair | None = None
    tls: Tls | None = None
    ids: Ids

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        identifier = _id_of(data.get("requester")) if isinstance(data, Mapping) else None
        if identifier is None:
            return data
        return {"controllers": [identifier], "ids": {"root": f"{identifier}.95"}, **data}


def _apart(organisations: tuple[Organisation, ...]) -> tuple[Organisation, ...]:
    controllers = [each for one in organisations for each in one.controllers]
    if len(set(controllers)) < len(controllers):
        raise PydanticCustomError("controller_twice", "refused")
    if len({one.requester.id for one in organisations}) < len(organisations):
        raise PydanticCustomError("requester_twice", "refused")
    return organisations


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


class Settings(_Table):
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
    organisation: Annotated[tuple[Organisation, ...], AfterValidator(_apart)] = ()
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
        data = _completed(data)
        faults: list[ErrorDetails] = []
        try:
            super().__init__(**data)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
        if faults:
            del data  # a traceback that shows variables would show a passphrase
            raise _refused("arguments", faults)

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
        data = _read(Path(named)) if named else {}
        merged = _laid_over(_laid_over(data, _from_environment(environment)), values)
        if not merged:
            return ConfigurationError(
                f"No settings: give a settings file, name it in {FILE_VARIABLE}, or set "
                f"{PREFIX}... variables. `sha-disclosure sandbox --dir D` writes one to start from."
            )
        merged = _completed(merged)
        try:
            return cls.model_validate(merged)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
        return _refused(str(named or "environment"), faults, frozenset(environment))

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
        return cls(**_laid_over(sender, _from_environment(variables or {})))


def _completed(data: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(data)
    made.setdefault("requester", made.get("subscriber"))
    identifier = _id_of(made["requester"])
    if made.get("ids") is None and identifier is not None:
        made["ids"] = {"root": f"{identifier}.95"}
    return made


def _id_of(party: object) -> str | None:
    if isinstance(party, Party):
        return str(party.id)
    identifier = party.get("id") if isinstance(party, Mapping) else None
    return str(identifier) if isinstance(identifier, str | Oid) else None


def _read(path: Path) -> dict[str, Any]:
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
    return _anchored(data, path.parent)


_PATHS = {"certificate", "key", "ca", "crl", "code_lists"}


def _anchored(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    for name, value in data.items():
        if isinstance(value, dict):
            data[name] = _anchored(value, folder)
        elif isinstance(value, list):
            data[name] = [_anchored(v, folder) if isinstance(v, dict) else v for v in value]
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


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
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


def _laid_over(base: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in upper.items():
        below = merged.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[name] = _laid_over(below, value) if both else value  # type: ignore[arg-type]
    return merged


_MENDS = {
    "missing": "missing: add it",
    "extra_forbidden": "unknown: correct its name or remove it",
    "oid": "not an OID: digits and dots without leading zeros, at most 64 characters",
    "root_long": f"too long: use an OID of at most {_ROOT_MAX} characters",
    "address": "not an https address without user, query and fragment",
    "controller_twice": "two organisations claim one controller: leave it to one of them",
    "requester_twice": "two organisations have one requester: make one table of them",
    "host_port": "not host:port",
    "personal_id": "not a valid personal identity code",
    "model_type": "missing or not a table: add it",
    "literal_error": "not one of {expected}",
    "int_parsing": "not a whole number",
    "int_type": "not a whole number",
    "float_parsing": "not a number",
    "float_type": "not a number",
    "bool_parsing": "not true or false",
    "bool_type": "not true or false",
    "string_type": "not a text",
    "string_too_short": "empty",
    "string_pattern_mismatch": "empty",
    "string_too_long": "longer than {max_length} characters",
    "path_type": "not a path",
    "place": "not a path, file:PATH, env:NAME or pkcs11:...: correct it",
    "pin": "holds a PIN, which a settings file would leak: use ?pin-source=env:NAME, "
    "?pin-source=file:/PATH, or give the client a pin function",
    "greater_than": "not above {gt}",
    "greater_than_equal": "below {ge}",
    "less_than_equal": "above {le}",
    "finite_number": "not a finite number",
}


def _refused(
    origin: str, faults: list[ErrorDetails], variables: frozenset[str] = frozenset()
) -> ConfigurationError:
    told = dict.fromkeys(_told(fault, variables) for fault in faults)
    return ConfigurationError(f"Settings ({origin}): " + "; ".join(told))


def _told(fault: ErrorDetails, variables: frozenset[str]) -> str:
    place = ".".join(map(str, fault["loc"]))
    variable = PREFIX + "__".join(str(step).upper() for step in fault["loc"])
    named = f" (set by {variable})" if variable in variables else ""
    mend = _MENDS.get(fault["type"], "not a fitting value: correct it")
    return f"{place}{named}: {mend.format_map(fault.get('ctx', {}))}"
