"""Settings read with every fault, where loading them ends in one refusal."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sha_disclosure.credentials import watched_files
from sha_disclosure.editions import SHIPPED
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import FILE_VARIABLE, VARIABLE_PREFIX, Settings
from sha_disclosure.settings.findings import naming_variables
from sha_disclosure.settings.loading import beside, from_environment, merged
from sha_disclosure.settings.organisations import by_requester
from sha_disclosure.tools.check.trouble import Trouble, unreadable


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """The settings as far as they are valid.

    ``findings`` are its wrong entries, ``wanting`` the top entries they are in: these hold the
    sandbox's values or none in ``settings``.
    """

    settings: Settings
    folder: Path | None
    name: str
    trouble: Trouble | None = None
    findings: tuple[Finding, ...] = ()
    wanting: frozenset[str] = frozenset()

    def shown(self, path: Path | str) -> str:
        """Return a path as it may be shown: below the settings' folder, else its name only.

        The URI of a key that is in no file is shown without its query, which says where the
        PIN is.
        """
        if isinstance(path, str):
            return path.partition("?")[0]
        with suppress(ValueError):
            if self.folder is not None:
                return str(path.absolute().relative_to(self.folder.absolute()))
        return path.name

    def safe(self, text: str) -> str:
        """Return a text of others without the folders it names: these may hold a user's name."""
        for path in self._paths():
            text = text.replace(str(path), self.shown(path))
        folders = [self.folder.absolute(), self.folder] if self.folder else []
        for folder in (*folders, Path.cwd(), Path.home()):
            if str(folder) not in {".", os.sep}:
                text = text.replace(f"{folder}{os.sep}", "").replace(str(folder), ".")
        return text

    def _paths(self) -> Iterator[Path]:
        given = self.settings
        for each in by_requester(given).values():
            with suppress(ConfigurationError):  # a URI that is none is told where it is opened
                yield from watched_files(each)
        yield from filter(None, (given.code_lists,))
        if given.edition not in SHIPPED:
            yield Path(given.edition)


def read_settings(path: Path | None, variables: Mapping[str, str]) -> SettingsRead:
    """Read the settings as ``Settings.load`` does, with every fault."""
    named = path or variables.get(FILE_VARIABLE)
    file = Path(named) if named else None
    folder = file.parent if file else None
    data, trouble = _read_file(file) if file else ({}, None)
    above: dict[str, Any] = {}
    try:
        above = from_environment(variables)
    except ConfigurationError:
        trouble = trouble or _TORN
    if file is None and not above:
        trouble = trouble or _NO_SETTINGS
    given = merged(data, above)
    settings, findings = _as_far_as_valid(given)
    wanting = frozenset(_top(finding) for finding in findings)
    derived = {"requester", "ids"} - given.keys()
    shown = tuple(finding for finding in findings if _top(finding) not in derived)
    name = file.name if file else VARIABLE_PREFIX + "..."
    if not given:
        return SettingsRead(settings, folder, name, trouble, (), _EVERY)
    named_by = naming_variables(shown, variables.keys())
    return SettingsRead(settings, folder, name, trouble, named_by, wanting)


def _as_far_as_valid(given: Mapping[str, Any]) -> tuple[Settings, tuple[Finding, ...]]:
    findings: tuple[Finding, ...] = ()
    try:
        return Settings(**given), ()
    except ConfigurationError as error:
        findings = error.findings
    wanting = {_top(finding) for finding in findings}
    stand_in = Settings.stand_in()
    fit = {name: value for name, value in given.items() if name not in wanting}
    fit |= {name: getattr(stand_in, name) for name in wanting & _REQUIRED}
    with suppress(ConfigurationError):
        stand_in = Settings(**fit)
    return stand_in, findings


def _top(finding: Finding) -> str:
    return finding.path.partition(".")[0]


_EVERY = frozenset(Settings.model_fields)
_REQUIRED = {"environment", "base_url", "system", "subscriber", "requester", "ids"}


def _read_file(path: Path) -> tuple[dict[str, Any], Trouble | None]:
    try:
        return beside(tomllib.loads(path.read_text("utf-8")), path.parent), None
    except OSError as error:
        trouble = unreadable(path.name, error)
    except UnicodeDecodeError:
        trouble = Trouble(
            Words(f"{path.name} is not UTF-8 text", f"{path.name} ei ole UTF-8-tekstiä"),
            Words("save it as UTF-8", "tallenna se UTF-8-muodossa"),
        )
    except tomllib.TOMLDecodeError as error:
        # The message may quote a value; the place in it may not.
        place = str(error).rpartition("(at ")[2].rstrip(")") if "(at " in str(error) else ""
        told = f" ({place})" if place else ""
        trouble = Trouble(
            Words(f"{path.name} is not valid TOML{told}", f"{path.name} ei ole TOML:ia{told}"),
            Words("check quotes and brackets", "tarkista lainausmerkit ja sulut"),
        )
    return {}, trouble


_NO_SETTINGS = Trouble(
    Words("there are no settings", "asetuksia ei ole"),
    Words(
        f"give --settings FILE, or name the file in {FILE_VARIABLE}; "
        "`sha-disclosure sandbox --dir D` writes one to start from",
        f"anna --settings TIEDOSTO tai nimeä tiedosto muuttujassa {FILE_VARIABLE}; "
        "`sha-disclosure sandbox --dir D` kirjoittaa mallin",
    ),
)
_TORN = Trouble(
    Words(
        "two variables set the same entry, one whole and one in part",
        "kaksi ympäristömuuttujaa asettaa saman kohdan, toinen kokonaan ja toinen osittain",
    ),
    Words(
        f"keep one of the {VARIABLE_PREFIX}... variables",
        f"pidä {VARIABLE_PREFIX}...-muuttujista toinen",
    ),
)
