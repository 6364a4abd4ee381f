"""Calls listeners so that none of them can disrupt the sender."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from sha_disclosure.events.kinds import Event
from sha_disclosure.process import ProcessLock, raised_by_signal_handler

Listener = Callable[[Event], None]
"""A function called with every event, in the thread that sends (tapahtuman kuuntelija)."""


class ListenerErrors:
    """Counts listener errors by class name; the first of each class is logged."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self.counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Count an error of a class. Its text is not kept: it may contain anything."""
        with self._lock.own:
            self.counts[name] += 1
            first = self.counts[name] == 1
        if first:
            logging.getLogger("sha_disclosure").warning(
                "A listener of events raised %s; sending goes on, later ones are only counted", name
            )


class Listeners:
    """The listeners of one client or outbox (tapahtumien kuuntelijat).

    Falsy without listeners, so that callers can skip creating events. Thread-safe.
    """

    def __init__(
        self, listeners: Sequence[Listener] = (), errors: ListenerErrors | None = None
    ) -> None:
        self._listeners = tuple(listeners)
        self.errors = errors or ListenerErrors()

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def and_also(self, listener: Listener | None) -> Listeners:
        """Return these listeners with one more, sharing the error counts."""
        return self if listener is None else Listeners((*self._listeners, listener), self.errors)

    def notify(self, event: Event) -> None:
        """Call every listener.

        Ignores errors of listeners, but lets the program's own exceptions through: Ctrl-C,
        exits, and exceptions raised by a signal handler.
        """
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as error:  # a listener may raise anything
                if raised_by_signal_handler(error):
                    raise  # the program's own exception, such as a soft time limit
                self.errors.add(type(error).__name__)
