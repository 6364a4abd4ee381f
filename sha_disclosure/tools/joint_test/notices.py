"""From a case to the data of its notices: an example or a file, with the case's changes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.notice.examples import example_notices
from sha_disclosure.tools.joint_test.case import Case, Length, NoticeSource

Data = dict[str, Any]
Replacement = Mapping[str, Any]
"""Values for every notice, by their place; where a notice has no such place it stays as it is."""

_STEP = re.compile(r"([A-Za-z_]+)|\[([0-9]{1,4})\]")
_FILLING = "Pitkä teksti, jossa on myös å, ä, ö ja €. "


def notices_of(case: Case, *, folder: Path, limit: int, replace: Replacement) -> list[Data]:
    """Return the notices of a case as data; ``limit`` is the edition's longest text.

    Raises ConfigurationError for a source that cannot be read or a place that is not there.
    """
    return [_notice(each, folder, limit, replace) for each in case.notices]


def _notice(source: NoticeSource, folder: Path, limit: int, replace: Replacement) -> Data:
    data = _source(source, folder)
    for place, value in replace.items():
        if _has(data, place):
            put(data, place, value)
    for place, value in source.set.items():
        put(data, place, copy.deepcopy(value))
    for place, length in source.fill.items():
        put(data, place, _text(length, limit))
    for place in source.remove:
        _take(data, place)
    return data


def _source(source: NoticeSource, folder: Path) -> Data:
    if source.notice is not None:
        return copy.deepcopy(source.notice)
    if source.example is not None:
        text = example_notices().get(source.example)
        if text is None:
            raise ConfigurationError(f"example {source.example}: the package has none of that name")
        data: Data = json.loads(text)
        data.pop("id", None)
        return data
    path, fault = folder / (source.file or ""), ""
    try:
        data = json.loads(path.read_text("utf-8"))
        if isinstance(data, dict):
            return data
        fault = "it is no JSON object"
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
    except ValueError:
        fault = "it is not JSON in UTF-8"
    raise ConfigurationError(f"file {source.file}: {fault}; correct the name or the file")


def _text(length: Length, limit: int) -> str:
    wanted = length if isinstance(length, int) else limit + int(length[len("limit+") :] or 0)
    text = (_FILLING * (wanted // len(_FILLING) + 1))[:wanted]
    return text[:-1] + "." if text.endswith(" ") else text


def put(data: Data, place: str, value: object) -> None:
    """Put a value at a place such as ``disclosed_data[0].description``; a list may grow by one.

    Raises ConfigurationError when the way there is not in the notice.
    """
    above, last = _walk(data, place)
    if isinstance(above, dict) and isinstance(last, str):
        above[last] = value
    elif isinstance(above, list) and isinstance(last, int) and last <= len(above):
        above[last : last + 1] = [value]
    else:
        raise _nowhere(place)


def _take(data: Data, place: str) -> None:
    if not _has(data, place):
        raise _nowhere(place)
    above, last = _walk(data, place)
    del above[last]


def _has(data: Data, place: str) -> bool:
    try:
        above, last = _walk(data, place)
        above[last]
    except (ConfigurationError, KeyError, IndexError, TypeError):
        return False
    return True


def _walk(data: Data, place: str) -> tuple[Any, str | int]:
    if not re.fullmatch(r"[A-Za-z_]+(\[[0-9]{1,4}\])*(\.[A-Za-z_]+(\[[0-9]{1,4}\])*)*", place):
        raise ConfigurationError(
            f"place {place}: write it like client.family_name or disclosed_data[0].description"
        )
    steps = [name or int(number) for name, number in _STEP.findall(place)]
    here: Any = data
    for step in steps[:-1]:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if here is None:
            raise _nowhere(place)
    return here, steps[-1]


def _nowhere(place: str) -> ConfigurationError:
    return ConfigurationError(f"place {place}: it is not in the notice; correct the place")
