"""The rules for the disclosed data (N01, N02)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import Coding, DisclosureNotice

Tasks = Iterator[tuple[str, Coding]]
"""Service tasks, each with its path."""


def _data_sets(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield every data set."""
    for index, data in enumerate(notice.disclosed_data):
        yield f"disclosed_data[{index}]", data


def service_tasks(notice: DisclosureNotice) -> Tasks:
    """Yield every service task."""
    for index, data in enumerate(notice.disclosed_data):
        for place, task in enumerate(data.service_tasks):
            yield f"disclosed_data[{index}].service_tasks[{place}]", task


def original_service_tasks(notice: DisclosureNotice) -> Tasks:
    """Yield every original service task."""
    for index, data in enumerate(notice.disclosed_data):
        for place, task in enumerate(data.original_service_tasks):
            yield f"disclosed_data[{index}].original_service_tasks[{place}]", task


def _of_named_system(
    tasks: Callable[[DisclosureNotice], Tasks],
) -> Callable[[DisclosureNotice, Circumstances], Places]:
    def where(notice: DisclosureNotice, _: Circumstances) -> Places:
        return ((path, task) for path, task in tasks(notice) if task.system is not None)

    return where


DATA_SET_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule(
        "N01.nothing",
        _data_sets,
        lambda data, _: data.document_type or data.specific_document_type or data.description,
    ),
    Rule(
        "N02.system",
        _of_named_system(service_tasks),
        lambda task, given: task.system == given.wire.code_system.service_task,
        at="system",
        values={"system": lambda _, given: given.wire.code_system.service_task},
    ),
    Rule(
        "N02.original",
        _of_named_system(original_service_tasks),
        lambda task, given: str(task.system) in given.wire.code_system.original_service_task,
        at="system",
        values={"systems": lambda _, given: tuple(given.wire.code_system.original_service_task)},
    ),
)
