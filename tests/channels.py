"""Every channel by which an error, and what its frames hold, gets into a log or a tracker."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import traceback
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any

from rich.console import Console
from rich.traceback import Traceback

import sha_disclosure
from sha_disclosure import DisclosureError

_TESTS = str(Path(__file__).parent)
_PACKAGE = str(Path(sha_disclosure.__file__).parent)


def channels_of(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield what each channel shows of an error, the frames of the tests themselves left out."""
    yield "its text", f"{error!r} {error} {format(error)} {error.args!r}"
    yield "its attributes", "".join(_serialised(vars(error)))
    yield "logging", _logged(error)
    if isinstance(error, DisclosureError):
        yield "json", json.dumps(error.to_dict()) + error.text("fi")
        pickled = pickle.dumps(error)
        yield "a pickle", pickled.decode("latin-1") + ascii(pickled)
        for again in (pickle.loads(pickled), copy.copy(error), copy.deepcopy(error)):
            yield "a copy", f"{again!r}{again}{again.to_dict()}" + "".join(_serialised(vars(again)))
    for each in _chain(error):
        yield "a chained text", f"{each!r} {each} {each.args!r}"
        yield from _frames_of(each)


def frames_of_package(error: BaseException) -> list[str]:
    """Return the places within the package that an error's traceback goes through."""
    frames = [f for each in _chain(error) for f, _ in traceback.walk_tb(each.__traceback__)]
    return [f.f_code.co_qualname for f in frames if _PACKAGE in f.f_code.co_filename]


def locals_shown(
    frame: FrameType | None, known: Set[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Yield what trackers show of the frames that are running: below a logging call, say."""
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_TESTS):
            for name, value in list(frame.f_locals.items()):
                place = f"{frame.f_code.co_qualname}: {name}"
                if place not in known:
                    yield place, "".join(_serialised(value))
        frame = frame.f_back


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _logged(error: BaseException) -> str:
    stream = io.StringIO()
    logger = logging.Logger("of-a-host")  # noqa: LOG001 - known to nobody else
    logger.addHandler(logging.StreamHandler(stream))
    logger.error("it failed: %s", error, exc_info=error)
    return stream.getvalue().replace(_TESTS, "")


def _frames_of(error: BaseException) -> Iterator[tuple[str, str]]:
    trace = _from_package(error.__traceback__)
    inside = [
        (frame, line)
        for frame, line in traceback.walk_tb(trace)
        if not frame.f_code.co_filename.startswith(_TESTS)
    ]
    captured = traceback.StackSummary.extract(iter(inside), capture_locals=True)
    yield "capture_locals", "".join(str(each.locals) for each in captured)
    for frame, _ in inside:
        for name, value in list(frame.f_locals.items()):
            yield f"{frame.f_code.co_qualname}: {name}", "".join(_serialised(value))
    if trace is not None:
        shown = Traceback.from_exception(type(error), error, trace, show_locals=True)
        console = Console(file=io.StringIO(), width=200)
        console.print(shown)
        yield "rich", console.file.getvalue()  # type: ignore[attr-defined]


def _from_package(trace: TracebackType | None) -> TracebackType | None:
    """Return the traceback without the frames of the host before the package's first."""
    while trace is not None and _PACKAGE not in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return trace


def _serialised(value: Any) -> Iterator[str]:
    """Yield a value as trackers serialise it: its repr, its members, its attributes' repr."""
    yield from _members(value, 3)
    if hasattr(value, "__dict__") and not isinstance(value, type | ModuleType):
        yield _repr(vars(value))


def _members(value: Any, depth: int) -> Iterator[str]:
    yield _repr(value)
    if depth == 0 or isinstance(value, str | bytes):
        return
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, Sequence | Set):
        for each in value:
            yield from _members(each, depth - 1)


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - a half-made object, as trackers meet them
        return repr(error)
