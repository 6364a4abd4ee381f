"""Where the rules of a notice look: pairs of a path in the caller's object and what is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sha_disclosure.codes import UsedCode
from sha_disclosure.law.judging import Found, texts_of
from sha_disclosure.law.rules.circumstances import Circumstances
from sha_disclosure.notice import AuthorityRight, BroadRight, Consent, DisclosureNotice, Permission
from sha_disclosure.values import Instant, WrittenText


def is_past(time: Instant, given: Circumstances) -> bool:
    """Return whether a time is past, as far as the clocks may differ."""
    return time.moment <= given.now + timedelta(seconds=given.clock_skew_s)


def client(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield the client."""
    yield "client", notice.client


def personal_id(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield the client's identity code, if given."""
    if notice.client.personal_id is not None:
        yield "client.personal_id", notice.client.personal_id


def birth(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield the date of birth, if given, with the time of the disclosure."""
    if notice.client.birth_date is not None:
        yield "client.birth_date", (notice.client.birth_date, notice.disclosed_at)


def both_births(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield the date of birth with the identity code, when both are given."""
    client = notice.client
    if client.birth_date is not None and client.personal_id is not None:
        yield "client.birth_date", (client.birth_date, client.personal_id)


def controller(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield the controller's OID."""
    yield "controller.oid", notice.controller.oid


def register(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield the code of the register."""
    yield "controller.register", notice.controller.register


def times(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield the times of the notice."""
    for name in ("disclosed_at", "recorded_at"):
        time = notice.__dict__.get(name)
        if time is not None:
            yield name, time


def order(notice: DisclosureNotice, given: Circumstances) -> Found:
    """Yield both times, when the disclosure is past."""
    if notice.recorded_at is not None and is_past(notice.disclosed_at, given):
        yield "recorded_at", (notice.disclosed_at, notice.recorded_at)


def data_sets(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield every data set."""
    for index, data in enumerate(notice.disclosed_data):
        yield f"disclosed_data[{index}]", data


def service_tasks(notice: DisclosureNotice, given: Circumstances) -> Found:
    """Yield every service task."""
    for path, data in data_sets(notice, given):
        for index, task in enumerate(data.service_tasks):
            yield f"{path}.service_tasks[{index}]", task


def original_tasks(notice: DisclosureNotice, given: Circumstances) -> Found:
    """Yield every original service task."""
    for path, data in data_sets(notice, given):
        for index, task in enumerate(data.original_service_tasks):
            yield f"{path}.original_service_tasks[{index}]", task


def will_outside_kanta(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield a permission or consent that Kanta does not hold."""
    ground = notice.ground
    if isinstance(ground, Permission | Consent) and not ground.stored_in_kanta:
        yield "ground", ground


def will_given(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield when a permission or consent was given, with the time of the disclosure."""
    ground = notice.ground
    if isinstance(ground, Permission | Consent) and ground.given_at is not None:
        yield "ground.given_at", (ground.given_at, notice.disclosed_at)


def texts(notice: DisclosureNotice, _: Circumstances) -> Found:
    """Yield every text a person wrote."""
    yield from texts_of(notice, WrittenText)


def codes(notice: DisclosureNotice, given: Circumstances) -> Found:
    """Yield every code of a national list, the first of each list marked."""
    told: set[str] = set()
    for path, used in _every_code(notice, given):
        if used.system in told:
            used = replace(used, first_of_its_system=False)  # noqa: PLW2901 - the same code
        told.add(used.system)
        yield path, used


def _every_code(notice: DisclosureNotice, given: Circumstances) -> Found:
    systems = given.wire.code_system
    for path, data in data_sets(notice, given):
        for name, system in (
            ("document_type", systems.document_type),
            ("specific_document_type", systems.specific_document_type),
        ):
            coding = data.__dict__.get(name)
            if coding is not None:
                yield f"{path}.{name}", UsedCode.of(coding, system, notice.disclosed_at)
    method = notice.discloser.authentication_method
    if method is not None:
        used = UsedCode(systems.authentication_method, str(method.code), notice.disclosed_at)
        yield "discloser.authentication_method", used
    for path, task in service_tasks(notice, given):
        yield path, UsedCode.of(task, systems.service_task, notice.disclosed_at)
    for path, task in original_tasks(notice, given):
        yield path, UsedCode.of(task, systems.original_service_task[0], notice.disclosed_at)
    if notice.type_of_disclosure is not None:
        used = UsedCode.of(
            notice.type_of_disclosure, systems.type_of_disclosure, notice.disclosed_at
        )
        yield "type_of_disclosure", used
    if isinstance(notice.ground, BroadRight | AuthorityRight) and notice.ground.reason is not None:
        used = UsedCode.of(notice.ground.reason, systems.access_reason, notice.disclosed_at)
        yield "ground.reason", used
