"""The idle lanes to one service.

There is no fixed pool: a request takes an idle lane or opens one, and a lane is returned only
after a clean exchange. An interrupted, cancelled or forked lane is simply closed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from sha_disclosure.delivery.lane import Lane

_KEPT_S = 5.0  # servers close connections that are idle for longer
_L = TypeVar("_L", bound=Lane)


class IdleLanes(Generic[_L]):
    """The idle lanes, the last used on top; thread-safe and fork-safe."""

    def __init__(self, make: Callable[[], _L], most: int) -> None:
        self._make = make
        self._lanes: deque[tuple[_L, float]] = deque(maxlen=most)
        self._closed = False

    def take(self) -> _L:
        """Return an idle lane that has received nothing since, or a new one to be opened."""
        while True:
            try:
                lane, until = self._lanes.pop()
            except IndexError:
                return self._make()
            if lane.own and time.monotonic() < until and lane.quiet():
                return lane
            lane.close()

    def give_back(self, lane: _L) -> None:
        """Keep a lane for another request, or close one that did not end its exchange cleanly."""
        if not lane.ready or self._closed or len(self._lanes) == self._lanes.maxlen:
            lane.close()
            return
        self._lanes.append((lane, time.monotonic() + _KEPT_S))
        if self._closed:  # closed meanwhile by another thread
            self.close()

    def close(self) -> None:
        """Close the idle lanes, and from now on each busy one after its exchange."""
        self._closed = True
        while self._lanes:
            try:
                lane, _ = self._lanes.pop()
            except IndexError:
                return
            lane.close()
