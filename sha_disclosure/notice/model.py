"""The disclosure notice (luovutusilmoitus) as its caller writes it: JSON or Python.

Fields follow the minimum content of the disclosure log, 703/2023 10 § 3 mom. Every part
hides its values in ``repr``; ``reveal()`` on a value reads it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sha_disclosure.notice.coding import Coding
from sha_disclosure.notice.rights import AuthorityRight, BroadRight
from sha_disclosure.notice.shape import CoveredBy, Part
from sha_disclosure.values import (
    BirthDate,
    Code,
    FreeText,
    Instant,
    LanguageTag,
    Oid,
    PersonalId,
    PersonName,
    TemporaryId,
    Uri,
)

GivenNames = Annotated[tuple[PersonName, ...], Field(min_length=1)]


class Client(Part):
    """The client whose data is disclosed (asiakas, 38 § 1 mom. 2 kohta)."""

    family_name: Annotated[PersonName, CoveredBy("N08")]
    given_names: Annotated[GivenNames, CoveredBy("N08")]
    personal_id: PersonalId | None = None
    temporary_id: TemporaryId | None = None
    birth_date: BirthDate | None = None


class Controller(Part):
    """The controller of the register the data comes from (rekisterinpitäjä).

    ``register`` is a code of 1.2.246.537.6.1264.201701; 1 is the client register.
    """

    oid: Annotated[Oid, CoveredBy("N03")]
    name: Annotated[FreeText, CoveredBy("N03")]
    # A field named "register" would shadow ABCMeta's method of that name; the alias and the
    # property keep the published name.
    register_code: Code = Field(default=Code("1"), alias="register")

    @property
    def register(self) -> Code:
        """The code of the register (rekisteritunnus)."""
        return self.register_code


class Unit(Part):
    """The service unit a professional works in (palveluyksikkö)."""

    oid: Oid | None = None
    name: Annotated[FreeText, CoveredBy("N03")]


class DiscloserUnit(Unit):
    """The service unit of the discloser, with its OID in the SOTE organisation register."""

    oid: Annotated[Oid, CoveredBy("N03")]


class ProfessionalId(Part):
    """The identifier of a professional and the system it belongs to (ammattihenkilön tunniste)."""

    system: Uri
    value: FreeText


class AuthenticationMethod(Part):
    """How the professional was authenticated (tunnistautumistapa), a national code."""

    code: Code
    display: FreeText


class Discloser(Part):
    """The professional who disclosed the data (luovuttaja)."""

    family_name: Annotated[PersonName, CoveredBy("N03")]
    given_names: Annotated[GivenNames, CoveredBy("N03")]
    id: ProfessionalId | None = None
    title: FreeText | None = None
    authentication_method: AuthenticationMethod | None = None
    unit: Annotated[DiscloserUnit, CoveredBy("N03")]


RecipientRole = Literal[
    "social_welfare_provider",
    "social_welfare_authority",
    "health_care_provider",
    "other_authority",
    "other",
]
Roles = Annotated[tuple[RecipientRole, ...], Field(min_length=1)]


class OrganisationRecipient(Part):
    """An organisation that received the data (luovutuksensaajana organisaatio)."""

    kind: Literal["organisation"] = "organisation"
    oid: Oid | None = None
    name: Annotated[FreeText, CoveredBy("N03")]
    roles: Annotated[Roles, CoveredBy("N03")]


class ProfessionalRecipient(Part):
    """A professional of an organisation who received the data (ammattihenkilö)."""

    kind: Literal["professional"] = "professional"
    family_name: Annotated[PersonName, CoveredBy("N03")]
    given_names: Annotated[GivenNames, CoveredBy("N03")]
    title: FreeText | None = None
    unit: Annotated[Unit, CoveredBy("N03")]
    roles: Annotated[Roles, CoveredBy("N03")]


class ClientRecipient(Part):
    """The client, who received the own data (asiakas itse)."""

    kind: Literal["client"] = "client"


class PersonRecipient(Part):
    """Another person who received the data (laillinen edustaja, läheinen tai muu henkilö)."""

    kind: Literal["person"] = "person"
    family_name: Annotated[PersonName, CoveredBy("N03")]
    given_names: Annotated[GivenNames, CoveredBy("N03")]
    relation: Annotated[Literal["legal_representative", "close_person", "other"], CoveredBy("N03")]


Recipient = Annotated[
    OrganisationRecipient | ProfessionalRecipient | ClientRecipient | PersonRecipient,
    Field(discriminator="kind"),
]


class _DeclaredWill(Part):
    """Who gave it, when, and what it covers; required when Kanta does not hold the document."""

    stored_in_kanta: Annotated[bool, Field(strict=True), CoveredBy("N06")]
    document_id: Oid | None = None
    given_at: Instant | None = None
    given_by: Literal["client", "legal_representative"] | None = None
    scope: FreeText | None = None


class Permission(_DeclaredWill):
    """The client's permission inside social and health care (luovutuslupa, 3 § 10 kohta)."""

    kind: Literal["permission"] = "permission"


class Consent(_DeclaredWill):
    """The client's consent to a disclosure outside care (suostumus)."""

    kind: Literal["consent"] = "consent"


class Statute(Part):
    """A provision of law that gives the right (säännös), e.g. ``703/2023 63 § 1 mom.``."""

    kind: Literal["statute"] = "statute"
    provision: Annotated[FreeText, CoveredBy("N06")]


class InformationRequest(Part):
    """A request of the client or another entitled person (tietopyyntö), with its provision."""

    kind: Literal["information_request"] = "information_request"
    provision: Annotated[FreeText, CoveredBy("N06")]


Ground = Annotated[
    Permission | Consent | Statute | InformationRequest | BroadRight | AuthorityRight,
    Field(discriminator="kind"),
]

ServiceTasks = Annotated[tuple[Coding, ...], Field(min_length=1)]


class DisclosedData(Part):
    """One data set that was disclosed (tietokokonaisuus), for example one document."""

    document_type: Coding | None = None
    specific_document_type: Coding | None = None
    description: FreeText | None = None
    service_tasks: Annotated[ServiceTasks, CoveredBy("N02")]
    original_service_tasks: tuple[Coding, ...] = ()
    document_id: Oid | None = None


class DisclosureNotice(Part):
    """A disclosure notice (luovutusilmoitus): one event of disclosure past Kanta.

    ``id`` is made by the SDK when absent, ``recorded_at`` is then the moment of building.
    Times carry seconds and offset and are sent byte for byte as given.

    Raises ``InvalidNotice`` when made from something that has not its shape. Whether its
    content is lawful is judged by ``sha_disclosure.law.rules``, which ``prepare`` calls.
    """

    id: Oid | None = None
    client: Annotated[Client, CoveredBy("N08")]
    controller: Annotated[Controller, CoveredBy("N03")]
    discloser: Annotated[Discloser, CoveredBy("N03")]
    recipient: Annotated[Recipient, CoveredBy("N03")]
    ground: Annotated[Ground, CoveredBy("N06")]
    purpose: Annotated[FreeText, CoveredBy("N05")]
    disclosed_at: Annotated[Instant, CoveredBy("N04")]
    recorded_at: Instant | None = None
    disclosed_data: Annotated[tuple[DisclosedData, ...], Field(min_length=1), CoveredBy("N01")]
    type_of_disclosure: Coding | None = None
    language: LanguageTag = LanguageTag("fi")
