"""The ground of a disclosure (luovutuksen peruste): one model for each kind.

The two rights of 703/2023 55 § 2 mom. are two grounds. The broad right belongs to any social
welfare provider when a client cannot judge a permission; the authority's right belongs to a
social welfare authority for a statutory task. For searches in the archive, see
``sha_disclosure.law.searches``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from sha_disclosure.notice.coding import Coding
from sha_disclosure.notice.faults import CoveredBy
from sha_disclosure.notice.part import Part, field_of
from sha_disclosure.values import FreeText, Oid, Time
from sha_disclosure.values.checked import Hidden

CauseName = Literal["memory_disease", "mental_disorder", "intellectual_disability", "similar_cause"]


class Cause(Hidden):
    """Why the client cannot judge a permission (55 § 2): health data, so never shown.

    ``memory_disease`` muistisairaus, ``mental_disorder`` mielenterveyden häiriö,
    ``intellectual_disability`` kehitysvammaisuus, ``similar_cause`` vastaava syy.
    """

    CHOICES = get_args(CauseName)

    @classmethod
    def check(cls, value: object) -> str:
        """Return the cause, or refuse it as ``choice``."""
        if value in cls.CHOICES:
            return str(value)
        raise PydanticCustomError("choice", "refused", {"expected": ", ".join(cls.CHOICES)})

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "enum": list(cls.CHOICES)}


def _confirmed(value: object) -> object:
    if value is not True:  # 1 and "true" do not count
        raise PydanticCustomError("choice", "refused", {"expected": "true"})
    return value


Confirmed = Annotated[Literal[True], BeforeValidator(_confirmed)]
"""A condition the caller confirms: only ``true`` is accepted."""


AuthorityPurpose = Literal["assess_need", "arrange_care", "verify_information"]
"""What an authority needs the data for (55 § 2): sosiaalihuollon tarpeen selvittäminen,
sosiaalihuollon järjestäminen ja siihen liittyvät toimenpiteet, annettujen tietojen tarkistaminen.
"""


def _purposes(value: object) -> object:
    """Return one purpose, or several as a tuple; refuse anything else as ``choice``."""
    given = value if isinstance(value, list | tuple) else (value,)
    choices = get_args(AuthorityPurpose)
    if not given or len(set(map(repr, given))) < len(given) or any(p not in choices for p in given):
        raise PydanticCustomError("choice", "refused", {"expected": ", ".join(choices)})
    return given[0] if len(given) == 1 else tuple(given)


AuthorityPurposes = Annotated[
    AuthorityPurpose | tuple[AuthorityPurpose, ...],
    BeforeValidator(_purposes),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(get_args(AuthorityPurpose)), "type": "string"},
                {
                    "items": {"enum": list(get_args(AuthorityPurpose)), "type": "string"},
                    "maxItems": 3,
                    "minItems": 1,
                    "type": "array",
                    "uniqueItems": True,
                },
            ]
        }
    ),
]
"""One purpose, or a list of one to three: 55 § 2 mom. joins them with "sekä"."""


def _stated(value: object) -> object:
    if not isinstance(value, bool):  # 1 and "true" do not count
        raise PydanticCustomError("choice", "refused", {"expected": "true, false"})
    return value


Stated = Annotated[bool, BeforeValidator(_stated)]
"""A condition that the caller states was met or not."""

Condition = Annotated[bool | None, Field(strict=True)]
"""A condition of a right: ``true``, ``false`` (not met), or omitted."""


Giver = Literal["client", "legal_representative", "authorised_person"]


class DeclaredWill(Part):
    """Who gave it, when, and what it covers; required when Kanta does not hold the document."""

    stored_in_kanta: Annotated[bool, Field(strict=True), CoveredBy("N06")]
    document_id: Oid | None = None
    given_at: Time | None = None
    given_by: Giver | None = None
    scope: FreeText | None = None


class Permission(DeclaredWill):
    """The client's permission within social and health care (luovutuslupa, 3 § 10 kohta)."""

    kind: Literal["permission"] = "permission"

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            stored_in_kanta: bool,
            document_id: str | Oid | None = None,
            given_at: str | datetime | date | Time | None = None,
            given_by: Giver | None = None,
            scope: str | FreeText | None = None,
            kind: Literal["permission"] = "permission",
        ) -> None: ...


class Consent(DeclaredWill):
    """The client's consent to a disclosure outside care (suostumus)."""

    kind: Literal["consent"] = "consent"

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            stored_in_kanta: bool,
            document_id: str | Oid | None = None,
            given_at: str | datetime | date | Time | None = None,
            given_by: Giver | None = None,
            scope: str | FreeText | None = None,
            kind: Literal["consent"] = "consent",
        ) -> None: ...


class Statute(Part):
    """A provision of law that gives the right (säännös), e.g. ``703/2023 63 § 1 mom.``.

    Where there was none, as with a letter to a wrong address, ``provision`` says so in plain
    words. ``necessity``: why the data was necessary, as 56 § 3 mom. asks for private recipients.
    """

    kind: Literal["statute"] = "statute"
    provision: Annotated[FreeText, CoveredBy("N06")]
    necessity: FreeText | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            provision: str | FreeText,
            necessity: str | FreeText | None = None,
            kind: Literal["statute"] = "statute",
        ) -> None: ...


class InformationRequest(Part):
    """A request by the client or another entitled person (tietopyyntö), with its provision."""

    kind: Literal["information_request"] = "information_request"
    provision: Annotated[FreeText, CoveredBy("N06")]

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            provision: str | FreeText,
            kind: Literal["information_request"] = "information_request",
        ) -> None: ...


class BroadRight(Part):
    """A social welfare provider's broad right of access (laaja tiedonsaantioikeus, 55 § 2).

    The client cannot judge the meaning of a permission because of ``cause`` and has no legal
    representative, and the data is necessary to arrange or provide a necessary social
    service: ``necessity`` explains how. A condition that was not met is ``False``; ``cause`` is
    omitted if it was none of the four. The cause is health data: it is sent only where the
    edition requires it, and is otherwise missing from a notice read back from a Bundle.
    """

    kind: Literal["broad_right"] = "broad_right"
    cause: Annotated[Cause | None, CoveredBy("N09.cause")] = None
    no_legal_representative: Annotated[Stated, CoveredBy("N09.no_legal_representative")]
    necessity: Annotated[FreeText, CoveredBy("N09.necessity")]
    cannot_judge_permission: Condition = None
    service_necessary: Condition = None
    reason: Coding | None = None

    if TYPE_CHECKING:

        def __init__(  # noqa: PLR0913 - one parameter a field
            self,
            *,
            cause: CauseName | Cause | None = None,
            no_legal_representative: bool,
            necessity: str | FreeText,
            cannot_judge_permission: bool | None = None,
            service_necessary: bool | None = None,
            reason: Coding | None = None,
            kind: Literal["broad_right"] = "broad_right",
        ) -> None: ...


class AuthorityRight(Part):
    """A social welfare authority's right of access (viranomaisen tiedonsaantioikeus, 55 § 2).

    The data is necessary because of ``statutory_task`` to assess the need for social welfare
    (``assess_need``), to arrange it and carry out its measures (``arrange_care``), or to
    verify information that was given (``verify_information``).
    """

    kind: Literal["authority_right"] = "authority_right"
    purpose: Annotated[AuthorityPurposes, CoveredBy("N10.purpose")]
    statutory_task: Annotated[FreeText, CoveredBy("N10.statutory_task")]
    essential_effect: Condition = None
    necessary_for_task: Condition = None
    reason: Coding | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            purpose: AuthorityPurpose | Sequence[AuthorityPurpose],
            statutory_task: str | FreeText,
            essential_effect: bool | None = None,
            necessary_for_task: bool | None = None,
            reason: Coding | None = None,
            kind: Literal["authority_right"] = "authority_right",
        ) -> None: ...

    @property
    def purposes(self) -> tuple[AuthorityPurpose, ...]:
        """The purposes, always as a tuple."""
        return self.purpose if isinstance(self.purpose, tuple) else (self.purpose,)


Ground = Annotated[
    Permission | Consent | Statute | InformationRequest | BroadRight | AuthorityRight,
    Field(discriminator="kind"),
]


def reason_of(ground: Ground) -> Coding | None:
    """Return the coded reason of a right of access; None for other grounds."""
    reason: Coding | None = field_of(ground, "reason")
    return reason
