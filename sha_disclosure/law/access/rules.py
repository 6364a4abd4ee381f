"""The rules of a search by a right of access (A02-A10) beyond its shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sha_disclosure.codes import CodeLists, Finding, UsedCode
from sha_disclosure.law.access.request import AccessRequest
from sha_disclosure.law.judging import Found, Rule, texts_of
from sha_disclosure.values import WrittenText, names_a_person

_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SearchCircumstances:
    """What a search is judged against: the moment, the reason's code system, the lists."""

    now: datetime
    reason_system: str
    code_lists: CodeLists = field(default_factory=CodeLists, repr=False)


_Given = SearchCircumstances
_SearchRule = Rule[AccessRequest, SearchCircumstances]


def _asker(use_case: str) -> Callable[[AccessRequest, _Given], Found]:
    def where(request: AccessRequest, _: _Given) -> Found:
        if request.right.use_case == use_case:
            yield "unit.roles", (request.right.belongs_to, request.unit.roles)

    return where


def _reason(request: AccessRequest, given: _Given) -> Found:
    used = UsedCode.of(request.reason, given.reason_system, request.asked_at)
    if used.system == given.reason_system:  # of another system: A04.system says so
        yield "reason", used


def _system(request: AccessRequest, _: _Given) -> Found:
    yield "reason.system", request.reason.system


def _relationship(request: AccessRequest, _: _Given) -> Found:
    yield "relationship", request.relationship


def _verified(request: AccessRequest, _: _Given) -> Found:
    yield "relationship.verified_at", (request.relationship.verified_at, request.asked_at)


def _asked(request: AccessRequest, _: _Given) -> Found:
    yield "asked_at", request.asked_at


def _texts(request: AccessRequest, _: _Given) -> Found:
    yield from texts_of(request, WrittenText)


def _service_request(request: AccessRequest, _: _Given) -> Found:
    yield "service_request", (request.service_request, request.right.use_case)


def _holds_role(pair: tuple[str, tuple[str, ...]], _: _Given) -> bool:
    return pair[0] in pair[1]


def _is_not(finding: Finding) -> Callable[[UsedCode, _Given], bool]:
    return lambda used, given: used.finding(given.code_lists) != finding


def _validity(used: UsedCode, given: _Given) -> str:
    return used.validity(given.code_lists)


def _owner(pair: tuple[str, Any], _: _Given) -> str:
    return f"`{pair[0]}`"


SEARCH_RULES: tuple[_SearchRule, ...] = (
    Rule("A02.asker", _asker("broad_right"), _holds_role, expected=_owner),
    Rule("A03.asker", _asker("authority_right"), _holds_role, expected=_owner),
    Rule(
        "A04.system",
        _system,
        lambda system, given: system in (None, given.reason_system),
        expected=lambda _, given: given.reason_system,
    ),
    Rule("A04.unknown", _reason, _is_not("unknown")),
    Rule("A04.closed", _reason, _is_not("closed"), expected=_validity),
    Rule("A04.deleted", _reason, _is_not("deleted")),
    Rule("A04.proposal", _reason, _is_not("proposal")),
    Rule(
        "A04.not_loaded",
        _reason,
        _is_not("not_loaded"),
        expected=lambda used, _: used.system,
        severity="warning",
    ),
    Rule("A06.client", _relationship, lambda r, _: r.personal_id or r.temporary_id),
    Rule("A06.later", _verified, lambda times, _: times[0].moment <= times[1].moment),
    Rule("A08.future", _asked, lambda time, given: time.moment <= given.now + _SKEW),
    Rule("A09", _texts, lambda text, _: not names_a_person(text.reveal())),
    Rule(
        "A10.not_known",
        _service_request,
        lambda pair, _: pair[0] is not None,
        expected=lambda pair, _: pair[1],
        severity="warning",
    ),
)
