"""Detects consecutive refusals that are alike: the set-up is at fault, not the notices."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sha_disclosure.outbox.decision import Decision
from sha_disclosure.process import ProcessLock


@dataclass(slots=True)
class _Streak:
    kind: tuple[object, ...] = ()
    numbers: list[int] = field(default_factory=list)


class Refusals:
    """Counts, for each organisation, consecutive messages that were refused alike.

    A message refused again although others of its organisation were accepted since is itself at
    fault and does not count. A single refusal that may come from a wrong address is enough.
    Thread-safe.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = ProcessLock()
        self._streaks: dict[str, _Streak] = {}
        self._accepted: Counter[str] = Counter()
        self._accepted_at_refusal: dict[int, int] = {}

    def accepted(self, organisation: str) -> bool:
        """Return whether a message of an organisation was accepted."""
        return self._accepted[organisation] > 0

    def record(self, organisation: str, number: int, decision: Decision) -> tuple[int, ...]:
        """Count a decision; return the messages refused alike once there are too many."""
        with self._lock.own:
            if decision.state == "delivered":
                self._accepted[organisation] += 1
                self._streaks.pop(organisation, None)
            elif decision.unconfirmed:
                return (number,)
            elif decision.state == "quarantined" and decision.log.requests:
                return self._refused(organisation, number, decision)
            return ()

    def _refused(self, organisation: str, number: int, decision: Decision) -> tuple[int, ...]:
        accepted = self._accepted[organisation]
        if self._accepted_at_refusal.get(number, accepted) < accepted:
            return ()
        self._accepted_at_refusal[number] = accepted
        kind = (decision.outcome, decision.log.status, decision.issues)
        streak = self._streaks.setdefault(organisation, _Streak(kind))
        if streak.kind != kind:
            streak = self._streaks[organisation] = _Streak(kind)
        if number not in streak.numbers:
            streak.numbers.append(number)
        if len(streak.numbers) < self._limit:
            return ()
        del self._streaks[organisation]
        return tuple(streak.numbers)
