"""The recipient of a disclosure (luovutuksensaaja): one model for each kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sha_disclosure.notice.actors import GivenNames, Unit
from sha_disclosure.notice.faults import CoveredBy
from sha_disclosure.notice.part import Part
from sha_disclosure.values import FreeText, Oid, PersonName

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
    given_names: Annotated[GivenNames, CoveredBy("N03")] = ()
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
    given_names: Annotated[GivenNames, CoveredBy("N03")] = ()
    relation: Annotated[Literal["legal_representative", "close_person", "other"], CoveredBy("N03")]


Recipient = Annotated[
    OrganisationRecipient | ProfessionalRecipient | ClientRecipient | PersonRecipient,
    Field(discriminator="kind"),
]
