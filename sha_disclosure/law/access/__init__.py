"""The rights of access of 703/2023 8 luku: grounds of a notice and reasons of a search (55 §)."""

from sha_disclosure.law.access.log import AccessLogEntry
from sha_disclosure.law.access.reason import (
    AccessReason,
    AuthorityAccessReason,
    BroadAccessReason,
    require_access_reason,
)
from sha_disclosure.law.access.request import (
    AccessRequest,
    AccessUnit,
    AccessUser,
    UserId,
    VerifiedRelationship,
)
from sha_disclosure.law.access.rules import SEARCH_RULES, SearchCircumstances
from sha_disclosure.law.access.searches import (
    AuthorityPatientDataSearch,
    AuthoritySearch,
    BroadPatientDataSearch,
    BroadSearch,
    HealthCareBroadSearch,
)
from sha_disclosure.law.access.securing import (
    CareSecuring,
    ChildsInterest,
    Denied,
    EvidentNeed,
    NecessaryInterests,
    NotObtainable,
    OtherPrivateReceiver,
    PrivateProviderReceiver,
    PublicReceiver,
)

__all__ = [
    "SEARCH_RULES",
    "AccessLogEntry",
    "AccessReason",
    "AccessRequest",
    "AccessUnit",
    "AccessUser",
    "AuthorityAccessReason",
    "AuthorityPatientDataSearch",
    "AuthoritySearch",
    "BroadAccessReason",
    "BroadPatientDataSearch",
    "BroadSearch",
    "CareSecuring",
    "ChildsInterest",
    "Denied",
    "EvidentNeed",
    "HealthCareBroadSearch",
    "NecessaryInterests",
    "NotObtainable",
    "OtherPrivateReceiver",
    "PrivateProviderReceiver",
    "PublicReceiver",
    "SearchCircumstances",
    "UserId",
    "VerifiedRelationship",
    "require_access_reason",
]
