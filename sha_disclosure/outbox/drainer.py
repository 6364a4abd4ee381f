"""Supervised draining (valvottu purku): a drain that is started, watched and stopped."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

from sha_disclosure.backoff import backoff
from sha_disclosure.errors import DisclosureError
from sha_disclosure.events import DrainRestarted, Listeners
from sha_disclosure.outbox.course import DrainReport, Watch, report_of
from sha_disclosure.sources import Sources

_LONGEST_PAUSE_S = 60.0
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class DrainerHealth:
    """How a drainer is (purkajan tila).

    ``ok``: it runs, and reached its database lately. ``running``: whether its thread lives.
    ``beat_age_s``: seconds since it last reached its database, None before the first time.
    ``restarts``: how often its drain failed and was begun anew; ``last_error``: the class of the
    error of the last time.
    """

    ok: bool
    running: bool
    beat_age_s: float | None
    restarts: int
    last_error: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the health as plain values."""
        age = None if self.beat_age_s is None else round(self.beat_age_s, 3)
        return {
            "ok": self.ok,
            "running": self.running,
            "beat_age_s": age,
            "restarts": self.restarts,
            "last_error": self.last_error,
        }


DrainOnce = Callable[[threading.Event, Watch], None]
"""Drains until the event is set."""


class Drainer:
    """Drains an outbox in a thread of its own until it is stopped (purkaja).

    Made by ``Outbox.drainer``. A drain that fails is begun anew after a pause that grows to a
    minute, with a warning in the log and the event ``DrainRestarted``; a database that cannot be
    reached is waited for. In a child that a process with a running drainer forks it runs on as
    the child's own. Any number of drainers may share an outbox, on one host or many.
    """

    def __init__(
        self, drain: DrainOnce, *, beat_within_s: float, listeners: Listeners, sources: Sources
    ) -> None:
        self._drain = drain
        self._beat_within_s = beat_within_s
        self._listeners = listeners
        self._sources = sources
        self._counts: Counter[str] = Counter()
        self._began = sources.monotonic()
        self._restarts = 0
        self._last_error: str | None = None
        self._thread: threading.Thread | None = None
        self._begin_anew()
        _KNOWN.add(self)

    def _begin_anew(self) -> None:
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._beat: float | None = None

    def start(self) -> Self:
        """Begin to drain; does nothing while it runs."""
        if not self.running:
            self._begin_anew()
            self._began = self._sources.monotonic()
            self._thread = threading.Thread(target=self._run, name="outbox-drainer", daemon=True)
            self._thread.start()
        return self

    def stop(self, timeout: float = 30.0) -> bool:
        """Stop draining; return whether it ended within ``timeout`` seconds.

        Every wait ends at once; only exchanges under way are finished. What they have not
        finished when the program ends is sent again, marked as possibly stored.
        """
        self._stop.set()
        until = time.monotonic() + timeout
        while self.running and time.monotonic() < until:
            time.sleep(_LOOK_S)  # a signal handler that raises must leave no lock held
        return not self.running

    @property
    def running(self) -> bool:
        """Whether it drains."""
        return self._thread is not None and not self._ended.is_set()

    def health(self) -> DrainerHealth:
        """Return whether it runs, when it last reached its database, and what went wrong."""
        running, beat = self.running, self._beat
        age = None if beat is None else self._sources.monotonic() - beat
        ok = running and age is not None and age <= self._beat_within_s
        return DrainerHealth(ok, running, age, self._restarts, self._last_error)

    def report(self) -> DrainReport:
        """Return what was done since the start."""
        return report_of(self._counts, self._sources.monotonic() - self._began)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            failures = 0
            while not self._stop.is_set():
                began = self._sources.monotonic()
                try:
                    self._drain(self._stop, Watch(self._beats, self._counts))
                except Exception as error:  # noqa: BLE001 - whatever ended it, the queue waits
                    steady = self._sources.monotonic() - began > _LONGEST_PAUSE_S
                    failures = 1 if steady else failures + 1
                    self._pause(error, failures)
        finally:
            self._ended.set()

    def _pause(self, error: Exception, failures: int) -> None:
        self._restarts += 1
        self._last_error = type(error).__name__
        fraction = 0.5 + self._sources.randomness.random() / 2
        wait_s = backoff(failures, base_s=1.0, longest_s=_LONGEST_PAUSE_S, fraction=fraction)
        said = error.message if isinstance(error, DisclosureError) else self._last_error
        logging.getLogger("sha_disclosure").warning(
            "The drain of the outbox ended; it is begun anew in %.1f s: %s", wait_s, said
        )
        if self._listeners:
            self._listeners.notify(DrainRestarted(self._last_error, wait_s))
        self._stop.wait(wait_s)

    def _beats(self) -> None:
        self._beat = self._sources.monotonic()

    def in_child(self) -> None:
        """Run on in a child that was forked: the parent's threads are not there."""
        ran = self.running and not self._stop.is_set()
        self._thread = None
        if ran:
            self._counts.clear()
            self.start()


_KNOWN: WeakSet[Drainer] = WeakSet()


def _in_child() -> None:
    for each in list(_KNOWN):
        each.in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
