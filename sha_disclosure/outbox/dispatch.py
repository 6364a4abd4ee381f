"""The queues between a drain's writer and its workers, so that no worker waits for the disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sha_disclosure.events import Event
from sha_disclosure.outbox.concurrency import Concurrency
from sha_disclosure.outbox.decision import Decision
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.sources import Sources

# The maximum time an outcome waits for others to be written with it.
_GATHER_S = 0.05
# The writer looks for them now and then: woken by each, it would take turns with the workers.
_LOOK_S = 0.005
# The fraction of the waiting messages reserved for the duration of a write.
_RESERVE = 4


class End:
    """The last job of a worker."""


Job: TypeAlias = Leased | Sequence[Event] | End


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a message's delivery; without ``decision`` its result is unknown.

    ``alike``: the messages refused alike, once there are too many. ``withdrawn``: messages
    that were leased and will not be sent now. ``seconds``: the duration.
    """

    leased: Leased | None = None
    decision: Decision | None = None
    alike: tuple[int, ...] = ()
    withdrawn: tuple[Leased, ...] = ()
    seconds: float = 0.0

    @property
    def leases(self) -> int:
        """The number of leases that end."""
        return len(self.withdrawn) + (self.leased is not None)

    @property
    def halts(self) -> bool:
        """Whether messages leased before it must not be sent after it."""
        fails = self.decision is not None and self.decision.service_works is False
        return fails or bool(self.alike)


class Dispatch:
    """The messages leased by one drain, until their ends are written.

    Thread-safe: the shared state is in dictionaries, whose single operations are
    atomic.
    """

    def __init__(self, concurrency: Concurrency, sources: Sources) -> None:
        self._concurrency = concurrency
        self._sources = sources
        self._jobs = concurrency.jobs()
        self._back = concurrency.ends()
        self._waiting: dict[str, Leased] = {}
        self._held: dict[str, int] = {}
        self._halt = object()

    @property
    def held(self) -> list[str]:
        """The leases currently held."""
        return list(self._held)

    @property
    def waiting(self) -> int:
        """The number of messages that no worker has begun."""
        return len(self._waiting)

    @property
    def halt(self) -> object:
        """The latest end that halts, to compare by identity."""
        return self._halt

    def hand_out(self, messages: Sequence[Leased], since: object) -> None:
        """Give leased messages to the workers, unless an end halted them since ``since``.

        ``since``: the latest halt before the decision to lease them.
        """
        for leased in messages:
            self._held[leased.token] = leased.number
            self._waiting[leased.token] = leased
        if messages and since is not self._halt:
            self._back.put(Ended(withdrawn=self.withdraw()))
        self._jobs.put(*messages)

    def notify(self, events: Sequence[Event]) -> None:
        """Have a worker call the listeners, so that a slow one does not delay the writer."""
        if events:
            self._jobs.put(events)

    def close(self, workers: int) -> None:
        """End the workers once they have done what they were given."""
        self._jobs.put(*[End() for _ in range(workers)])

    def collect(self, seconds: float) -> list[Ended]:
        """Return the messages that ended, as soon as there is one, or none after ``seconds``.

        While workers still have messages to begin, it waits a moment for more of them.
        """
        first: Ended | None = self._back.get(seconds)
        if first is None:
            return []
        ended, enough = [first], self.waiting // _RESERVE
        until = self._sources.monotonic() + _GATHER_S
        while len(ended) < len(self._held):
            following: Ended | None = self._back.get(0)
            if following is not None:
                ended.append(following)
            elif self.waiting > enough and self._sources.monotonic() < until:
                self._concurrency.rest(_LOOK_S)
            else:
                break
        return ended

    def settle(self, ended: Iterable[Ended]) -> None:
        """Release the leases of messages that ended: they are written, or will expire."""
        for each in ended:
            for leased in (each.leased, *each.withdrawn):
                if leased is not None:
                    self._held.pop(leased.token, None)

    def withdraw(self) -> tuple[Leased, ...]:
        """Take back the messages that no worker has begun."""
        taken = []
        while self._waiting:
            try:
                taken.append(self._waiting.popitem()[1])
            except KeyError:  # another thread was faster
                break
        return tuple(taken)

    def next(self) -> Job:
        """Return a worker's next job, waiting for one."""
        job: Job = self._jobs.get(None)
        return job

    def begin(self, leased: Leased) -> bool:
        """Return whether a worker may send a message now: it was not withdrawn."""
        return self._waiting.pop(leased.token, None) is not None

    def end(self, ended: Ended) -> None:
        """Pass the end of a delivery to the writer, withdrawing other messages if it halts."""
        if ended.halts:
            self._halt = object()  # first: what is handed out from now on sees it
            ended = replace(ended, withdrawn=self.withdraw())
        self._back.put(ended)
