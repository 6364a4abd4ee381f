"""The valid part of settings, with every fault, where normal loading stops at the first error."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sha_disclosure.credentials import watched_files
from sha_disclosure.editions import SHIPPED
from sha_disclosure.encoding import Malformed, read_toml
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_text
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, message
from sha_disclosure.settings import FILE_VARIABLE, VARIABLE_PREFIX, Settings
from sha_disclosure.settings.findings import naming_variables
from sha_disclosure.settings.loading import beside, from_environment, merged
from sha_disclosure.settings.organisations import settings_by_requester
from sha_disclosure.tools.check.checks import failed, passed, unreadable

_CHECK = "settings"
_EVERY = frozenset(Settings.model_fields)
_REQUIRED = {"environment", "base_url", "system", "subscriber", "requester", "ids"}


@dataclass(frozen=True, slots=True)
class PartialSettings:
    """The valid part of the settings, and their faults.

    ``invalid`` lists the top-level entries that are missing or wrong: in ``settings`` they have
    the sandbox's values, or none.
    """

    settings: Settings
    folder: Path | None
    findings: tuple[Finding, ...]
    invalid: frozenset[str] = frozenset()

    def valid(self, *entries: str) -> bool:
        """Return whether all these top-level entries are valid."""
        return self.invalid.isdisjoint(entries)

    def label(self, source: Path | str) -> str:
        """Return a source's display name: its path below the settings' folder, or just its name.

        A key that is not in a file is shown without the query of its URI, which may reveal where
        the PIN is.
        """
        if isinstance(source, str):
            return source.partition("?")[0]
        with suppress(ValueError):
            if self.folder is not None:
                return str(source.absolute().relative_to(self.folder.absolute()))
        return source.name

    def without_folders(self, text: str) -> str:
        """Return a text without the folders in it, which may contain a user name."""
        for path in self._paths():
            text = text.replace(str(path), self.label(path))
        folders = [self.folder.absolute(), self.folder] if self.folder else []
        for folder in (*folders, Path.cwd(), Path.home()):
            if str(folder) not in {".", os.sep}:
                text = text.replace(f"{folder}{os.sep}", "").replace(str(folder), ".")
        return text

    def _paths(self) -> Iterator[Path]:
        for each in settings_by_requester(self.settings).values():
            with suppress(ConfigurationError):  # a wrong URI is reported when it is opened
                yield from watched_files(each)
        if self.settings.code_lists:
            yield self.settings.code_lists
        if self.settings.edition not in SHIPPED:
            yield Path(self.settings.edition)


def read_settings(path: Path | None, variables: Mapping[str, str]) -> PartialSettings:
    """Read the settings like ``Settings.load``, but collect every fault."""
    named = path or variables.get(FILE_VARIABLE)
    file = Path(named) if named else None
    entries, faults = _entries(file, variables)
    settings, wrong = _as_far_as_valid(entries)
    derived = {"requester", "ids"} - entries.keys()
    shown = [each for each in wrong if _top(each) not in derived] if entries else []
    invalid = frozenset(map(_top, wrong)) if entries else _EVERY
    faults += (_entry(each) for each in naming_variables(shown, variables.keys()))
    name = file.name if file else f"{VARIABLE_PREFIX}..."
    findings = [failed(_CHECK, each) for each in faults]
    findings = findings or [passed(_CHECK, message("check.ok.settings", file=name))]
    return PartialSettings(settings, file.parent if file else None, tuple(findings), invalid)


def _entries(
    file: Path | None, variables: Mapping[str, str]
) -> tuple[dict[str, Any], list[Message]]:
    entries: dict[str, Any] = {}
    above: dict[str, Any] = {}
    faults = []
    if file is not None:
        try:
            entries = beside(read_toml(read_text(file)), file.parent)
        except Unreadable as error:
            faults.append(unreadable(file.name, error))
        except Malformed as error:
            faults.append(message("check.not_toml", file=file.name, why=error.message))
    try:
        above = from_environment(variables)
    except ConfigurationError:
        faults.append(message("check.set_twice", prefix=VARIABLE_PREFIX))
    if file is None and not above and not faults:
        faults.append(message("check.no_settings", variable=FILE_VARIABLE))
    return merged(entries, above), faults


def _as_far_as_valid(entries: Mapping[str, Any]) -> tuple[Settings, tuple[Finding, ...]]:
    findings: tuple[Finding, ...] = ()
    try:
        return Settings(**entries), ()
    except ConfigurationError as error:
        findings = error.findings
    invalid = set(map(_top, findings))
    settings = Settings.stand_in()
    valid = {name: value for name, value in entries.items() if name not in invalid}
    valid |= {name: getattr(settings, name) for name in invalid & _REQUIRED}
    with suppress(ConfigurationError):
        settings = Settings(**valid)
    return settings, findings


def _top(finding: Finding) -> str:
    return finding.path.partition(".")[0]


def _entry(finding: Finding) -> Message:
    why = Message(finding.id, finding.parameters)
    fix = Message(f"{finding.id}.fix", finding.parameters)
    if finding.detail:
        why = message("settings.found_in", found=why, detail=finding.detail)
    return message("check.settings_entry", entry=finding.path, why=why, fix=fix)
