"""The public boundary: what an error carries when it leaves the SDK.

A traceback keeps the local variables of every frame it passed through, and error trackers
print them: content, keys and passphrases among them. The SDK's own errors therefore leave
without the internal frames and without their causes, and any other exception leaves with
those frames cleared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from inspect import (
    CO_ASYNC_GENERATOR,
    CO_COROUTINE,
    CO_GENERATOR,
    iscoroutinefunction,
    isgeneratorfunction,
)
from types import FrameType
from typing import Any, ParamSpec, TypeVar, cast

from sha_disclosure.errors import DisclosureError
from sha_disclosure.process import handler_codes

P = ParamSpec("P")
R = TypeVar("R")


def boundary(call: Callable[P, R]) -> Callable[P, R]:
    """Return a public function, coroutine function or generator whose errors expose no internals.

    An exception of the calling program stays the same object, with its cause and traceback.
    """
    if iscoroutinefunction(call):

        @wraps(call)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            handled = sys.exception()
            try:
                return await call(*args, **kwargs)
            except BaseException as error:
                del args, kwargs
                _leave(error, handled)
                raise

        return cast("Callable[P, R]", awaited)

    if isgeneratorfunction(call):

        @wraps(call)
        def yielded(*args: Any, **kwargs: Any) -> Any:
            handled = sys.exception()
            try:
                yield from call(*args, **kwargs)
            except GeneratorExit:
                raise
            except BaseException as error:
                del args, kwargs
                _leave(error, handled)
                raise

        return cast("Callable[P, R]", yielded)

    @wraps(call)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        handled = sys.exception()
        try:
            return call(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            _leave(error, handled)
            raise

    return called


def _leave(error: BaseException, handled: BaseException | None) -> None:
    """Remove internals from an error; ``handled`` is what its caller was already handling."""
    if isinstance(error, DisclosureError):
        error.__traceback__ = error.__cause__ = None
        error.__context__ = None if error is handled else handled
        error.__suppress_context__ = False
        return
    known: set[int] = {id(handled)}
    waiting: list[BaseException | None] = [error]
    while waiting:
        inside = waiting.pop()
        if inside is None or id(inside) in known:
            continue
        known.add(id(inside))
        _empty_frames(inside)
        waiting += [inside.__cause__, inside.__context__, *getattr(inside, "exceptions", ())]


def _empty_frames(error: BaseException) -> None:
    """Clear the frames of a traceback, except a signal handler's and those it called."""
    place, handlers = error.__traceback__, handler_codes()
    while place is not None and place.tb_frame.f_code not in handlers:
        if _is_over(place.tb_frame):
            with suppress(RuntimeError):  # still executing: a frame of the caller
                place.tb_frame.clear()
        place = place.tb_next


_RESUMABLE = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR


def _is_over(frame: FrameType) -> bool:
    """Return whether a frame may be cleared; clearing a suspended foreign one would close it."""
    ours = str(frame.f_globals.get("__name__")).partition(".")[0] == __package__
    return ours or not frame.f_code.co_flags & _RESUMABLE
