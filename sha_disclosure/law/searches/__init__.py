"""Archive searches by a right of access (703/2023 53 § and 55 §), and disclosures by 56 §."""

from sha_disclosure.law.searches.control_act import ControlAct, ReasonCode
from sha_disclosure.law.searches.log import AccessLogEntry, UsedData
from sha_disclosure.law.searches.reason import (
    AccessReason,
    AuthorityAccessReason,
    BroadAccessReason,
    require_access_reason,
)
from sha_disclosure.law.searches.request import (
    AccessRequest,
    AccessUnit,
    AccessUser,
    UserId,
    VerifiedRelationship,
)
from sha_disclosure.law.searches.rights import (
    AuthorityPatientDataSearch,
    AuthoritySearch,
    BroadPatientDataSearch,
    BroadSearch,
    HealthCareBroadSearch,
)
from sha_disclosure.law.searches.rules import SEARCH_RULES, SearchCircumstances
from sha_disclosure.law.searches.securing import (
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
    "ControlAct",
    "Denied",
    "EvidentNeed",
    "HealthCareBroadSearch",
    "NecessaryInterests",
    "NotObtainable",
    "OtherPrivateReceiver",
    "PrivateProviderReceiver",
    "PublicReceiver",
    "ReasonCode",
    "SearchCircumstances",
    "UsedData",
    "UserId",
    "VerifiedRelationship",
    "require_access_reason",
]
