"""The rules on the content of a notice (N01-N08, N11, N13-N15, N25): what must hold where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sha_disclosure.codes import Finding, UsedCode
from sha_disclosure.editions import PLACEHOLDER
from sha_disclosure.law.judging import Rule
from sha_disclosure.law.rules import places
from sha_disclosure.law.rules.circumstances import Circumstances
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.values import PersonalId, names_a_person

NoticeRule = Rule[DisclosureNotice, Circumstances]


def _is_not(finding: Finding) -> Callable[[UsedCode, Circumstances], bool]:
    return lambda used, given: used.finding(given.code_lists) != finding


def _is_placeholder(used: UsedCode, _: Circumstances) -> bool:
    return used.system.startswith(PLACEHOLDER)


def _is_loaded(used: UsedCode, given: Circumstances) -> bool:
    return not used.first_of_its_system or given.code_lists.loaded(used.system)


def _validity(used: UsedCode, given: Circumstances) -> str:
    return used.validity(given.code_lists)


def _fits_environment(personal_id: PersonalId, given: Circumstances) -> bool:
    if given.environment == "production":
        return True
    return personal_id.artificial or personal_id in given.test_personal_ids


def _is_allowed_in_production(personal_id: PersonalId, given: Circumstances) -> bool:
    if given.environment != "production":
        return True
    return given.allow_artificial_ids or not personal_id.artificial


def _original_systems(_: object, given: Circumstances) -> str:
    return ", ".join(given.wire.code_system.original_service_task)


def _in_order(times: tuple[Any, Any], _: Circumstances) -> bool:
    return bool(times[0].moment <= times[1].moment)


CONTENT_RULES: tuple[NoticeRule, ...] = (
    Rule(
        "N01.nothing",
        places.data_sets,
        lambda data, _: data.document_type or data.specific_document_type or data.description,
    ),
    Rule(
        "N02.system",
        places.service_tasks,
        lambda task, given: task.system in (None, given.wire.code_system.service_task),
        at="system",
        expected=lambda _, given: given.wire.code_system.service_task,
    ),
    Rule(
        "N02.original",
        places.original_tasks,
        lambda task, given: (
            task.system is None or str(task.system) in given.wire.code_system.original_service_task
        ),
        at="system",
        expected=_original_systems,
    ),
    Rule("N04.future", places.times, places.is_past),
    Rule("N04.order", places.order, _in_order),
    Rule("N07", places.will_outside_kanta, lambda will, _: will.given_at, at="given_at"),
    Rule("N07", places.will_outside_kanta, lambda will, _: will.given_by, at="given_by"),
    Rule("N07", places.will_outside_kanta, lambda will, _: will.scope, at="scope"),
    Rule("N07.later", places.will_given, _in_order),
    Rule(
        "N08",
        places.client,
        lambda client, _: client.personal_id or client.temporary_id or client.birth_date,
    ),
    Rule(
        "N08.unborn",
        places.birth,
        lambda pair, _: pair[0].reveal() <= pair[1].moment.date().isoformat(),
    ),
    Rule("N08.contradiction", places.both_births, lambda pair, _: pair[0] == pair[1].born),
    Rule("N11", places.texts, lambda text, _: not names_a_person(text.reveal())),
    Rule("N13.real", places.personal_id, _fits_environment),
    Rule("N13.artificial", places.personal_id, _is_allowed_in_production),
    Rule(
        "N14.long",
        places.texts,
        lambda text, given: len(text.reveal()) <= given.wire.limit.text,
        expected=lambda _, given: str(given.wire.limit.text),
    ),
    Rule("N15.unknown", places.codes, _is_not("unknown")),
    Rule("N15.closed", places.codes, _is_not("closed"), expected=_validity),
    Rule("N15.deleted", places.codes, _is_not("deleted")),
    Rule("N15.proposal", places.codes, _is_not("proposal")),
    Rule(
        "N15.register",
        places.register,
        lambda code, given: str(code) in given.wire.register_type,
        expected=lambda _, given: ", ".join(given.wire.register_type),
    ),
    Rule(
        "N15.not_loaded",
        places.codes,
        lambda used, given: _is_placeholder(used, given) or _is_loaded(used, given),
        expected=lambda used, _: used.system,
        severity="warning",
    ),
    Rule(
        "N15.no_system",
        places.codes,
        lambda used, given: not _is_placeholder(used, given) or _is_loaded(used, given),
        severity="warning",
    ),
    Rule("N25", places.controller, lambda oid, given: given.organisation_of(oid) is not None),
)
