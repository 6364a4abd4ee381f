"""The reason of a search, required and checked before it is made (laajan tiedonhaun peruste).

Requirements HaLu08 (broad right), HaLu09 (authority's right) and a third row, also numbered
HaLu09 by mistake: the system must require the reason in both cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from sha_disclosure.boundary import boundary
from sha_disclosure.codes import CodeLists, Coding
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import InvalidAccessReason
from sha_disclosure.findings import Problem
from sha_disclosure.law.searches.control_act import ControlAct, control_act_of
from sha_disclosure.law.searches.log import AccessLogEntry, UsedData
from sha_disclosure.law.searches.request import AccessRequest
from sha_disclosure.law.searches.rights import (
    AuthorityRightOfSearch,
    BroadRightOfSearch,
    UseCase,
)
from sha_disclosure.law.searches.rules import SEARCH_RULES, SearchCircumstances
from sha_disclosure.notice import read_partly
from sha_disclosure.values import FreeText, Uri


@dataclass(frozen=True, slots=True)
class AccessReason:
    """A checked reason: ``control_act()`` for the query, ``log_entry()`` for the access log.

    ``coding``: the code of Laajan tiedonhaun peruste with its system filled in; None where a
    search by 53 § has none. ``justification``: the user's own text, if any, hidden until
    ``reveal()``. ``service_request``: the value the caller gave, or None: the code list is not
    public. ``warnings`` list what could not be checked.
    """

    coding: Coding | None
    justification: FreeText | None
    provision: str
    request: AccessRequest = field(repr=False)
    edition: Edition = field(repr=False)
    service_request: Coding | None = None
    warnings: tuple[Problem, ...] = ()

    def log_entry(self, used: Sequence[UsedData] = ()) -> AccessLogEntry:
        """Return the entry for the provider's own access log (10 § 2 mom.).

        ``used``: the data that the search returned, by provider.
        """
        return AccessLogEntry(self.request, self.coding, tuple(used))

    def control_act(self) -> ControlAct:
        """Return the reason and the user for the query's control act (kontrollikehys)."""
        return control_act_of(self.request, self.edition.wire)


@dataclass(frozen=True, slots=True)
class BroadAccessReason(AccessReason):
    """The reason for a search by the broad right (laaja tiedonsaantioikeus, HaLu08)."""

    use_case: ClassVar[UseCase] = "broad_right"

    @property
    def right(self) -> BroadRightOfSearch:
        """The right with its conditions; its cause is health data."""
        return cast("BroadRightOfSearch", self.request.right)


@dataclass(frozen=True, slots=True)
class AuthorityAccessReason(AccessReason):
    """The reason of a search by the authority's right (viranomaisen tiedonsaantioikeus, HaLu09)."""

    use_case: ClassVar[UseCase] = "authority_right"

    @property
    def right(self) -> AuthorityRightOfSearch:
        """The right with its conditions."""
        return cast("AuthorityRightOfSearch", self.request.right)


@boundary
def require_access_reason(
    request: AccessRequest | Mapping[str, Any],
    *,
    edition: Edition | None = None,
    code_lists: CodeLists | None = None,
    now: datetime | None = None,
) -> BroadAccessReason | AuthorityAccessReason:
    """Return the checked reason of a search. Call it before every search by a right.

    ``edition`` identifies the reason's code system and the control act. The reason's code is
    checked against ``code_lists``; without them all conditions are still enforced, and
    ``warnings`` list what was not checked. ``now`` defaults to the current time.

    Raises InvalidAccessReason with every problem; the search must then not be made.
    """
    edition = edition or load_edition()
    given = SearchCircumstances(
        now or datetime.now(UTC),
        edition.wire.code_system.access_reason,
        code_lists or CodeLists(),
        edition.wire.identifier.personal_id,
    )
    asked, found = _judged(request, given)
    errors = [p for p in found if p.severity == "error"]
    if errors:
        raise InvalidAccessReason(errors)
    kind = BroadAccessReason if asked.right.use_case == "broad_right" else AuthorityAccessReason
    reason = asked.reason
    return kind(
        coding=reason and reason.model_copy(update={"system": Uri(given.reason_system)}),
        justification=asked.justification,
        provision=asked.right.provision,
        request=asked,
        edition=edition,
        service_request=asked.service_request,
        warnings=found,
    )


def _judged(
    request: object, given: SearchCircumstances
) -> tuple[AccessRequest, tuple[Problem, ...]]:
    """Return the readable part of a request, and every problem of shape and rules."""
    asked, shape = read_partly(AccessRequest, request)
    return asked, (*shape, *SEARCH_RULES.breaches(asked, given))
