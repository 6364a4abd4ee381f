"""A circuit breaker for drains: while a service is down, it is tried seldom, with one notice.

States as in M. Nygard, Release It! (2007), "Circuit Breaker": closed (all pass), open (none
pass until a pause is over), half-open (one passes; its result decides).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from sha_disclosure.events import BreakerClosed, BreakerOpened, Listener, Listeners
from sha_disclosure.process import ProcessLock

State = Literal["closed", "open", "half-open"]


def _now() -> datetime:
    return datetime.now(UTC)


class Breaker:
    """The breaker of one service. Thread-safe.

    NotSent, Unavailable and OutcomeUnknown are failures; a receipt and any other error show that
    the service answers: ``succeeded``. After ``threshold`` consecutive failures the breaker opens
    for ``pause_s`` seconds, and for twice as long after each further one, up to ``longest_s``; a
    time requested by the service (Retry-After) is also honoured up to ``longest_s``. Setting the
    clock back never extends a pause beyond its length.
    """

    def __init__(
        self,
        threshold: int = 5,
        pause_s: float = 5.0,
        longest_s: float = 300.0,
        clock: Callable[[], datetime] = _now,
        *,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._threshold = threshold
        self._first = min(pause_s, longest_s)
        self._longest = longest_s
        self._clock = clock
        self._listeners = Listeners(listeners)
        self._lock = ProcessLock()
        self._state: State = "closed"
        self._failures = 0
        self._backoff = self._first
        self._pause = 0.0
        self._until = clock()

    @property
    def state(self) -> State:
        """``closed``, ``open``, or ``half-open`` while a trial is in progress."""
        return self._state

    def wait(self) -> float:
        """Return the seconds until the next attempt is allowed; 0 allows one now.

        When the pause of an open breaker is over, only one caller gets 0: it must report
        ``succeeded`` or ``failed``. If it does not (its worker died), another gets 0 a pause
        later.
        """
        with self._lock.own:
            if self._state == "closed":
                return 0.0
            left = (self._until - self._clock()).total_seconds()
            if left > self._pause:  # the clock was set back
                self._rest(self._pause)
                left = self._pause
            if left > 0:
                return left
            self._state = "half-open"
            self._rest(self._backoff)
            return 0.0

    def succeeded(self) -> None:
        """Close the breaker: the service answers."""
        if self._state == "closed" and not self._failures:
            return  # the common case, without the lock
        with self._lock.own:
            reopened = self._state != "closed"
            self._state = "closed"
            self._failures = 0
            self._backoff = self._first
        if reopened and self._listeners:
            self._listeners.notify(BreakerClosed())

    def failed(self, retry_at: datetime | None = None) -> None:
        """Count a failure; open after ``threshold`` of them, or if the trial failed.

        ``retry_at``: the earliest time at which the service accepts another request.
        """
        with self._lock.own:
            self._failures += 1
            opens = self._state == "half-open" or (
                self._state == "closed" and self._failures >= self._threshold
            )
            if self._state == "half-open":
                self._backoff = min(self._longest, self._backoff * 2)
            if opens:
                self._state = "open"
                self._rest(max(self._backoff, self._asked(retry_at)))
            elif self._state == "open" and self._asked(retry_at) > self._left():
                self._rest(self._asked(retry_at))
            failures, pause = self._failures, self._pause
        if opens and self._listeners:
            self._listeners.notify(BreakerOpened(failures, pause))

    def _asked(self, retry_at: datetime | None) -> float:
        if retry_at is None:
            return 0.0
        return min(self._longest, (retry_at - self._clock()).total_seconds())

    def _left(self) -> float:
        return (self._until - self._clock()).total_seconds()

    def _rest(self, seconds: float) -> None:
        self._pause = seconds
        self._until = self._clock() + timedelta(seconds=seconds)
