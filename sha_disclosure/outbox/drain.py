"""Draining (purku): workers send what the writer leases, until nothing is left."""

from __future__ import annotations

from sha_disclosure.events import Listeners
from sha_disclosure.outbox.concurrency import Concurrency
from sha_disclosure.outbox.delivering import Delivering
from sha_disclosure.outbox.dispatch import Dispatch, End, Ended
from sha_disclosure.outbox.drain_state import DrainReport, DrainState
from sha_disclosure.outbox.leases import Leased
from sha_disclosure.outbox.writer import Writer


class Drain:
    """One drain: its workers and its writer."""

    def __init__(
        self,
        state: DrainState,
        dispatch: Dispatch,
        delivering: Delivering,
        writer: Writer,
        listeners: Listeners,
    ) -> None:
        self._state = state
        self._dispatch = dispatch
        self._delivering = delivering
        self._writer = writer
        self._listeners = listeners

    def run(self, workers: int, concurrency: Concurrency) -> DrainReport:
        """Work until everything is done or the drain is stopped; raise the error that ended it."""
        state = self._state
        began = state.sources.monotonic()
        works = {f"outbox-{self._writer.name}.{n}": self._work for n in range(1, workers + 1)}
        concurrency.run(works, self._writer.run, stop=state.stop)
        if state.error is not None:
            raise state.error
        return state.report(state.sources.monotonic() - began)

    def _work(self) -> None:
        """Do jobs until the writer has no more."""
        while not isinstance(job := self._dispatch.next(), End):
            try:
                if isinstance(job, Leased):
                    self._deliver(job)
                else:
                    for event in job:
                        self._listeners.notify(event)
            except BaseException as error:  # noqa: BLE001 - raised to the drain's caller
                self._state.fail(error)

    def _deliver(self, leased: Leased) -> None:
        if self._state.stopping:
            self._dispatch.end(Ended())  # the writer takes back messages not yet begun
            return
        if not self._dispatch.begin(leased):
            return
        ended = Ended(leased)
        try:
            ended = self._delivering.deliver(leased)
        finally:
            self._dispatch.end(ended)
