"""The recipient of a disclosure (luovutuksensaaja): one model for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sha_disclosure.notice.actors import GivenNames, Unit
from sha_disclosure.notice.faults import CoveredBy
from sha_disclosure.notice.part import Part, Several
from sha_disclosure.values import FreeText, Oid, PersonName

RecipientRole = Literal[
    "social_welfare_provider",
    "social_welfare_authority",
    "health_care_provider",
    "other_authority",
    "other",
]
Relation = Literal["legal_representative", "close_person", "other"]
Roles = Annotated[tuple[RecipientRole, ...], Field(min_length=1)]


class OrganisationRecipient(Part):
    """An organisation that received the data (luovutuksensaajana organisaatio)."""

    kind: Literal["organisation"] = "organisation"
    oid: Oid | None = None
    name: Annotated[FreeText, CoveredBy("N03")]
    roles: Annotated[Roles, CoveredBy("N03")]

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str | FreeText,
            roles: Sequence[RecipientRole],
            oid: str | Oid | None = None,
            kind: Literal["organisation"] = "organisation",
        ) -> None: ...


class ProfessionalRecipient(Part):
    """A professional of an organisation who received the data (ammattihenkilö)."""

    kind: Literal["professional"] = "professional"
    family_name: Annotated[PersonName, CoveredBy("N03")]
    given_names: Annotated[GivenNames, CoveredBy("N03")] = ()
    title: FreeText | None = None
    unit: Annotated[Unit, CoveredBy("N03")]
    roles: Annotated[Roles, CoveredBy("N03")]

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            family_name: str | PersonName,
            unit: Unit,
            roles: Sequence[RecipientRole],
            given_names: Several[PersonName] | None = (),
            title: str | FreeText | None = None,
            kind: Literal["professional"] = "professional",
        ) -> None: ...


class ClientRecipient(Part):
    """The client, who received their own data (asiakas itse)."""

    kind: Literal["client"] = "client"


class PersonRecipient(Part):
    """Another person who received the data (laillinen edustaja, läheinen tai muu henkilö)."""

    kind: Literal["person"] = "person"
    family_name: Annotated[PersonName, CoveredBy("N03")]
    given_names: Annotated[GivenNames, CoveredBy("N03")] = ()
    relation: Annotated[Relation, CoveredBy("N03")]

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            family_name: str | PersonName,
            relation: Relation,
            given_names: Several[PersonName] | None = (),
            kind: Literal["person"] = "person",
        ) -> None: ...


Recipient = Annotated[
    OrganisationRecipient | ProfessionalRecipient | ClientRecipient | PersonRecipient,
    Field(discriminator="kind"),
]
