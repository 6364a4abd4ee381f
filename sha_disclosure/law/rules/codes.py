"""The rules for codes from national code lists (N15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sha_disclosure.codes import CodeStanding, UsedCode
from sha_disclosure.editions import PLACEHOLDER
from sha_disclosure.editions.wire import CodeSystem
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import Coding, DisclosureNotice, field_of, reason_of

_Code = tuple[str, str, str, tuple[int, ...]]
"""System and code, and the form and the indexes of the path: few paths are ever reported."""


def _register(notice: DisclosureNotice, _: Circumstances) -> Places:
    return (("controller.register", notice.controller.register),)


def codes_not_in_force(notice: DisclosureNotice, given: Circumstances) -> Places:
    """Yield each code not in force; for a list that is not loaded, only its first code."""
    day, lists = notice.disclosed_at.day, given.code_lists
    missing: set[str] = set()
    for system, code, path, indexes in _every_code(notice, given.wire.code_system):
        standing = lists.standing(system, code, day)
        if standing == "in_force" or system in missing:
            continue
        if standing == "not_loaded":
            missing.add(system)
        yield path.format(*indexes), UsedCode(system, code, notice.disclosed_at)


def _every_code(notice: DisclosureNotice, systems: CodeSystem) -> Iterator[_Code]:
    """Yield each code from a national list."""
    for index, data in enumerate(notice.disclosed_data):
        for name, system in (
            ("document_type", systems.document_type),
            ("specific_document_type", systems.specific_document_type),
        ):
            coding = field_of(data, name)
            if coding is not None:
                yield _used(coding, system, f"disclosed_data[{{}}].{name}", index)
    method = notice.discloser.authentication_method
    if method is not None:
        system = systems.authentication_method
        yield system, str(method.code), "discloser.authentication_method", ()
    yield from _tasks(notice, "service_tasks", systems.service_task)
    yield from _tasks(notice, "original_service_tasks", systems.original_service_task[0])
    if notice.type_of_disclosure is not None:
        yield _used(notice.type_of_disclosure, systems.type_of_disclosure, "type_of_disclosure")
    reason = reason_of(notice.ground)
    if reason is not None:
        yield _used(reason, systems.access_reason, "ground.reason")


def _tasks(notice: DisclosureNotice, name: str, system: str) -> Iterator[_Code]:
    for index, data in enumerate(notice.disclosed_data):
        for at, task in enumerate(getattr(data, name)):
            yield _used(task, system, f"disclosed_data[{{}}].{name}[{{}}]", index, at)


def _used(coding: Coding, system: str, path: str, *indexes: int) -> _Code:
    return str(coding.system or system), str(coding.code), path, indexes


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
