"""The course of one drain: its times, whether it goes on, what it holds and what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from sha_disclosure.backoff import backoff
from sha_disclosure.errors import OutboxBusy, OutboxError
from sha_disclosure.outbox.crew import Crew, Event
from sha_disclosure.outbox.database_errors import is_unreachable
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.process import ProcessLock
from sha_disclosure.sources import Sources

_BUSY_TRIES = 8
_LOOK_S = 0.1
_T = TypeVar("_T")


def _silent() -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What one drain did (purun tulos), in messages and ``seconds``.

    ``delivered``, ``parked`` and ``quarantined`` are messages; ``postponed`` counts attempts
    after which a message waits for its next one, ``lost_leases`` results that came after
    another worker had taken the message over.
    """

    delivered: int
    parked: int
    quarantined: int
    postponed: int
    lost_leases: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of a drain (ajoitus), in seconds.

    ``lease_s``: how long a worker that died keeps others from its message. ``poll_s``: how
    often an idle worker looks for messages. ``patience_s``: how long a drain until empty waits
    for the next message to come due, and for a database that cannot be reached.
    """

    lease_s: float = 60.0
    poll_s: float = 1.0
    patience_s: float = 30.0


@dataclass(frozen=True)
class Watch:
    """What is seen of a drain while it runs: its beats, and its counts by state."""

    beat: Callable[[], None] = _silent
    counts: Counter[str] = field(default_factory=Counter)


class Course:
    """What the workers of one drain share. May be used by many threads.

    ``beat`` is called whenever a worker reached the database.
    """

    def __init__(
        self,
        crew: Crew,
        sources: Sources,
        timing: Timing,
        stop: Event,
        *,
        until_empty: bool,
        watch: Watch,
    ) -> None:
        self.sources = sources
        self.timing = timing
        self.until_empty = until_empty
        self.stop = stop
        self.beat = watch.beat
        self.ended = crew.event()
        self.error: BaseException | None = None
        self._message_done = crew.event()
        self._lock = ProcessLock()
        self._held: dict[str, int] = {}
        self._counts: Counter[str] = watch.counts

    @property
    def stopping(self) -> bool:
        """Whether no further message is to be taken."""
        return self.stop.is_set() or self.error is not None

    def fail(self, error: BaseException) -> None:
        """End the drain with an error."""
        with self._lock.own:
            self.error = self.error or error

    def hold(self, leased: Leased | None) -> Leased | None:
        """Note that a worker holds a message, if it leased one."""
        if leased is not None:
            with self._lock.own:
                self._held[leased.token] = leased.number
        return leased

    def release(self, leased: Leased) -> None:
        """Note that a worker is done with a message."""
        with self._lock.own:
            del self._held[leased.token]
        self._message_done.set()

    @property
    def held(self) -> list[str]:
        """The leases that are held now."""
        with self._lock.own:
            return list(self._held)

    def count(self, **messages: int) -> None:
        """Add to the counts, by state."""
        with self._lock.own:
            self._counts.update(messages)

    def report(self, seconds: float) -> DrainReport:
        """Return what was counted."""
        return report_of(self._counts, seconds)

    def wait_for_others(self, seconds: float) -> None:
        """Wait until a message that is held is done: a later one of its client may be leased."""
        until = self.sources.monotonic() + seconds
        self._message_done.clear()
        while self.held and not self.stopping:
            left = until - self.sources.monotonic()
            if left <= 0 or self._message_done.wait(min(left, _LOOK_S)):
                return

    def while_busy(self, work: Callable[[], _T]) -> _T:
        """Do work on the database, again while it is locked by others or cannot be reached.

        A drain that runs until it is stopped waits for as long as that takes, one until empty
        for its ``patience_s`` at least.
        """
        failures, waited_s = 0, 0.0
        while True:
            try:
                return work()
            except OutboxError as error:
                failures += 1
                for_ever = not self.until_empty and not self.stopping
                patience_s = 0.0 if self.stopping else self.timing.patience_s
                enough = failures >= _BUSY_TRIES and waited_s >= patience_s
                if not passes(error) or (enough and not for_ever):
                    raise
            fraction = self.sources.randomness.random()
            pause = backoff(failures, base_s=0.05, longest_s=6.4, fraction=fraction)
            self.ended.wait(pause)
            waited_s += pause


def report_of(counts: Counter[str], seconds: float) -> DrainReport:
    """Return the counts of a drain, by state, as its report."""
    return DrainReport(
        delivered=counts["delivered"],
        parked=counts["parked"],
        quarantined=counts["quarantined"],
        postponed=counts["pending"],
        lost_leases=counts["lost"],
        seconds=seconds,
    )


def passes(error: OutboxError) -> bool:
    """Return whether the same work may succeed a little later."""
    return isinstance(error, OutboxBusy) or is_unreachable(error)
