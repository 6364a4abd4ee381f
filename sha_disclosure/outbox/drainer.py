"""Supervised draining (valvottu purku): a drain with start, health and stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self
from weakref import WeakSet

from sha_disclosure.outbox.database_fork import after_fork
from sha_disclosure.outbox.drain_state import DrainReport, Watch
from sha_disclosure.outbox.supervision import DrainerHealth, Supervision

_LOOK_S = 0.05


DrainOnce = Callable[[threading.Event, Watch], None]
"""Drains until the event is set."""


class Drainer:
    """Drains an outbox in its own thread until it is stopped (purkaja).

    Created by ``Outbox.drainer``. A drain that fails is restarted after a pause that grows to a
    minute, with a warning in the log and the event ``DrainRestarted``; it waits for a database
    that cannot be reached. When a process with a running drainer forks, the child continues with
    a drainer of its own. Any number of drainers may share an outbox, on one host or many.
    """

    def __init__(self, drain: DrainOnce, supervision: Supervision) -> None:
        self._drain = drain
        self._supervision = supervision
        self._thread: threading.Thread | None = None
        self._begin_anew()
        _KNOWN.add(self)

    def _begin_anew(self) -> None:
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._supervision.begin()

    def start(self) -> Self:
        """Start draining; does nothing if it is already running."""
        if not self.running:
            self._begin_anew()
            self._thread = threading.Thread(target=self._run, name="outbox-drainer", daemon=True)
            self._thread.start()
        return self

    def stop(self, timeout: float = 30.0) -> bool:
        """Stop draining; return whether it ended within ``timeout`` seconds.

        Every wait ends immediately; only exchanges in progress are finished. Those not finished
        when the program ends are sent again, marked as possibly stored.
        """
        self._stop.set()
        until = time.monotonic() + timeout
        while self.running and time.monotonic() < until:
            time.sleep(_LOOK_S)  # a signal handler that raises must leave no lock held
        return not self.running

    @property
    def running(self) -> bool:
        """Whether it is running."""
        return self._thread is not None and not self._ended.is_set()

    def health(self) -> DrainerHealth:
        """Return whether it is running, when it last reached its database, and any error."""
        return self._supervision.health(running=self.running)

    def report(self) -> DrainReport:
        """Return what has been done since the start."""
        return self._supervision.report()

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
            while not self._stop.is_set():
                try:
                    self._drain(self._stop, self._supervision.watch())
                except Exception as error:  # noqa: BLE001 - whatever ended it, the queue waits
                    self._stop.wait(self._supervision.failed(error))
        finally:
            self._ended.set()

    def in_child(self) -> None:
        """Continue in a forked child, which does not have the parent's threads."""
        ran = self.running and not self._stop.is_set()
        self._thread = None
        if ran:
            self._supervision.forget_counts()
            self.start()


_KNOWN: WeakSet[Drainer] = WeakSet()


def _in_child() -> None:
    for each in list(_KNOWN):
        each.in_child()


after_fork(_in_child)
