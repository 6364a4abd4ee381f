"""From a case to the data of its notices: an example or a file, with the case's changes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file
from sha_disclosure.messages import Message, message
from sha_disclosure.notice.examples import example_notices
from sha_disclosure.tools.joint_test.case import Case, Length, NoticeSource

Data = dict[str, Any]
Replacement = Mapping[str, Any]
"""Values for every notice, by path; a notice without the path stays unchanged."""

_STEP = re.compile(r"([A-Za-z_]+)|\[([0-9]{1,4})\]")
_FILLING = "Pitkä teksti, jossa on myös å, ä, ö ja €. "


def notices_of(case: Case, *, folder: Path, limit: int, replace: Replacement) -> list[Data]:
    """Return the notices of a case as data; ``limit`` is the edition's maximum text length.

    Raises ConfigurationError for a source that cannot be read or a path that does not exist.
    """
    return [_notice(each, folder, limit, replace) for each in case.notices]


def _notice(source: NoticeSource, folder: Path, limit: int, replace: Replacement) -> Data:
    data = _source(source, folder)
    for path, value in replace.items():
        if _has(data, path):
            put(data, path, value)
    for path, value in source.set.items():
        put(data, path, copy.deepcopy(value))
    for path, length in source.fill.items():
        put(data, path, _text(length, limit))
    for path in source.remove:
        _remove(data, path)
    return data


def _source(source: NoticeSource, folder: Path) -> Data:
    if source.notice is not None:
        return copy.deepcopy(source.notice)
    if source.example is not None:
        text = example_notices().get(source.example)
        if text is None:
            raise ConfigurationError(message("joint_test.no_example", example=source.example))
        data: Data = json.loads(text)
        data.pop("id", None)
        return data
    reason: Message
    try:
        data = read_json(read_file(folder / (source.file or "")).data)
        if isinstance(data, dict):
            return data
        reason = message("joint_test.no_object")
    except (Unreadable, Malformed) as error:
        reason = error.message
    raise ConfigurationError(message("joint_test.file", file=str(source.file), reason=reason))


def _text(length: Length, limit: int) -> str:
    wanted = length if isinstance(length, int) else limit + int(length[len("limit+") :] or 0)
    text = (_FILLING * (wanted // len(_FILLING) + 1))[:wanted]
    return text[:-1] + "." if text.endswith(" ") else text


def put(data: Data, path: str, value: object) -> None:
    """Set the value at a path such as ``disclosed_data[0].description``; may extend a list by one.

    Raises ConfigurationError if the parent of the path does not exist.
    """
    parent, last = _walk(data, path)
    if isinstance(parent, dict) and isinstance(last, str):
        parent[last] = value
    elif isinstance(parent, list) and isinstance(last, int) and last <= len(parent):
        parent[last : last + 1] = [value]
    else:
        raise _not_there(path)


def _remove(data: Data, path: str) -> None:
    if not _has(data, path):
        raise _not_there(path)
    parent, last = _walk(data, path)
    del parent[last]


def _has(data: Data, path: str) -> bool:
    try:
        parent, last = _walk(data, path)
        parent[last]
    except (ConfigurationError, KeyError, IndexError, TypeError):
        return False
    return True


def _walk(data: Data, path: str) -> tuple[Any, str | int]:
    if not re.fullmatch(r"[A-Za-z_]+(\[[0-9]{1,4}\])*(\.[A-Za-z_]+(\[[0-9]{1,4}\])*)*", path):
        raise ConfigurationError(message("joint_test.path_form", path=path))
    steps = [name or int(number) for name, number in _STEP.findall(path)]
    here: Any = data
    for step in steps[:-1]:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if here is None:
            raise _not_there(path)
    return here, steps[-1]


def _not_there(path: str) -> ConfigurationError:
    return ConfigurationError(message("joint_test.no_path", path=path))
