"""What a drain's writer hands to the workers, and what comes back: no worker waits for the disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sha_disclosure.events import Event
from sha_disclosure.outbox.crew import Crew
from sha_disclosure.outbox.decision import Decision
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.sources import Sources

# How long an outcome waits for others at most, to be written with them.
_GATHER_S = 0.05
# Of the messages that wait for a worker this part stays for the time that the writing takes.
_RESERVE = 4


class End:
    """The last job of a worker."""


Job: TypeAlias = Leased | Sequence[Event] | End


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a message's delivery; without ``decision`` nothing is known of it.

    ``alike``: the messages refused alike, when they became too many. ``withdrawn``: messages
    that were leased and will not be sent now. ``seconds``: how long it took.
    """

    leased: Leased | None = None
    decision: Decision | None = None
    alike: tuple[int, ...] = ()
    withdrawn: tuple[Leased, ...] = ()
    seconds: float = 0.0

    @property
    def halts(self) -> bool:
        """Whether messages that were leased before it are not to be sent after it."""
        fails = self.decision is not None and self.decision.service_works is False
        return fails or bool(self.alike)


class Dispatch:
    """The messages that one drain has leased, until their ends are written.

    May be used by many threads: what they share are dictionaries, whose single operations are
    atomic.
    """

    def __init__(self, crew: Crew, sources: Sources) -> None:
        self._sources = sources
        self._jobs = crew.jobs()
        self._back = crew.ends()
        self._waiting: dict[str, Leased] = {}
        self._held: dict[str, int] = {}

    @property
    def held(self) -> list[str]:
        """The leases that are held now."""
        return list(self._held)

    @property
    def waiting(self) -> int:
        """How many messages no worker has begun yet."""
        return len(self._waiting)

    def hand_out(self, messages: Sequence[Leased]) -> None:
        """Give leased messages to the workers."""
        for leased in messages:
            self._held[leased.token] = leased.number
            self._waiting[leased.token] = leased
        self._jobs.put(*messages)

    def notify(self, events: Sequence[Event]) -> None:
        """Have a worker tell the listeners of events: a slow one holds up no writing."""
        if events:
            self._jobs.put(events)

    def close(self, workers: int) -> None:
        """End the workers once they have done what they were given."""
        self._jobs.put(*[End() for _ in range(workers)])

    def collect(self, seconds: float) -> list[Ended]:
        """Return what ended, once something did, or nothing after ``seconds``.

        While workers still have messages to begin, it waits a moment for further ends.
        """
        first: Ended | None = self._back.get(seconds)
        if first is None:
            return []
        ended, began, enough = [first], self._sources.monotonic(), self.waiting // _RESERVE
        while len(ended) < len(self._held):
            gathering = self.waiting > enough
            left = _GATHER_S - (self._sources.monotonic() - began) if gathering else 0.0
            following: Ended | None = self._back.get(max(0.0, left))
            if following is None:
                break
            ended.append(following)
        return ended

    def settle(self, ended: Iterable[Ended]) -> None:
        """Let go of the leases of what ended: it is written, or their time will run out."""
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
        """Return a worker's next job, once there is one."""
        job: Job = self._jobs.get(None)
        return job

    def begin(self, leased: Leased) -> bool:
        """Return whether a worker may send a message now: it was not withdrawn."""
        return self._waiting.pop(leased.token, None) is not None

    def end(self, ended: Ended) -> None:
        """Give the end of a delivery to the writer, with all that is not to be begun after it."""
        self._back.put(replace(ended, withdrawn=self.withdraw()) if ended.halts else ended)
