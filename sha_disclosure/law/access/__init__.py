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
from sha_disclosure.notice.rights import (
    BASIS,
    AuthorityPurpose,
    AuthorityRight,
    BroadRight,
    Cause,
    Confirmed,
)

__all__ = [
    "BASIS",
    "SEARCH_RULES",
    "AccessLogEntry",
    "AccessReason",
    "AccessRequest",
    "AccessUnit",
    "AccessUser",
    "AuthorityAccessReason",
    "AuthorityPatientDataSearch",
    "AuthorityPurpose",
    "AuthorityRight",
    "AuthoritySearch",
    "BroadAccessReason",
    "BroadPatientDataSearch",
    "BroadRight",
    "BroadSearch",
    "CareSecuring",
    "Cause",
    "ChildsInterest",
    "Confirmed",
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
