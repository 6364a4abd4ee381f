"""The national rules: where each looks and what must hold there.

Words and citations are in ``catalogue``. A rule that meets a part that could not be read
passes it over: that part has its own problem already. So all problems come at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sha_disclosure.access import AuthorityRight, BroadRight
from sha_disclosure.catalogue import problem
from sha_disclosure.codes import CodeLists, Coding
from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Wire
from sha_disclosure.errors import Problem, Severity
from sha_disclosure.notice import Consent, DisclosureNotice, InformationRequest, Permission
from sha_disclosure.settings import Environment, Settings
from sha_disclosure.shape import Part, Unread, salvage, shape_problems
from sha_disclosure.values import Instant, PersonalId, Words, names_a_person


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a notice is judged against: the moment, the environment, the edition, the lists."""

    now: datetime
    environment: Environment
    wire: Wire = field(repr=False)
    code_lists: CodeLists = field(default_factory=CodeLists, repr=False)
    test_personal_ids: tuple[PersonalId, ...] = ()
    allow_artificial_ids: bool = False
    clock_skew_s: float = 60.0

    @classmethod
    def of(
        cls, settings: Settings, edition: Edition, now: datetime, code_lists: CodeLists
    ) -> Circumstances:
        """Return the circumstances of a sender."""
        return cls(
            now,
            settings.environment,
            edition.wire,
            code_lists,
            settings.test_personal_ids,
            settings.allow_artificial_ids,
            settings.clock_skew_s,
        )


Found = Iterator[tuple[str, Any]]
Look = Callable[[DisclosureNotice, Circumstances], Found]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``where`` finds (path, thing) pairs, ``holds`` says whether a thing is right."""

    key: str
    where: Look
    holds: Callable[[Any, Circumstances], object]  # anything truthy holds
    at: str = ""
    expected: Callable[[Any, Circumstances], str] = lambda _thing, _given: ""
    severity: Severity = "error"


def check(notice: DisclosureNotice, given: Circumstances) -> tuple[Problem, ...]:
    """Return every breach of the rules in a notice; warnings are among them."""
    seen: dict[Look, list[tuple[str, Any]]] = {}
    found: list[Problem] = []
    for rule in RULES:
        if rule.where not in seen:  # several rules look at the same things: look once
            seen[rule.where] = _look(rule.where, notice, given)
        found += [_breach(rule, *at, given) for at in seen[rule.where] if _broken(rule, at, given)]
    return tuple(found)


def check_data(data: object, given: Circumstances) -> tuple[Problem, ...]:
    """Return every problem of data that is to be a notice: of shape and, where read, of rules."""
    shape = shape_problems(DisclosureNotice, data)
    read = salvage(DisclosureNotice, data) if shape else DisclosureNotice.model_validate(data)
    return (*shape, *check(cast("DisclosureNotice", read), given))


def check_together(notices: Sequence[DisclosureNotice]) -> tuple[Problem, ...]:
    """Return what keeps the notices from going in one message (N12)."""
    first, *others = notices
    apart = [i for i, n in enumerate(others, 1) if n.client != first.client]
    ids = [n.id for n in notices]
    doubled = [i for i, each in enumerate(ids) if each is not None and each in ids[:i]]
    return (
        *(problem("N12", f"[{i}].client") for i in apart),
        *(problem("N12.same_id", f"[{i}].id") for i in doubled),
    )


def _look(where: Look, notice: DisclosureNotice, given: Circumstances) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    with suppress(Unread):  # what was found before the part that could not be read is judged
        found.extend(where(notice, given))
    return found


def _broken(rule: Rule, at: tuple[str, Any], given: Circumstances) -> bool:
    try:
        return not rule.holds(at[1], given)
    except Unread:
        return False


def _breach(rule: Rule, path: str, thing: Any, given: Circumstances) -> Problem:
    place = f"{path}.{rule.at}" if path and rule.at else path or rule.at
    return problem(rule.key, place, rule.expected(thing, given), rule.severity)


# --- where the rules look --------------------------------------------------------------------


def _client(notice: DisclosureNotice, _: Circumstances) -> Found:
    yield "client", notice.client


def _personal_id(notice: DisclosureNotice, _: Circumstances) -> Found:
    if notice.client.personal_id is not None:
        yield "client.personal_id", notice.client.personal_id


def _birth(notice: DisclosureNotice, _: Circumstances) -> Found:
    if notice.client.birth_date is not None:
        yield "client.birth_date", (notice.client.birth_date, notice.disclosed_at)


def _register(notice: DisclosureNotice, _: Circumstances) -> Found:
    yield "controller.register", notice.controller.register


def _times(notice: DisclosureNotice, _: Circumstances) -> Found:
    for name in ("disclosed_at", "recorded_at"):
        time = notice.__dict__.get(name)
        if time is not None:
            yield name, time


def _order(notice: DisclosureNotice, given: Circumstances) -> Found:
    if notice.recorded_at is not None and _is_past(notice.disclosed_at, given):
        yield "recorded_at", (notice.disclosed_at, notice.recorded_at)


def _data_sets(notice: DisclosureNotice, _: Circumstances) -> Found:
    for index, data in enumerate(notice.disclosed_data):
        yield f"disclosed_data[{index}]", data


def _service_tasks(notice: DisclosureNotice, given: Circumstances) -> Found:
    for path, data in _data_sets(notice, given):
        for index, task in enumerate(data.service_tasks):
            yield f"{path}.service_tasks[{index}]", task


def _original_tasks(notice: DisclosureNotice, given: Circumstances) -> Found:
    for path, data in _data_sets(notice, given):
        for index, task in enumerate(data.original_service_tasks):
            yield f"{path}.original_service_tasks[{index}]", task


def _will_outside_kanta(notice: DisclosureNotice, _: Circumstances) -> Found:
    ground = notice.ground
    if isinstance(ground, Permission | Consent) and not ground.stored_in_kanta:
        yield "ground", ground


def _will_given(notice: DisclosureNotice, _: Circumstances) -> Found:
    ground = notice.ground
    if isinstance(ground, Permission | Consent) and ground.given_at is not None:
        yield "ground.given_at", (ground.given_at, notice.disclosed_at)


def _recipient_by(ground: type[Part]) -> Look:
    def where(notice: DisclosureNotice, _: Circumstances) -> Found:
        if isinstance(notice.ground, ground):
            yield "recipient", notice.recipient

    return where


def _texts(notice: DisclosureNotice, _: Circumstances) -> Found:
    found: list[tuple[str, Words]] = []
    _collect_texts("", notice, found)
    yield from found


def _collect_texts(path: str, thing: object, found: list[tuple[str, Any]]) -> None:
    # Walks every value of every notice, so it looks at the plain dictionary of each part.
    # A field's alias needs no thought: no text has one.
    for name, value in cast("Part", thing).__dict__.items():
        if isinstance(value, Words):
            found.append((f"{path}{name}", value))
        elif isinstance(value, Part):
            _collect_texts(f"{path}{name}.", value, found)
        elif isinstance(value, tuple):
            for index, each in enumerate(value):
                place = f"{path}{name}[{index}]"
                if isinstance(each, Part):
                    _collect_texts(f"{place}.", each, found)
                elif isinstance(each, Words):
                    found.append((place, each))


@dataclass(frozen=True, slots=True)
class _Used:
    """A code as a notice uses it."""

    system: str
    code: str
    at: Instant
    first_of_its_system: bool = True


def _codes(notice: DisclosureNotice, given: Circumstances) -> Found:
    told: set[str] = set()
    for path, used in _every_code(notice, given):
        yield path, replace(used, first_of_its_system=used.system not in told)
        told.add(used.system)


def _every_code(notice: DisclosureNotice, given: Circumstances) -> Found:
    systems = given.wire.code_system
    for path, data in _data_sets(notice, given):
        for name, system in (
            ("document_type", systems.document_type),
            ("specific_document_type", systems.specific_document_type),
        ):
            coding = data.__dict__.get(name)
            if coding is not None:
                yield f"{path}.{name}", _used(coding, system, notice.disclosed_at)
    method = notice.discloser.authentication_method
    if method is not None:
        used = _Used(systems.authentication_method, str(method.code), notice.disclosed_at)
        yield "discloser.authentication_method", used
    for path, task in _service_tasks(notice, given):
        yield path, _used(task, systems.service_task, notice.disclosed_at)
    for path, task in _original_tasks(notice, given):
        yield path, _used(task, systems.original_service_task[0], notice.disclosed_at)
    if notice.type_of_disclosure is not None:
        used = _used(notice.type_of_disclosure, systems.type_of_disclosure, notice.disclosed_at)
        yield "type_of_disclosure", used
    if isinstance(notice.ground, BroadRight | AuthorityRight) and notice.ground.reason is not None:
        used = _used(notice.ground.reason, systems.access_reason, notice.disclosed_at)
        yield "ground.reason", used


def _used(coding: Coding, system: str, at: Instant) -> _Used:
    return _Used(str(coding.system or system), str(coding.code), at)


# --- what must hold there --------------------------------------------------------------------


def _has_role(role: str) -> Callable[[Any, Circumstances], bool]:
    return lambda recipient, _: role in getattr(recipient, "roles", ())


def _is_past(time: Instant, given: Circumstances) -> bool:
    return time.moment <= given.now + timedelta(seconds=given.clock_skew_s)


def _is_listed(used: _Used, given: Circumstances) -> bool:
    lists = given.code_lists
    return not lists.loaded(used.system) or lists.find(used.system, used.code) is not None


def _is_in_force(used: _Used, given: Circumstances) -> bool:
    lists = given.code_lists
    listed = lists.find(used.system, used.code) if lists.loaded(used.system) else None
    return listed is None or listed.valid_on(used.at.moment.date())


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


RULES: tuple[Rule, ...] = (
    Rule(
        "N01.nothing",
        _data_sets,
        lambda data, _: data.document_type or data.specific_document_type or data.description,
    ),
    Rule(
        "N02.system",
        _service_tasks,
        lambda task, given: task.system in (None, given.wire.code_system.service_task),
        at="system",
        expected=lambda _, given: given.wire.code_system.service_task,
    ),
    Rule(
        "N02.original",
        _original_tasks,
        lambda task, given: (
            task.system is None or str(task.system) in given.wire.code_system.original_service_task
        ),
        at="system",
        expected=_original_systems,
    ),
    Rule("N04.future", _times, _is_past),
    Rule("N04.order", _order, lambda times, _: times[0].moment <= times[1].moment),
    Rule("N07", _will_outside_kanta, lambda will, _: will.given_at, at="given_at"),
    Rule("N07", _will_outside_kanta, lambda will, _: will.given_by, at="given_by"),
    Rule("N07", _will_outside_kanta, lambda will, _: will.scope, at="scope"),
    Rule("N07.later", _will_given, lambda times, _: times[0].moment <= times[1].moment),
    Rule(
        "N08",
        _client,
        lambda client, _: client.personal_id or client.temporary_id or client.birth_date,
    ),
    Rule(
        "N08.unborn",
        _birth,
        lambda pair, _: pair[0].reveal() <= pair[1].moment.date().isoformat(),
    ),
    Rule("N09.recipient", _recipient_by(BroadRight), _has_role("social_welfare_provider")),
    Rule("N10.recipient", _recipient_by(AuthorityRight), _has_role("social_welfare_authority")),
    Rule("N11", _texts, lambda text, _: not names_a_person(text.reveal())),
    Rule("N13.real", _personal_id, _fits_environment),
    Rule("N13.artificial", _personal_id, _is_allowed_in_production),
    Rule(
        "N14.long",
        _texts,
        lambda text, given: len(text.reveal()) <= given.wire.limit.text,
        expected=lambda _, given: str(given.wire.limit.text),
    ),
    Rule("N15.unknown", _codes, _is_listed),
    Rule("N15.closed", _codes, _is_in_force),
    Rule(
        "N15.register",
        _register,
        lambda code, given: str(code) in given.wire.register_type,
        expected=lambda _, given: ", ".join(given.wire.register_type),
    ),
    Rule(
        "N15.not_loaded",
        _codes,
        lambda used, given: not used.first_of_its_system or given.code_lists.loaded(used.system),
        expected=lambda used, _: used.system,
        severity="warning",
    ),
    Rule(
        "N16",
        _recipient_by(InformationRequest),
        lambda recipient, _: recipient.kind in {"client", "person"},
    ),
)
