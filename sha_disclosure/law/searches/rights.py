"""The rights by which the archive may be searched without a permission (53 § 5-6, 55 § 2).

There is one type for each right in the law, so no other combination can be built. A condition
is a field that must be ``true``, stated by the user. Every type quotes its provision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from sha_disclosure.errors import InvalidAccessReason
from sha_disclosure.notice import AuthorityPurpose, Cause, Confirmed, CoveredBy, Part
from sha_disclosure.values import FreeText

Asker = Literal["social_welfare_provider", "social_welfare_authority", "health_care_provider"]
"""Who holds a right, with the same names as a notice's recipient roles."""

UseCase = Literal["broad_right", "authority_right"]
"""The archive's two use cases: laaja tiedonsaantioikeus, viranomaisen tiedonsaantioikeus."""


Purpose = Literal["social_service", "necessary_social_service", "health_service"]
"""What the data of a broad right is used for, as in its provision (käyttötarkoitus)."""

_AUTHORITY_PURPOSES: tuple[str, ...] = get_args(AuthorityPurpose)


class ReasonPart(Part):
    """A part of a search's reason. Raises ``InvalidAccessReason`` with every problem of shape."""

    _refusal = InvalidAccessReason


class _Right(ReasonPart):
    """What all rights share: confirmed conditions, and whether the search requires a code.

    Laajan tiedonhaun peruste is a code list of the social welfare archive (55 §). Searches by
    53 § come to Kanta by 1.3.2027 at the latest (102 § 1 mom.); they have no known code list.
    """

    asks_code: ClassVar[bool] = False

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions that the user has confirmed."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is True)


class _BroadConditions(_Right):
    """The conditions shared by all broad rights.

    ``cause`` and ``cannot_judge_permission``: "jos asiakkaalla ei ole muistisairauden,
    mielenterveyden häiriön, kehitysvammaisuuden tai vastaavan syyn takia edellytyksiä arvioida
    annettavan luovutusluvan merkitystä". ``no_legal_representative``: "eikä hänellä ole
    laillista edustajaa". ``data_necessary``: "välttämättömiä ... asiakastietoja".
    """

    use_case: ClassVar[UseCase] = "broad_right"

    cause: Annotated[Cause, CoveredBy("A02.cause")]
    cannot_judge_permission: Annotated[Confirmed, CoveredBy("A02.cannot_judge_permission")]
    no_legal_representative: Annotated[Confirmed, CoveredBy("A02.no_legal_representative")]
    data_necessary: Annotated[Confirmed, CoveredBy("A02.data_necessary")]


class BroadSearch(_BroadConditions):
    """A social welfare provider's broad right to other social welfare providers' data.

    55 § 2 mom. 1. virke: "Jos sosiaalihuollon asiakkaalla ei ole muistisairauden,
    mielenterveyden häiriön, kehitysvammaisuuden tai vastaavan syyn takia edellytyksiä arvioida
    annettavan luovutusluvan merkitystä eikä hänellä ole laillista edustajaa, on palvelunantajalla
    salassapitosäännösten estämättä oikeus saada ja käyttää muiden sosiaalihuollon
    palvelunantajien välttämättömiä sosiaalihuollon asiakastietoja sosiaalihuollon asiakkaan
    välttämättömän sosiaalipalvelun järjestämiseksi tai toteuttamiseksi."

    ``service_necessary``: "välttämättömän sosiaalipalvelun".
    """

    provision: ClassVar[str] = "703/2023 55 § 2 mom. 1. virke"
    asks_code: ClassVar[bool] = True
    belongs_to: ClassVar[Asker] = "social_welfare_provider"
    purposes: ClassVar[tuple[Purpose, ...]] = ("necessary_social_service",)

    kind: Literal["broad_search"] = "broad_search"
    service_necessary: Annotated[Confirmed, CoveredBy("A02.service_necessary")]


class BroadPatientDataSearch(_BroadConditions):
    """A social welfare provider's broad right to patient data (potilastiedot).

    53 § 5 mom. 1. virke: "Sosiaalihuollon palvelunantajalla on salassapitosäännösten estämättä
    oikeus saada ja käyttää välttämättömiä potilastietoja asiakkaan sosiaalipalvelun
    järjestämiseksi tai toteuttamiseksi, jos ..." the conditions of the cause are met. The
    service need not be necessary, only the data.
    """

    provision: ClassVar[str] = "703/2023 53 § 5 mom. 1. virke"
    belongs_to: ClassVar[Asker] = "social_welfare_provider"
    purposes: ClassVar[tuple[Purpose, ...]] = ("social_service",)

    kind: Literal["broad_patient_data_search"] = "broad_patient_data_search"


class HealthCareBroadSearch(_BroadConditions):
    """A health-care provider's broad right to social welfare client data.

    53 § 6 mom.: "Terveydenhuollon palvelunantajalla on salassapitosäännösten estämättä oikeus
    saada ja käyttää välttämättömiä sosiaalihuollon asiakastietoja asiakkaan terveyspalvelun
    järjestämiseksi tai toteuttamiseksi, jos ..." the conditions of the cause are met.
    """

    provision: ClassVar[str] = "703/2023 53 § 6 mom."
    belongs_to: ClassVar[Asker] = "health_care_provider"
    purposes: ClassVar[tuple[Purpose, ...]] = ("health_service",)

    kind: Literal["health_care_broad_search"] = "health_care_broad_search"


def _one_or_several(value: object) -> object:
    """Return the purposes as a tuple without duplicates, in the order of the provision."""
    given = [value] if isinstance(value, str) else value
    if (
        not isinstance(given, Sequence)
        or not given
        or any(each not in _AUTHORITY_PURPOSES for each in given)
    ):
        raise PydanticCustomError("choice", "refused", {"expected": ", ".join(_AUTHORITY_PURPOSES)})
    return tuple(purpose for purpose in _AUTHORITY_PURPOSES if purpose in given)


class _AuthorityConditions(_Right):
    """The conditions shared by both of the authority's rights.

    ``essential_effect``: "sosiaalihuollon asiakassuhteeseen olennaisesti vaikuttavat tiedot ja
    selvitykset". ``statutory_task`` and ``necessary_for_task``: "jotka viranomaiselle laissa
    säädetyn tehtävän vuoksi ovat välttämättömiä". ``purpose``: "asiakkaan sosiaalihuollon
    tarpeen selvittämiseksi, sosiaalihuollon järjestämiseksi ja siihen liittyvien toimenpiteiden
    toteuttamiseksi sekä ... annettujen tietojen tarkistamista varten": one of them, or a list.
    """

    use_case: ClassVar[UseCase] = "authority_right"
    belongs_to: ClassVar[Asker] = "social_welfare_authority"

    statutory_task: Annotated[FreeText, CoveredBy("A03.statutory_task")]
    purpose: Annotated[
        tuple[AuthorityPurpose, ...],
        BeforeValidator(
            _one_or_several, json_schema_input_type=AuthorityPurpose | list[AuthorityPurpose]
        ),
        CoveredBy("A03.purpose"),
    ]
    essential_effect: Annotated[Confirmed, CoveredBy("A03.essential_effect")]
    necessary_for_task: Annotated[Confirmed, CoveredBy("A03.necessary_for_task")]

    @property
    def purposes(self) -> tuple[AuthorityPurpose, ...]:
        """What the data is used for (käyttötarkoitus): the purposes that were stated."""
        return self.purpose


class AuthoritySearch(_AuthorityConditions):
    """A social welfare authority's right to other social welfare providers' data.

    55 § 2 mom. 2. virke: "Lisäksi sosiaalihuollon viranomaisella on oikeus saada muilta
    sosiaalihuollon palvelunantajilta sosiaalihuollon asiakassuhteeseen olennaisesti vaikuttavat
    tiedot ja selvitykset, jotka viranomaiselle laissa säädetyn tehtävän vuoksi ovat
    välttämättömiä asiakkaan sosiaalihuollon tarpeen selvittämiseksi, sosiaalihuollon
    järjestämiseksi ja siihen liittyvien toimenpiteiden toteuttamiseksi sekä palvelunantajalle
    annettujen tietojen tarkistamista varten."
    """

    provision: ClassVar[str] = "703/2023 55 § 2 mom. 2. virke"
    asks_code: ClassVar[bool] = True

    kind: Literal["authority_search"] = "authority_search"


class AuthorityPatientDataSearch(_AuthorityConditions):
    """A social welfare authority's right to data of health-care providers.

    53 § 5 mom. 2. virke: "Lisäksi sosiaalihuollon viranomaisella on oikeus saada
    terveydenhuollon palvelunantajilta sosiaalihuollon asiakassuhteeseen olennaisesti vaikuttavat
    tiedot ja selvitykset ..." with the conditions and purposes of 55 § 2 mom. 2. virke.
    """

    provision: ClassVar[str] = "703/2023 53 § 5 mom. 2. virke"

    kind: Literal["authority_patient_data_search"] = "authority_patient_data_search"


BroadRightOfSearch = BroadSearch | BroadPatientDataSearch | HealthCareBroadSearch
AuthorityRightOfSearch = AuthoritySearch | AuthorityPatientDataSearch
RightOfSearch = Annotated[
    BroadSearch
    | BroadPatientDataSearch
    | HealthCareBroadSearch
    | AuthoritySearch
    | AuthorityPatientDataSearch,
    Field(discriminator="kind"),
]
"""The right by which a search is made, distinguished by ``kind``."""
