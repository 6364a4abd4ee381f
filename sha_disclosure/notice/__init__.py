"""The disclosure notice (luovutusilmoitus), its parts, and parsing them from JSON."""

from sha_disclosure.notice.actors import (
    AuthenticationMethod,
    Client,
    Controller,
    Discloser,
    DiscloserUnit,
    ProfessionalId,
    Unit,
)
from sha_disclosure.notice.coding import Coding
from sha_disclosure.notice.faults import CoveredBy
from sha_disclosure.notice.grounds import (
    AuthorityPurpose,
    AuthorityRight,
    BroadRight,
    Cause,
    Confirmed,
    Consent,
    DeclaredWill,
    Ground,
    InformationRequest,
    Permission,
    Statute,
    reason_of,
)
from sha_disclosure.notice.notice import DisclosedData, DisclosureNotice
from sha_disclosure.notice.part import Part, UnreadField, field_of, read_json
from sha_disclosure.notice.partial import read_partly
from sha_disclosure.notice.recipients import (
    ClientRecipient,
    OrganisationRecipient,
    PersonRecipient,
    ProfessionalRecipient,
    Recipient,
    RecipientRole,
)
from sha_disclosure.notice.texts import places_of_texts, written_texts

__all__ = [
    "AuthenticationMethod",
    "AuthorityPurpose",
    "AuthorityRight",
    "BroadRight",
    "Cause",
    "Client",
    "ClientRecipient",
    "Coding",
    "Confirmed",
    "Consent",
    "Controller",
    "CoveredBy",
    "DeclaredWill",
    "DisclosedData",
    "Discloser",
    "DiscloserUnit",
    "DisclosureNotice",
    "Ground",
    "InformationRequest",
    "OrganisationRecipient",
    "Part",
    "Permission",
    "PersonRecipient",
    "ProfessionalId",
    "ProfessionalRecipient",
    "Recipient",
    "RecipientRole",
    "Statute",
    "Unit",
    "UnreadField",
    "field_of",
    "places_of_texts",
    "read_json",
    "read_partly",
    "reason_of",
    "written_texts",
]
