"""The state of a supervised drain: whether it is alive, and how often and why it restarted."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sha_disclosure.backoff import backoff
from sha_disclosure.errors import DisclosureError
from sha_disclosure.events import DrainRestarted, Listeners
from sha_disclosure.outbox.drain_state import DrainReport, Timing, Watch, report_of
from sha_disclosure.sources import Sources

_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class DrainerHealth:
    """The health of a drainer (purkajan tila).

    ``ok``: it is running, and reached its database recently. ``running``: its thread or task is
    alive. ``beat_age_s``: seconds since it last reached its database, None before the first time.
    ``restarts``: how often its drain failed and was restarted; ``last_error``: the class of the
    most recent error.
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


class Supervision:
    """Watches the consecutive drains of one drainer."""

    def __init__(self, timing: Timing, listeners: Listeners, sources: Sources) -> None:
        self._beat_within_s = max(timing.lease_s, 5 * timing.poll_s)
        self._listeners = listeners
        self._sources = sources
        self._counts: Counter[str] = Counter()
        self._restarts = 0
        self._last_error: str | None = None
        self.begin()

    def begin(self) -> None:
        """Start watching a drainer that starts."""
        self._beat: float | None = None
        self._failures = 0
        self._began = self._drain_began = self._sources.monotonic()

    def forget_counts(self) -> None:
        """Reset the counts, since another process's work is not this one's."""
        self._counts.clear()

    def watch(self) -> Watch:
        """Return the object that the next drain reports to."""
        self._drain_began = self._sources.monotonic()
        return Watch(self._beats, self._counts)

    def failed(self, error: Exception) -> float:
        """Report a failed drain; return the seconds until its restart."""
        steady = self._sources.monotonic() - self._drain_began > _LONGEST_PAUSE_S
        self._failures = 1 if steady else self._failures + 1
        self._restarts += 1
        self._last_error = type(error).__name__
        fraction = 0.5 + self._sources.randomness.random() / 2
        wait_s = backoff(self._failures, base_s=1.0, longest_s=_LONGEST_PAUSE_S, fraction=fraction)
        said = error.message if isinstance(error, DisclosureError) else self._last_error
        logging.getLogger("sha_disclosure").warning(
            "The drain of the outbox ended; it is begun anew in %.1f s: %s", wait_s, said
        )
        if self._listeners:
            self._listeners.notify(DrainRestarted(self._last_error, wait_s))
        return wait_s

    def health(self, *, running: bool) -> DrainerHealth:
        """Return whether it is running, when it last reached its database, and any error."""
        beat = self._beat
        age = None if beat is None else self._sources.monotonic() - beat
        ok = running and age is not None and age <= self._beat_within_s
        return DrainerHealth(ok, running, age, self._restarts, self._last_error)

    def report(self) -> DrainReport:
        """Return what has been done since the start."""
        return report_of(self._counts, self._sources.monotonic() - self._began)

    def _beats(self) -> None:
        self._beat = self._sources.monotonic()
