"""The tables of the settings file: parties, keys, retries, times, organisations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sha_disclosure.characters import CONTROL, NONCHARACTER, shows_nothing
from sha_disclosure.hidden import MASK
from sha_disclosure.settings.key_place import FilePath, KeyPlace
from sha_disclosure.values import Oid


def _writable(name: str) -> str:
    if shows_nothing(name):
        raise PydanticCustomError("blank", "refused")
    if CONTROL.search(name) or NONCHARACTER.search(name):
        raise PydanticCustomError("unwritable", "refused")
    return name


Name = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_writable)]
Seconds = Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]

ID_DIGITS_MIN = 24
ROOT_MAX = 64 - len(".2026.") - ID_DIGITS_MIN
"""Maximum length of the root of generated ids: a FHIR id has at most 64 characters."""


def _without_input(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
    raise ValidationError.from_exception_data(
        "",
        [
            {
                "type": PydanticCustomError(each["type"], each["msg"], each.get("ctx")),
                "loc": each["loc"],
                "input": MASK,
            }
            for each in faults
        ],
    )


class Table(BaseModel):
    """One table of the settings file (asetustaulukko)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return a schema whose errors do not contain the input, which may be a passphrase."""
        return core_schema.no_info_wrap_validator_function(_without_input, handler(source))


class Party(Table):
    """An organisation or system with its OID (liittyjä, palvelunantaja, järjestelmä)."""

    id: Oid
    name: Name


class KeyPair(Table):
    """Where a private key (avain) and its certificate chain, leaf first, are: docs/keys.md.

    ``certificate`` is optional if the key's file or token contains it: PKCS #12, a PKCS #11
    token, PEM with both. ``passphrase`` decrypts an encrypted file.
    """

    key: KeyPlace
    certificate: KeyPlace | None = None
    passphrase: SecretStr | None = None


def _host_and_port(place: str) -> str:
    host, _, port = place.rpartition(":")
    if not re.fullmatch(r"[^\s:/@]+", host) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise PydanticCustomError("host_port", "refused")
    return place


class Tls(KeyPair):
    """The TLS client certificate and the only trusted CA certificates.

    ``crl``: the CAs' revocation lists (sulkulista) for the server's certificate. ``sidecar``: the
    ``host:port`` of a TLS sidecar (docs/security.md) to connect to; ``base_url`` still names the
    service, and the certificate must be valid for that name.
    """

    ca: FilePath
    crl: FilePath | None = None
    sidecar: Annotated[str, AfterValidator(_host_and_port)] | None = None

    @property
    def sidecar_address(self) -> tuple[str, int] | None:
        """The sidecar's host and port."""
        host, _, port = (self.sidecar or "").rpartition(":")
        return (host, int(port)) if host else None


class Retry(Table):
    """How often and how long one ``submit`` retries (uudelleenyritykset). Times in seconds.

    ``quota``: the number of retries a client may make beyond those earned by successes.
    """

    attempts: Annotated[int, Field(ge=1, le=100)] = 6
    deadline_s: Seconds = 120.0
    base_s: Seconds = 0.5
    longest_s: Seconds = 20.0
    retry_after_longest_s: Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)] = 60.0
    quota: Annotated[int, Field(ge=0, le=1_000_000)] = 100


class OutboxPolicy(Table):
    """How an outbox handles answers that prove nothing, or too much (lähtevien säilö).

    ``unproven_resends``: how often a message is resent automatically after an answer that does
    not show whether it was stored. ``alike_refusals``: the number of different notices of one
    organisation that, refused alike in a row, park the organisation's whole queue.
    """

    unproven_resends: Annotated[int, Field(ge=0, le=1000)] = 2
    alike_refusals: Annotated[int, Field(ge=2, le=1000)] = 3


OnObjections = Literal["refuse", "warn"]
"""What happens to a notice with an open objection."""


class Rules(Table):
    """How the national rules are applied (säännöt).

    ``objections``: ``refuse`` a disclosure that the law does not seem to support until the notice
    lists the rule in ``acknowledged``, or only ``warn``.
    """

    objections: OnObjections = "refuse"


class Timeouts(Table):
    """Timeouts of one attempt (aikakatkaisu), in seconds; ``attempt_s`` limits all of it."""

    connect_s: Seconds = 10.0
    read_s: Seconds = 60.0
    write_s: Seconds = 60.0
    attempt_s: Seconds = 120.0


def _short_enough(root: Oid) -> Oid:
    if len(str(root)) > ROOT_MAX:
        raise PydanticCustomError("root_long", "refused", {"longest": ROOT_MAX})
    return root


class Ids(Table):
    """The root of generated ids: an OID owned by the sender, at most 34 characters."""

    root: Annotated[Oid, AfterValidator(_short_enough)]


class Organisation(Table):
    """One of several organisations that one process sends for (organisaatio).

    A tenant (vuokralainen) of the joint-joining model, or a broker's (välittäjä) customer.
    ``requester`` is the organisation, ``subscriber`` the host that joined Kanta for it (isäntä;
    default: the top level's). ``controllers``: the controllers (rekisterinpitäjä) whose data it
    discloses, by the notices' ``controller.oid``; default: its own id. ``signing`` and ``token``
    are its own keys, ``tls`` its own TLS client certificate; for the defaults see
    ``docs/organisations.md``.
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


def distinct(organisations: tuple[Organisation, ...]) -> tuple[Organisation, ...]:
    """Return the organisations; refuse two with the same requester or controller."""
    controllers = [each for one in organisations for each in one.controllers]
    if len(set(controllers)) < len(controllers):
        raise PydanticCustomError("controller_twice", "refused")
    if len({one.requester.id for one in organisations}) < len(organisations):
        raise PydanticCustomError("requester_twice", "refused")
    return organisations


def id_of(party: object) -> str | None:
    """Return the OID of a party in any accepted form."""
    if isinstance(party, Party):
        return str(party.id)
    identifier = party.get("id") if isinstance(party, Mapping) else None
    return str(identifier) if isinstance(identifier, str | Oid) else None
