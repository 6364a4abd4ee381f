"""What a record system states before a search by a right of access: who, whose, why, when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sha_disclosure.codes import Coding
from sha_disclosure.law.searches.rights import ReasonPart, RightOfSearch
from sha_disclosure.notice import Confirmed, CoveredBy
from sha_disclosure.values import FreeText, Instant, Oid, PersonalId, PersonName, TemporaryId, Uri


class UserId(ReasonPart):
    """The identifier of the user and its system (käyttäjän yksilöivä tunniste, 10 § 2)."""

    system: Annotated[Uri, CoveredBy("A07")]
    value: Annotated[FreeText, CoveredBy("A07")]


class AccessUser(ReasonPart):
    """The professional making the search (käyttäjä, 10 § 2), with the task (työtehtävä, 9 §)."""

    family_name: Annotated[PersonName, CoveredBy("A07")]
    given_names: Annotated[tuple[PersonName, ...], Field(min_length=1), CoveredBy("A07")]
    id: Annotated[UserId, CoveredBy("A07")]
    task: Annotated[FreeText, CoveredBy("A07")]


class AccessUnit(ReasonPart):
    """The unit on whose behalf the user searches, and its legal role (palveluyksikkö)."""

    oid: Annotated[Oid, CoveredBy("A07")]
    name: Annotated[FreeText, CoveredBy("A07")]
    roles: Annotated[
        tuple[
            Literal["social_welfare_provider", "social_welfare_authority", "health_care_provider"],
            ...,
        ],
        Field(min_length=1),
        CoveredBy("A07"),
    ]


class VerifiedRelationship(ReasonPart):
    """The client relationship, technically verified (asiakassuhde, 57 §).

    "sen jälkeen, kun hoitosuhteen tai asiakassuhteen olemassaolo potilaan tai sosiaalihuollon
    asiakkaan ja luovutuspyynnön esittäjän välillä on tietoteknisesti varmistettu": ``verified``
    at ``verified_at``, for the client of ``personal_id`` or ``temporary_id``. ``reference`` is
    your own identifier of the relationship or of its verification.
    """

    verified: Annotated[Confirmed, CoveredBy("A06.verified")]
    verified_at: Annotated[Instant, CoveredBy("A06")]
    personal_id: PersonalId | None = None
    temporary_id: TemporaryId | None = None
    reference: FreeText | None = None


class AccessRequest(ReasonPart):
    """A search by a right of access, before it is made (haku tiedonsaantioikeudella).

    ``right``: the right, with its conditions. ``reason``: the code of Laajan tiedonhaun
    peruste that the user chose; required for a search by 55 §. ``justification``: the user's
    own text, if you ask for it. ``denial_overridden``: whether a denial (kielto, 58-59 §) was
    in force and the search was made regardless; omit it if your system cannot see denials.
    ``service_request`` (palvelupyyntö) and ``use_situation`` (käyttötilanne) are from the MR
    message specification.
    """

    right: Annotated[RightOfSearch, CoveredBy("A01")]
    reason: Annotated[Coding | None, CoveredBy("A04")] = None
    justification: Annotated[FreeText | None, CoveredBy("A05")] = None
    relationship: Annotated[VerifiedRelationship, CoveredBy("A06")]
    user: Annotated[AccessUser, CoveredBy("A07")]
    unit: Annotated[AccessUnit, CoveredBy("A07")]
    asked_at: Annotated[Instant, CoveredBy("A08")]
    denial_overridden: Annotated[bool | None, Field(strict=True)] = None
    service_request: Coding | None = None
    use_situation: Coding | None = None
