"""Who took part in a disclosure: the client, the controller and the discloser."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from sha_disclosure.notice.faults import CoveredBy
from sha_disclosure.notice.part import Part, Several
from sha_disclosure.values import (
    BirthDate,
    Code,
    FreeText,
    Oid,
    PersonalId,
    PersonName,
    TemporaryId,
    Uri,
)

GivenNames = Annotated[
    tuple[PersonName, ...], BeforeValidator(lambda value: () if value is None else value)
]
"""A person's given names; empty for a person with a single name or an unnamed child."""


class Client(Part):
    """The client whose data is disclosed (asiakas, 38 § 1 mom. 2 kohta)."""

    family_name: Annotated[PersonName, CoveredBy("N08")]
    given_names: Annotated[GivenNames, CoveredBy("N08")] = ()
    personal_id: PersonalId | None = None
    temporary_id: TemporaryId | None = None
    birth_date: BirthDate | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            family_name: str | PersonName,
            given_names: Several[PersonName] | None = (),
            personal_id: str | PersonalId | None = None,
            temporary_id: str | TemporaryId | None = None,
            birth_date: str | date | BirthDate | None = None,
        ) -> None: ...


class Controller(Part):
    """The controller of the register the data comes from (rekisterinpitäjä).

    ``register`` is a code of 1.2.246.537.6.1264.201701; 1 is the client register.
    """

    oid: Annotated[Oid, CoveredBy("N03")]
    name: Annotated[FreeText, CoveredBy("N03")]
    # A field named "register" would shadow ABCMeta.register; the alias and the property keep
    # the published name.
    register_code: Code = Field(default=Code("1"), alias="register")

    if TYPE_CHECKING:

        def __init__(
            self, *, oid: str | Oid, name: str | FreeText, register: str | Code = "1"
        ) -> None: ...

    @property
    def register(self) -> Code:
        """The code of the register (rekisteritunnus)."""
        return self.register_code


class Unit(Part):
    """The service unit a professional works in (palveluyksikkö)."""

    oid: Oid | None = None
    name: Annotated[FreeText, CoveredBy("N03")]

    if TYPE_CHECKING:

        def __init__(self, *, name: str | FreeText, oid: str | Oid | None = None) -> None: ...


class DiscloserUnit(Unit):
    """The service unit of the discloser, with its OID in the SOTE organisation register."""

    oid: Annotated[Oid, CoveredBy("N03")]

    if TYPE_CHECKING:

        def __init__(self, *, name: str | FreeText, oid: str | Oid) -> None: ...


class ProfessionalId(Part):
    """The identifier of a professional and the system it belongs to (ammattihenkilön tunniste)."""

    system: Uri
    value: FreeText

    if TYPE_CHECKING:

        def __init__(self, *, system: str | Uri, value: str | FreeText) -> None: ...


class AuthenticationMethod(Part):
    """How the professional was authenticated (tunnistautumistapa), a national code."""

    code: Code
    display: FreeText

    if TYPE_CHECKING:

        def __init__(self, *, code: str | Code, display: str | FreeText) -> None: ...


def _named(value: PersonName | None, info: ValidationInfo) -> PersonName | None:
    if value is None and any(info.data.get(name) for name in _OF_A_PERSON):
        raise PydanticCustomError("missing", "refused")
    return value


_OF_A_PERSON = ("given_names", "id", "title", "authentication_method")
_NAMED_IN_SCHEMA: dict[str, Any] = {
    "dependentRequired": {name: ["family_name"] for name in _OF_A_PERSON[1:]},
    "if": {"properties": {"given_names": {"minItems": 1}}, "required": ["given_names"]},
    "then": {"required": ["family_name"]},
}


class Discloser(Part):
    """Who disclosed the data (luovuttaja): a professional, or an organisation alone.

    10 § 3 mom. requires the discloser, not a person's name. Any other field about a person
    requires the family name.
    """

    model_config = ConfigDict(json_schema_extra=_NAMED_IN_SCHEMA)

    given_names: Annotated[GivenNames, CoveredBy("N03")] = ()
    id: ProfessionalId | None = None
    title: FreeText | None = None
    authentication_method: AuthenticationMethod | None = None
    unit: Annotated[DiscloserUnit, CoveredBy("N03")]
    # Last, so that the other fields about a person are known when it is validated.
    family_name: Annotated[
        PersonName | None,
        AfterValidator(_named),
        CoveredBy("N03"),
        Field(validate_default=True),
    ] = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            unit: DiscloserUnit,
            family_name: str | PersonName | None = None,
            given_names: Several[PersonName] | None = (),
            id: ProfessionalId | None = None,  # noqa: A002 - the field's name
            title: str | FreeText | None = None,
            authentication_method: AuthenticationMethod | None = None,
        ) -> None: ...
