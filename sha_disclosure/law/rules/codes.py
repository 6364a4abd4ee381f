"""The rules for codes from national code lists (N15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sha_disclosure.codes import CodeStanding, UsedCode
from sha_disclosure.editions import PLACEHOLDER
from sha_disclosure.editions.wire import CodeSystem
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.law.rules.data_sets import original_service_tasks, service_tasks
from sha_disclosure.notice import Coding, DisclosureNotice, field_of, reason_of


def _register(notice: DisclosureNotice, _: Circumstances) -> Places:
    return (("controller.register", notice.controller.register),)


def codes_not_in_force(notice: DisclosureNotice, given: Circumstances) -> Places:
    """Yield each code not in force; for a list that is not loaded, only its first code."""
    day, lists = notice.disclosed_at.day, given.code_lists
    missing: set[str] = set()
    for path, system, code in _every_code(notice, given.wire.code_system):
        standing = lists.standing(system, code, day)
        if standing == "in_force" or system in missing:
            continue
        if standing == "not_loaded":
            missing.add(system)
        yield path, UsedCode(system, code, notice.disclosed_at)


def _every_code(notice: DisclosureNotice, systems: CodeSystem) -> Iterator[tuple[str, str, str]]:
    """Yield the path, system and code of each code from a national list."""
    for index, data in enumerate(notice.disclosed_data):
        for name, system in (
            ("document_type", systems.document_type),
            ("specific_document_type", systems.specific_document_type),
        ):
            coding = field_of(data, name)
            if coding is not None:
                yield _used(f"disclosed_data[{index}].{name}", coding, system)
    method = notice.discloser.authentication_method
    if method is not None:
        system = systems.authentication_method
        yield "discloser.authentication_method", system, str(method.code)
    for path, task in service_tasks(notice):
        yield _used(path, task, systems.service_task)
    for path, task in original_service_tasks(notice):
        yield _used(path, task, systems.original_service_task[0])
    if notice.type_of_disclosure is not None:
        yield _used("type_of_disclosure", notice.type_of_disclosure, systems.type_of_disclosure)
    reason = reason_of(notice.ground)
    if reason is not None:
        yield _used("ground.reason", reason, systems.access_reason)


def _used(path: str, coding: Coding, system: str) -> tuple[str, str, str]:
    return path, str(coding.system or system), str(coding.code)


def _is_not(standing: CodeStanding) -> Callable[[UsedCode, Circumstances], bool]:
    return lambda used, given: used.standing(given.code_lists) != standing


def _is_placeholder(used: UsedCode, _: Circumstances) -> bool:
    return used.system.startswith(PLACEHOLDER)


_is_loaded = _is_not("not_loaded")


CODE_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N15.unknown", codes_not_in_force, _is_not("unknown")),
    Rule(
        "N15.closed",
        codes_not_in_force,
        _is_not("closed"),
        values={"validity": lambda used, given: used.validity(given.code_lists)},
    ),
    Rule("N15.deleted", codes_not_in_force, _is_not("deleted")),
    Rule("N15.proposal", codes_not_in_force, _is_not("proposal")),
    Rule("N15.unlisted", codes_not_in_force, _is_not("unlisted"), severity="warning"),
    Rule(
        "N15.not_loaded",
        codes_not_in_force,
        lambda used, given: _is_placeholder(used, given) or _is_loaded(used, given),
        values={"system": lambda used, _: used.system},
        severity="warning",
    ),
    Rule(
        "N15.no_system",
        codes_not_in_force,
        lambda used, given: not _is_placeholder(used, given) or _is_loaded(used, given),
        severity="warning",
    ),
    Rule(
        "N15.register",
        _register,
        lambda code, given: str(code) in given.wire.register_type,
        values={"codes": lambda _, given: tuple(given.wire.register_type)},
    ),
)
