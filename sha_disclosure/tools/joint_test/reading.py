"""Reading case files (testitapaustiedostot): TOML, every fault named with its case and mend."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings import Retry, Timeouts
from sha_disclosure.tools.joint_test.case import Case
from sha_disclosure.tools.joint_test.notices import Replacement, notices_of

FORM = 1
"""The form of case files this version reads: ``form = 1`` in their first line."""

_PROBE_LIMIT = 1  # the length of texts is no matter while a file is only read


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one file, and the values it puts into every notice of the run."""

    cases: tuple[Case, ...]
    replace: Replacement = field(default_factory=dict, repr=False)
    folder: Path = field(default_factory=Path)


def shipped_cases() -> CaseFile:
    """Return the cases the package carries."""
    text = resources.files(__package__).joinpath("cases.toml").read_text("utf-8")
    return _case_file(tomllib.loads(text), "cases.toml", Path())


def read_cases(path: Path) -> CaseFile:
    """Return the cases of a file. Raises ConfigurationError that names every fault."""
    fault = ""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        fault = f"cannot be read ({error.strerror}); check the name"
    except UnicodeDecodeError:
        fault = "is not UTF-8 text: save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        fault = f"is not valid TOML: {error}"
    if fault:
        raise ConfigurationError(f"Cases {path}: the file {fault}")
    return _case_file(data, str(path), path.parent)


def all_cases(files: Sequence[CaseFile], wanted: Sequence[str] = ()) -> list[tuple[CaseFile, Case]]:
    """Return the cases of the files, or those with a ``wanted`` id.

    Raises ConfigurationError for an id that stands twice or nowhere.
    """
    found: dict[str, tuple[CaseFile, Case]] = {}
    for file in files:
        for case in file.cases:
            if case.id in found:
                raise ConfigurationError(f"Cases: {case.id} stands twice: give one another id")
            found[case.id] = (file, case)
    missing = [each for each in wanted if each not in found]
    if missing:
        raise ConfigurationError(
            f"Cases: there is no case {', '.join(missing)}; `sha-disclosure joint-test --list` "
            "names them all"
        )
    return [pair for name, pair in found.items() if not wanted or name in wanted]


def _case_file(data: dict[str, Any], name: str, folder: Path) -> CaseFile:
    cases, replace = data.pop("case", []), data.pop("replace", {})
    faults = []
    if data.pop("form", None) != FORM:
        faults.append(f"begin the file with form = {FORM}")
    faults += [f"{key}: unknown here; a case begins with [[case]]" for key in data]
    if not isinstance(cases, list) or not all(isinstance(each, dict) for each in cases):
        faults, cases = [*faults, "case: write each case as a table [[case]]"], []
    if not isinstance(replace, dict):
        faults, replace = [*faults, "replace: write it as a table [replace]"], {}
    read = []
    for number, each in enumerate(cases, 1):
        label = f"case {each.get('id') or f'number {number}'}"
        try:
            read.append(Case.model_validate(each))
        except ValidationError as error:
            faults += [f"{label}: {_mend(e)}" for e in error.errors(include_url=False)]
            continue
        faults += [f"{label}: {fault}" for fault in _further(read[-1], folder)]
    if faults:
        raise ConfigurationError(f"Cases {name}: " + "; ".join(dict.fromkeys(faults)))
    return CaseFile(tuple(read), replace, folder)


def _further(case: Case, folder: Path) -> Iterator[str]:
    """Yield what only shows when the case's parts are put together."""
    for table, model in (("timeouts", Timeouts), ("retry", Retry)):
        try:
            model.model_validate(getattr(case, table))
        except ValidationError as error:
            for each in error.errors(include_url=False):
                yield f"{table}.{'.'.join(map(str, each['loc']))}: not a value of the settings"
    fault = ""
    try:
        notices_of(case, folder=folder, limit=_PROBE_LIMIT, replace={})
    except ConfigurationError as error:
        fault = error.message
    if fault:
        yield fault


_MENDS = {
    "missing": "missing: add it",
    "extra_forbidden": "unknown: correct its name or remove it",
    "words": "write both languages: {{ en = \"...\", fi = \"...\" }}",
    "dataclass_type": "write both languages: {{ en = \"...\", fi = \"...\" }}",
    "source": "give one of example, file and notice",
    "literal_error": "not one of {expected}",
    "union_tag_invalid": "not one of {expected_tags}",
    "union_tag_not_found": "add kind",
    "string_pattern_mismatch": "not of the right form ({pattern})",
    "too_short": "give at least one",
    "tuple_type": "write a list",
    "string_type": "write a text",
    "dict_type": "write a table",
}  # fmt: skip


def _mend(fault: ErrorDetails) -> str:
    place = ".".join(map(str, fault["loc"]))
    mend = _MENDS.get(fault["type"], "not a fitting value: correct it")
    return f"{place}: {mend.format_map(fault.get('ctx', {}))}"
