"""The folder of imported code lists: one plain JSON file for each code system.

A file has the format of the code server's interface (``conceptCodes``), with ``system``,
``source`` and ``imported_at`` added, so a page saved from the server may be placed there too.
A file with ``"complete": false`` is a part of a list.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from sha_disclosure.boundary import boundary
from sha_disclosure.codes.concept import in_file
from sha_disclosure.codes.lists import CodeList, CodeLists, ListedCode
from sha_disclosure.codes.reading import read_code_list
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, message

_ENDINGS = {".json", ".csv", ".tsv"}


@boundary
def load_code_lists(place: Path | str) -> CodeLists:
    """Return the code lists in a folder, or in one file. Raises ConfigurationError."""
    return CodeLists.of_lists(stored_lists(Path(place)))


def code_lists_for(place: Path | None, environment: str) -> CodeLists:
    """Return the code lists of the settings; in the sandbox, the sample if there are none.

    Raises ConfigurationError.
    """
    if place is not None:
        return load_code_lists(place)
    return sample_code_lists() if environment == "sandbox" else CodeLists()


def stored_lists(place: Path) -> list[CodeList]:
    """Return the lists in a folder, or in one file. Raises ConfigurationError."""
    if place.is_file():
        return [read_code_list(place)]
    if not place.is_dir():
        raise ConfigurationError(message("codes.no_folder", path=str(place)))
    files: dict[str, Path] = {}
    lists = []
    for file in _files(place):
        read = read_code_list(file)
        if read.system in files:
            raise in_file(file, message("codes.also_in", other=files[read.system].name), line=1)
        files[read.system] = file
        lists.append(read)
    return lists


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(f for f in folder.iterdir() if f.suffix.lower() in _ENDINGS)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise in_file(folder, message("file.unreadable", reason=reason))


@cache
def sample_code_lists() -> CodeLists:
    """Return the sample that comes with the package: a dozen codes found in public documents.

    It is compiled by hand and incomplete: codes missing from it only cause a warning. The
    example notices use its codes. Real lists come from the national code server.
    """
    with resources.as_file(resources.files(__package__).joinpath("sample")) as folder:
        return load_code_lists(folder)


def store(code_list: CodeList, folder: Path) -> Path:
    """Write a list into the folder, replacing any earlier one, and return the file.

    Raises ConfigurationError. The write is atomic: a reader sees the old list or the new one.
    """
    file = folder / f"{_file_name(code_list.system)}.json"
    text = json.dumps(_document(code_list), ensure_ascii=False, indent=1) + "\n"
    fault: Message | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".", suffix=".new")
        try:
            with open(handle, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a handle
                stream.write(text)
            Path(unfinished).chmod(0o644)
            os.replace(unfinished, file)  # noqa: PTH105 - one step
        finally:
            with suppress(OSError):
                Path(unfinished).unlink(missing_ok=True)
    except OSError as error:
        fault = message("codes.unwritable", reason=error.strerror or type(error).__name__)
    if fault:
        raise in_file(file, fault)
    return file


def _file_name(system: str) -> str:
    bare = system.removeprefix("urn:oid:")
    return "".join(c if c.isalnum() or c in ".-_" else "_" for c in bare)


def _document(code_list: CodeList) -> dict[str, Any]:
    return {
        "system": code_list.system,
        "source": code_list.source,
        "imported_at": code_list.imported_at,
        **({} if code_list.complete else {"complete": False}),
        "totalItems": len(code_list.codes),
        "conceptCodes": [_concept(code) for code in code_list.codes],
    }


def _concept(code: ListedCode) -> dict[str, Any]:
    made: dict[str, Any] = {"conceptCodeId": code.code, "status": code.status}
    if code.valid_from != date.min:
        made["beginDate"] = code.valid_from.isoformat()
    if code.valid_to != date.max:
        made["expirationDate"] = code.valid_to.isoformat()
    made["attributes"] = [
        {"attributeName": "ShortName", "language": language, "attributeValue": [name]}
        for language, name in code.names.items()
    ]
    return made
