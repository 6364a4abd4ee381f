"""The disclosure notice (luovutusilmoitus) as the caller writes it, in JSON or Python.

Fields follow the minimum content of the disclosure log, 703/2023 10 § 3 mom. Every part
hides its values in ``repr``; call ``reveal()`` on a value to read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from sha_disclosure.notice.actors import Client, Controller, Discloser
from sha_disclosure.notice.coding import Coding
from sha_disclosure.notice.faults import CoveredBy, few
from sha_disclosure.notice.grounds import Ground
from sha_disclosure.notice.part import Part, Several
from sha_disclosure.notice.recipients import Recipient
from sha_disclosure.values import Code, FreeText, Instant, LanguageTag, Oid, Reference, Time

ServiceTasks = Annotated[tuple[Coding, ...], Field(min_length=1)]


class DisclosedData(Part):
    """One data set that was disclosed (tietokokonaisuus), for example one document."""

    document_type: Coding | None = None
    specific_document_type: Coding | None = None
    description: FreeText | None = None
    service_tasks: Annotated[ServiceTasks, CoveredBy("N02")]
    original_service_tasks: tuple[Coding, ...] = ()
    document_id: Oid | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            service_tasks: Sequence[Coding],
            document_type: Coding | None = None,
            specific_document_type: Coding | None = None,
            description: str | FreeText | None = None,
            original_service_tasks: Sequence[Coding] = (),
            document_id: str | Oid | None = None,
        ) -> None: ...


class DisclosureNotice(Part):
    """A disclosure notice (luovutusilmoitus): one disclosure made outside Kanta.

    The SDK generates ``id`` when absent; ``recorded_at`` then defaults to the time of building.
    Times have seconds and an offset, ``disclosed_at`` may be a date alone, and all are sent
    byte for byte as given.
    ``acknowledged`` lists the objections (rule ``N10`` or variant ``N10.purpose``) that a person
    has seen and confirmed to be what happened. ``reference`` (viite) is the caller's own key of
    the disclosure. Neither is sent.

    Raises ``InvalidNotice`` if the input does not have the right shape. Whether the content is
    lawful is checked by ``sha_disclosure.law.rules``, which ``prepare`` calls.
    """

    id: Oid | None = None
    client: Annotated[Client, CoveredBy("N08")]
    controller: Annotated[Controller, CoveredBy("N03")]
    discloser: Annotated[Discloser, CoveredBy("N03")]
    recipient: Annotated[Recipient, CoveredBy("N03")]
    ground: Annotated[Ground, CoveredBy("N06")]
    purpose: Annotated[FreeText, CoveredBy("N05")]
    disclosed_at: Annotated[Time, CoveredBy("N04")]
    recorded_at: Instant | None = None
    disclosed_data: Annotated[
        tuple[DisclosedData, ...], Field(min_length=1), BeforeValidator(few), CoveredBy("N01")
    ]
    type_of_disclosure: Coding | None = None
    language: LanguageTag = LanguageTag("fi")
    acknowledged: tuple[Code, ...] = ()
    reference: Reference | None = None

    if TYPE_CHECKING:

        def __init__(  # noqa: PLR0913 - one parameter a field
            self,
            *,
            client: Client,
            controller: Controller,
            discloser: Discloser,
            recipient: Recipient,
            ground: Ground,
            purpose: str | FreeText,
            disclosed_at: str | datetime | date | Time,
            disclosed_data: Sequence[DisclosedData],
            id: str | Oid | None = None,  # noqa: A002 - the field's name
            recorded_at: str | datetime | Instant | None = None,
            type_of_disclosure: Coding | None = None,
            language: str | LanguageTag = "fi",
            acknowledged: Several[Code] = (),
            reference: str | Reference | None = None,
        ) -> None: ...
