"""Calling listeners so that none of them can break what it listens to."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from sha_disclosure.events.kinds import Event

Listener = Callable[[Event], None]


class Faults:
    """What listeners raised, counted by class name; the first of each is told to the log."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Count a fault. Its text is not used: it may hold anything."""
        with self._lock:
            self.counts[name] += 1
            first = self.counts[name] == 1
        if first:
            logging.getLogger("sha_disclosure").warning(
                "A listener of events raised %s; sending goes on, later ones are only counted", name
            )


class Announcer:
    """Passes events to listeners; false when there are none, so that no event need be made."""

    def __init__(self, listeners: Sequence[Listener] = (), faults: Faults | None = None) -> None:
        self._listeners = tuple(listeners)
        self.faults = faults or Faults()

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def joined_by(self, listener: Listener | None) -> Announcer:
        """Return an announcer that tells one listener more and counts faults with this one."""
        return self if listener is None else Announcer((*self._listeners, listener), self.faults)

    def __call__(self, event: Event) -> None:
        """Pass an event on. Raises nothing that a listener raises, except Ctrl-C and exits."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as fault:  # noqa: BLE001 - whatever a listener does wrong
                self.faults.add(type(fault).__name__)
