"""The tables of the settings file: parties, keys, retries, times, organisations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sha_disclosure.settings.key_place import KeyPlace
from sha_disclosure.values import Oid

Name = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"\S")]
Seconds = Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]

ID_DIGITS_MIN = 24
ROOT_MAX = 64 - len(".2026.") - ID_DIGITS_MIN
"""Characters of the root of generated ids: a FHIR id has 64 at most."""


class Table(BaseModel):
    """One table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Party(Table):
    """An organisation or system with its OID (e.g. liittyjä, palvelunantaja, järjestelmä)."""

    id: Oid
    name: Name


class KeyPair(Table):
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


class Retry(Table):
    """How often and how long one ``submit`` tries. Times in seconds.

    ``quota``: the retries a client may make beyond what its successes give back.
    """

    attempts: Annotated[int, Field(ge=1, le=100)] = 6
    deadline_s: Seconds = 120.0
    base_s: Seconds = 0.5
    longest_s: Seconds = 20.0
    retry_after_longest_s: Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)] = 60.0
    quota: Annotated[int, Field(ge=0, le=1_000_000)] = 100


class Timeouts(Table):
    """Time-outs of one attempt, in seconds; ``attempt_s`` ends it whole, however it drips."""

    connect_s: Seconds = 10.0
    read_s: Seconds = 60.0
    write_s: Seconds = 60.0
    attempt_s: Seconds = 120.0


def _short(root: Oid) -> Oid:
    if len(str(root)) > ROOT_MAX:
        raise PydanticCustomError("root_long", "refused")
    return root


class Ids(Table):
    """Where generated ids hang: an OID of the sender's own, at most 34 characters."""

    root: Annotated[Oid, AfterValidator(_short)]


class Organisation(Table):
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
        identifier = id_of(data.get("requester")) if isinstance(data, Mapping) else None
        if identifier is None:
            return data
        return {"controllers": [identifier], "ids": {"root": f"{identifier}.95"}, **data}


def apart(organisations: tuple[Organisation, ...]) -> tuple[Organisation, ...]:
    """Return the organisations when no two of them are one, or claim one controller."""
    controllers = [each for one in organisations for each in one.controllers]
    if len(set(controllers)) < len(controllers):
        raise PydanticCustomError("controller_twice", "refused")
    if len({one.requester.id for one in organisations}) < len(organisations):
        raise PydanticCustomError("requester_twice", "refused")
    return organisations


def id_of(party: object) -> str | None:
    """Return the OID of a party, however it is given."""
    if isinstance(party, Party):
        return str(party.id)
    identifier = party.get("id") if isinstance(party, Mapping) else None
    return str(identifier) if isinstance(identifier, str | Oid) else None
