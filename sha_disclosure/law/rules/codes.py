"""The rules on codes of national code lists (N15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sha_disclosure.codes import CodeStanding, UsedCode
from sha_disclosure.editions import PLACEHOLDER
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.law.rules.data_sets import data_sets, original_service_tasks, service_tasks
from sha_disclosure.notice import DisclosureNotice, reason_of


def _register(notice: DisclosureNotice, _: Circumstances) -> Places:
    yield "controller.register", notice.controller.register


def _codes(notice: DisclosureNotice, given: Circumstances) -> Places:
    """Yield every code of a national list, the first of each list marked."""
    met: set[str] = set()
    for path, used in _every_code(notice, given):
        first = used.system not in met
        met.add(used.system)
        yield path, used if first else replace(used, first_of_its_system=False)


def _every_code(notice: DisclosureNotice, given: Circumstances) -> Places:
    systems, at = given.wire.code_system, notice.disclosed_at
    for path, data in data_sets(notice, given):
        for name, system in (
            ("document_type", systems.document_type),
            ("specific_document_type", systems.specific_document_type),
        ):
            coding = getattr(data, name, None)
            if coding is not None:
                yield f"{path}.{name}", UsedCode.of(coding, system, at)
    method = notice.discloser.authentication_method
    if method is not None:
        used = UsedCode(systems.authentication_method, str(method.code), at)
        yield "discloser.authentication_method", used
    for path, task in service_tasks(notice, given):
        yield path, UsedCode.of(task, systems.service_task, at)
    for path, task in original_service_tasks(notice, given):
        yield path, UsedCode.of(task, systems.original_service_task[0], at)
    if notice.type_of_disclosure is not None:
        used = UsedCode.of(notice.type_of_disclosure, systems.type_of_disclosure, at)
        yield "type_of_disclosure", used
    reason = reason_of(notice.ground)
    if reason is not None:
        yield "ground.reason", UsedCode.of(reason, systems.access_reason, at)


def _is_not(standing: CodeStanding) -> Callable[[UsedCode, Circumstances], bool]:
    return lambda used, given: used.standing(given.code_lists) != standing


def _is_placeholder(used: UsedCode, _: Circumstances) -> bool:
    return used.system.startswith(PLACEHOLDER)


def _is_loaded(used: UsedCode, given: Circumstances) -> bool:
    return not used.first_of_its_system or given.code_lists.loaded(used.system)


CODE_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N15.unknown", _codes, _is_not("unknown")),
    Rule(
        "N15.closed",
        _codes,
        _is_not("closed"),
        values={"validity": lambda used, given: used.validity(given.code_lists)},
    ),
    Rule("N15.deleted", _codes, _is_not("deleted")),
    Rule("N15.proposal", _codes, _is_not("proposal")),
    Rule(
        "N15.register",
        _register,
        lambda code, given: str(code) in given.wire.register_type,
        values={"codes": lambda _, given: tuple(given.wire.register_type)},
    ),
    Rule("N15.unlisted", _codes, _is_not("unlisted"), severity="warning"),
    Rule(
        "N15.not_loaded",
        _codes,
        lambda used, given: _is_placeholder(used, given) or _is_loaded(used, given),
        values={"system": lambda used, _: used.system},
        severity="warning",
    ),
    Rule(
        "N15.no_system",
        _codes,
        lambda used, given: not _is_placeholder(used, given) or _is_loaded(used, given),
        severity="warning",
    ),
)
