"""The drains of one outbox, by threads or by asyncio."""

from __future__ import annotations

from dataclasses import dataclass

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import ConfigurationError, OutboxError
from sha_disclosure.events import Listeners
from sha_disclosure.messages import message
from sha_disclosure.outbox.clients import Client
from sha_disclosure.outbox.concurrency import Concurrency, Event
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.delivering import Delivering
from sha_disclosure.outbox.dispatch import Dispatch
from sha_disclosure.outbox.drain import Drain
from sha_disclosure.outbox.drain_state import DrainReport, DrainState, Timing, Watch
from sha_disclosure.outbox.leases import Leases
from sha_disclosure.outbox.results import Results
from sha_disclosure.outbox.seals import Seals
from sha_disclosure.outbox.signature import Signatures
from sha_disclosure.outbox.sweeping import Sweeping
from sha_disclosure.outbox.writer import Store, Writer
from sha_disclosure.settings import OutboxPolicy
from sha_disclosure.sources import Sources


@dataclass(frozen=True)
class Draining:
    """Runs the drains of one outbox."""

    database: Database
    seals: Seals
    signatures: Signatures
    sources: Sources
    listeners: Listeners

    def require(self, workers: int) -> None:
        """Raise ConfigurationError or OutboxError if draining is not possible."""
        if workers < 1:
            raise ConfigurationError(message("outbox.no_workers"))
        if self.seals.unbound:
            raise OutboxError(message("outbox.unbound"))

    def breaker(self) -> Breaker:
        """Return a breaker that notifies the outbox's listeners."""
        return Breaker(clock=self.sources.clock, listeners=[self.listeners.notify])

    def run(  # noqa: PLR0913 - each keyword is one of a drain's
        self,
        kanta: Client,
        concurrency: Concurrency,
        *,
        workers: int,
        policy: OutboxPolicy,
        stop: Event | None = None,
        until_empty: bool = False,
        breaker: Breaker | None = None,
        timing: Timing | None = None,
        watch: Watch | None = None,
    ) -> DrainReport:
        """Drain, by threads or by asyncio; see ``Outbox.drain``."""
        self.require(workers)
        chosen, shared = timing or Timing(), breaker or self.breaker()
        state = DrainState(
            concurrency,
            self.sources,
            chosen,
            stop or concurrency.event(),
            until_empty=until_empty,
            watch=watch or Watch(),
        )
        parts = (self.database, self.sources, chosen.lease_s, self.seals)
        store = Store(
            self.database,
            Leases(*parts),
            Results(self.database, self.seals),
            Sweeping(*parts),
        )
        dispatch = Dispatch(concurrency, self.sources)
        delivering = Delivering(kanta, self.seals, self.signatures, state, shared, policy)
        writer = Writer(kanta, store, state, dispatch, shared, self.listeners, workers)
        return Drain(state, dispatch, delivering, writer, self.listeners).run(workers, concurrency)
