"""The state of one drain: its timing, whether it continues, and its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from sha_disclosure.backoff import backoff
from sha_disclosure.errors import OutboxBusy, OutboxError
from sha_disclosure.messages import message
from sha_disclosure.outbox.concurrency import Concurrency, Event
from sha_disclosure.outbox.database_errors import is_unreachable
from sha_disclosure.process import ProcessLock
from sha_disclosure.sources import Sources

_BUSY_TRIES = 8
_T = TypeVar("_T")


def _silent() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What one drain did (purun tulos), in messages and ``seconds``.

    ``delivered``, ``parked`` and ``quarantined`` are messages; ``postponed`` counts attempts
    after which a message waits for its next one, ``lost_leases`` results that arrived after
    another worker had taken over the message.
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
    """The timing of a drain (ajoitus), in seconds.

    ``lease_s``: how long a drain that died keeps its messages from others. ``poll_s``: how often an
    idle drain looks for messages. ``patience_s``: how long a drain until empty waits for the next
    message to become due, and for a database that cannot be reached.
    """

    lease_s: float = 60.0
    poll_s: float = 1.0
    patience_s: float = 30.0


@dataclass(frozen=True)
class Watch:
    """The observable state of a running drain: its heartbeat, and its counts by state."""

    beat: Callable[[], None] = _silent
    counts: Counter[str] = field(default_factory=Counter)


class DrainState:
    """The shared state of one drain's workers. Thread-safe.

    ``beat`` is called whenever the drain reaches its database.
    """

    def __init__(
        self,
        concurrency: Concurrency,
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
        self._concurrency = concurrency
        self.error: BaseException | None = None
        self._lock = ProcessLock()
        self._counts: Counter[str] = watch.counts

    @property
    def stopping(self) -> bool:
        """Whether no further message may be taken."""
        return self.stop.is_set() or self.error is not None

    def fail(self, error: BaseException) -> None:
        """End the drain with an error: one of the outbox, or of the program, is raised."""
        if isinstance(error, Exception) and not isinstance(error, OutboxError):
            error = OutboxError(message("outbox.worker_failed", kind=type(error).__name__))
        with self._lock.own:
            self.error = self.error or error

    def count(self, messages: Mapping[str, int]) -> None:
        """Add to the counts, by state."""
        with self._lock.own:
            self._counts.update(messages)

    def report(self, seconds: float) -> DrainReport:
        """Return what was counted."""
        return report_of(self._counts, seconds)

    def while_busy(self, work: Callable[[], _T]) -> _T:
        """Do work on the database, retrying while it is locked or cannot be reached.

        A drain that runs until it is stopped retries without limit, one until empty for at least
        ``patience_s``.
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
            self._concurrency.rest(pause)
            waited_s += pause


def report_of(counts: Counter[str], seconds: float) -> DrainReport:
    """Return the report of a drain from its counts by state."""
    return DrainReport(
        delivered=counts["delivered"],
        parked=counts["parked"],
        quarantined=counts["quarantined"],
        postponed=counts["pending"],
        lost_leases=counts["lost"],
        seconds=seconds,
    )


def passes(error: Exception) -> bool:
    """Return whether the same work may succeed a little later."""
    return isinstance(error, OutboxBusy) or (
        isinstance(error, OutboxError) and is_unreachable(error)
    )
