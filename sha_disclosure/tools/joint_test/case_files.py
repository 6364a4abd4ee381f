"""Reads case files (testitapaustiedostot) in TOML; every fault names its case and its fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sha_disclosure.encoding import Malformed, read_toml
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_text
from sha_disclosure.messages import Message, message
from sha_disclosure.settings import Retry, Timeouts
from sha_disclosure.tools.joint_test.case import Case
from sha_disclosure.tools.joint_test.notices import Replacement, notices_of

FORM = 1
"""The format version of case files: ``form = 1`` in the first line."""

_ANY_LIMIT = 1  # the length of texts does not matter when a file is only checked


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one file, and the values it sets in every notice of the run."""

    cases: tuple[Case, ...]
    replace: Replacement = field(default_factory=dict, repr=False)
    folder: Path = field(default_factory=Path)


def shipped_cases() -> CaseFile:
    """Return the cases included in the package."""
    text = resources.files(__package__).joinpath("cases.toml").read_text("utf-8")
    return _case_file(read_toml(text), "cases.toml", Path())


def read_cases(path: Path) -> CaseFile:
    """Return the cases of a file. Raises ConfigurationError with every fault."""
    fault: Message
    try:
        return _case_file(read_toml(read_text(path)), str(path), path.parent)
    except (Malformed, Unreadable) as error:
        fault = error.message
    raise ConfigurationError(message("joint_test.case_file", file=str(path), faults=(fault,)))


def all_cases(files: Sequence[CaseFile], wanted: Sequence[str] = ()) -> list[tuple[CaseFile, Case]]:
    """Return the cases of the files, or those with a ``wanted`` id.

    Raises ConfigurationError for a duplicate or unknown id.
    """
    found: dict[str, tuple[CaseFile, Case]] = {}
    for file in files:
        for case in file.cases:
            if case.id in found:
                raise ConfigurationError(message("joint_test.case_twice", case=case.id))
            found[case.id] = (file, case)
    missing = tuple(each for each in wanted if each not in found)
    if missing:
        raise ConfigurationError(message("joint_test.no_case", cases=missing))
    return [pair for name, pair in found.items() if not wanted or name in wanted]


def _case_file(data: dict[str, Any], name: str, folder: Path) -> CaseFile:
    cases, replace = data.pop("case", []), data.pop("replace", {})
    faults: list[Message] = []
    if data.pop("form", None) != FORM:
        faults.append(message("joint_test.fault.form", form=FORM))
    faults += [message("joint_test.fault.key", key=key) for key in data]
    if not isinstance(cases, list) or not all(isinstance(each, dict) for each in cases):
        faults.append(message("joint_test.fault.case"))
        cases = []
    if not isinstance(replace, dict):
        faults.append(message("joint_test.fault.replace"))
        replace = {}
    read: list[Case] = []
    for number, each in enumerate(cases, 1):
        found, case = _read_case(each, folder)
        label = each.get("id") or message("joint_test.case_number", number=number)
        label = label if isinstance(label, Message) else str(label)
        faults += [message("joint_test.fault.in_case", case=label, fault=f) for f in found]
        read += [case] if case else []
    if faults:
        each_once = tuple(dict.fromkeys(faults))
        raise ConfigurationError(message("joint_test.case_file", file=name, faults=each_once))
    return CaseFile(tuple(read), replace, folder)


def _read_case(data: dict[str, Any], folder: Path) -> tuple[list[Message], Case | None]:
    try:
        case = Case.model_validate(data)
    except ValidationError as error:
        return [_fault(each) for each in error.errors(include_url=False)], None
    return list(_further(case, folder)), case


def _further(case: Case, folder: Path) -> Iterator[Message]:
    """Yield faults that only show when the case's parts are combined."""
    for table, model in (("timeouts", Timeouts), ("retry", Retry)):
        try:
            model.model_validate(getattr(case, table))
        except ValidationError as error:
            for each in error.errors(include_url=False):
                path = ".".join((table, *map(str, each["loc"])))
                yield message("joint_test.fault.at", path=path, fix=message("joint_test.fix.value"))
    fault: Message | str | None = None
    try:
        notices_of(case, folder=folder, limit=_ANY_LIMIT, replace={})
    except ConfigurationError as error:
        fault = error.sentence
    if isinstance(fault, Message):
        yield fault


_FIXES = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "translation": "translation",
    "model_type": "table",
    "source": "source",
    "union_tag_not_found": "kind",
    "too_short": "at_least_one",
    "tuple_type": "list",
    "string_type": "text",
    "dict_type": "table",
}
_CHOICES = {"literal_error": "expected", "union_tag_invalid": "expected_tags"}


def _fault(fault: ErrorDetails) -> Message:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _CHOICES:
        fix = message("joint_test.fix.choose", values=str(context[_CHOICES[kind]]))
    elif kind == "string_pattern_mismatch":
        fix = message("joint_test.fix.form", pattern=str(context["pattern"]))
    else:
        fix = message(f"joint_test.fix.{_FIXES.get(kind, 'other')}")
    return message("joint_test.fault.at", path=".".join(map(str, fault["loc"])), fix=fix)
