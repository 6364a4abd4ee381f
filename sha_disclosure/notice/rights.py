"""The two rights of 703/2023 55 § 2 mom. as grounds of a disclosure notice.

Two rights, two types: the broad right belongs to any social welfare provider when a client
cannot judge a permission, the authority's right to a social welfare authority for a statutory
task. For searches in the archive see ``sha_disclosure.law.access.searches``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from sha_disclosure.notice.coding import Coding
from sha_disclosure.notice.shape import CoveredBy, Part
from sha_disclosure.values import FreeText, Hidden

BASIS = "703/2023 55 § 2 mom."
"""The provision both rights rest on."""


class Cause(Hidden):
    """Why the client cannot judge a permission (55 § 2): health data, so never shown.

    ``memory_disease`` muistisairaus, ``mental_disorder`` mielenterveyden häiriö,
    ``intellectual_disability`` kehitysvammaisuus, ``similar_cause`` vastaava syy.
    """

    CHOICES = ("memory_disease", "mental_disorder", "intellectual_disability", "similar_cause")

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
    if value is not True:  # 1 and "true" are no statement
        raise PydanticCustomError("choice", "refused", {"expected": "true"})
    return value


Confirmed = Annotated[Literal[True], BeforeValidator(_confirmed)]
"""A condition the caller confirms: ``true``, and nothing else."""


AuthorityPurpose = Literal["assess_need", "arrange_care", "verify_information"]
"""What an authority needs the data for (55 § 2): sosiaalihuollon tarpeen selvittäminen,
sosiaalihuollon järjestäminen ja siihen liittyvät toimenpiteet, annettujen tietojen tarkistaminen.
"""


class BroadRight(Part):
    """A social welfare provider's broad right of access (laaja tiedonsaantioikeus, 55 § 2).

    The client has no capacity to judge the meaning of a permission because of ``cause``,
    has no legal representative, and the data is necessary to arrange or carry out a
    necessary social service: ``necessity`` says how.
    """

    kind: Literal["broad_right"] = "broad_right"
    cause: Annotated[Cause, CoveredBy("N09.cause")]
    no_legal_representative: Annotated[Confirmed, CoveredBy("N09.no_legal_representative")]
    necessity: Annotated[FreeText, CoveredBy("N09.necessity")]
    reason: Coding | None = None


class AuthorityRight(Part):
    """A social welfare authority's right of access (viranomaisen tiedonsaantioikeus, 55 § 2).

    The data is necessary because of ``statutory_task`` to assess the need for social welfare
    (``assess_need``), to arrange it and carry out its measures (``arrange_care``), or to
    verify information that was given (``verify_information``).
    """

    kind: Literal["authority_right"] = "authority_right"
    purpose: Annotated[AuthorityPurpose, CoveredBy("N10.purpose")]
    statutory_task: Annotated[FreeText, CoveredBy("N10.statutory_task")]
    reason: Coding | None = None
