"""The rules on what was disclosed (N01, N02)."""

from __future__ import annotations

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import DisclosureNotice


def data_sets(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield every data set."""
    for index, data in enumerate(notice.disclosed_data):
        yield f"disclosed_data[{index}]", data


def service_tasks(notice: DisclosureNotice, given: Circumstances) -> Places:
    """Yield every service task."""
    for path, data in data_sets(notice, given):
        for index, task in enumerate(data.service_tasks):
            yield f"{path}.service_tasks[{index}]", task


def original_service_tasks(notice: DisclosureNotice, given: Circumstances) -> Places:
    """Yield every original service task."""
    for path, data in data_sets(notice, given):
        for index, task in enumerate(data.original_service_tasks):
            yield f"{path}.original_service_tasks[{index}]", task


DATA_SET_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule(
        "N01.nothing",
        data_sets,
        lambda data, _: data.document_type or data.specific_document_type or data.description,
    ),
    Rule(
        "N02.system",
        service_tasks,
        lambda task, given: task.system in (None, given.wire.code_system.service_task),
        at="system",
        values={"system": lambda _, given: given.wire.code_system.service_task},
    ),
    Rule(
        "N02.original",
        original_service_tasks,
        lambda task, given: (
            task.system is None or str(task.system) in given.wire.code_system.original_service_task
        ),
        at="system",
        values={"systems": lambda _, given: tuple(given.wire.code_system.original_service_task)},
    ),
)
