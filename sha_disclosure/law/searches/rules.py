"""The rules for a search by a right of access (A02-A10), beyond its shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sha_disclosure.codes import CodeLists, CodeStanding, UsedCode
from sha_disclosure.identity_codes import has_code, may_hide_code
from sha_disclosure.law.rule import Places, Rule, Rules
from sha_disclosure.law.searches.request import AccessRequest
from sha_disclosure.notice import places_of_texts

_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SearchCircumstances:
    """The context a search is checked in: time, the reason's code system and the code lists.

    ``personal_id_system``: the system of identity codes, by which a user may be identified.
    """

    now: datetime
    reason_system: str
    code_lists: CodeLists = field(default_factory=CodeLists, repr=False)
    personal_id_system: str = ""


_Given = SearchCircumstances
_SearchRule = Rule[AccessRequest, SearchCircumstances]


def _asker(use_case: str) -> Callable[[AccessRequest, _Given], Places]:
    def where(request: AccessRequest, _: _Given) -> Places:
        if request.right.use_case == use_case:
            yield "unit.roles", (request.right.belongs_to, request.unit.roles)

    return where


def _reason_of_right(request: AccessRequest, _: _Given) -> Places:
    if request.right.asks_code:
        yield "reason", request.reason


def _reason(request: AccessRequest, given: _Given) -> Places:
    if request.reason is None:
        return
    used = UsedCode.of(request.reason, given.reason_system, request.asked_at)
    if used.system == given.reason_system:  # A04.system reports any other system
        yield "reason", used


def _system(request: AccessRequest, _: _Given) -> Places:
    if request.reason is not None:
        yield "reason.system", request.reason.system


def _relationship(request: AccessRequest, _: _Given) -> Places:
    yield "relationship", request.relationship


def _verified(request: AccessRequest, _: _Given) -> Places:
    yield "relationship.verified_at", (request.relationship.verified_at, request.asked_at)


def _asked(request: AccessRequest, _: _Given) -> Places:
    yield "asked_at", request.asked_at


def _texts(request: AccessRequest, given: _Given) -> Places:
    for path, text in places_of_texts(request):
        if path != "user.id.value" or request.user.id.system != given.personal_id_system:
            yield path, text


def _service_request(request: AccessRequest, _: _Given) -> Places:
    yield "service_request", (request.service_request, request.right.use_case)


def _holds_role(pair: tuple[str, tuple[str, ...]], _: _Given) -> bool:
    owner, roles = pair
    # An authority that arranges or provides services is a provider too (3 § 11 kohta).
    provider = owner == "social_welfare_provider" and "social_welfare_authority" in roles
    return owner in roles or provider


def _is_not(standing: CodeStanding) -> Callable[[UsedCode, _Given], bool]:
    return lambda used, given: used.standing(given.code_lists) != standing


def _validity(used: UsedCode, given: _Given) -> str:
    return used.validity(given.code_lists)


_OWNER: Mapping[str, Callable[[Any, _Given], str]] = {"role": lambda pair, _: f"`{pair[0]}`"}


_RULES: tuple[_SearchRule, ...] = (
    Rule("A02.asker", _asker("broad_right"), _holds_role, values=_OWNER),
    Rule("A03.asker", _asker("authority_right"), _holds_role, values=_OWNER),
    Rule("A04", _reason_of_right, lambda reason, _: reason is not None),
    Rule(
        "A04.system",
        _system,
        lambda system, given: system in (None, given.reason_system),
        values={"system": lambda _, given: given.reason_system},
    ),
    Rule("A04.unknown", _reason, _is_not("unknown")),
    Rule("A04.closed", _reason, _is_not("closed"), values={"validity": _validity}),
    Rule("A04.deleted", _reason, _is_not("deleted")),
    Rule("A04.proposal", _reason, _is_not("proposal")),
    Rule("A04.unlisted", _reason, _is_not("unlisted"), severity="warning"),
    Rule(
        "A04.not_loaded",
        _reason,
        _is_not("not_loaded"),
        values={"system": lambda used, _: used.system},
        severity="warning",
    ),
    Rule("A06.client", _relationship, lambda r, _: r.personal_id or r.temporary_id),
    Rule("A06.later", _verified, lambda times, _: times[0].moment <= times[1].moment),
    Rule("A08.future", _asked, lambda time, given: time.moment <= given.now + _SKEW),
    Rule("A09", _texts, lambda text, _: not has_code(text.reveal())),
    Rule(
        "A09.hidden",
        _texts,
        lambda text, _: not may_hide_code(text.reveal()) or has_code(text.reveal()),
        severity="warning",
    ),
    Rule(
        "A10.not_known",
        _service_request,
        lambda pair, _: pair[0] is not None,
        values={"use_case": lambda pair, _: pair[1]},
        severity="warning",
    ),
)

SEARCH_RULES: Rules[AccessRequest, SearchCircumstances] = Rules(_RULES)
