"""Draining (purku): workers lease messages, one after another, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sha_disclosure.delivery.breaker import Breaker
from sha_disclosure.errors import OutboxError
from sha_disclosure.messages import message
from sha_disclosure.outbox.clients import Client, RenewingClient
from sha_disclosure.outbox.course import Course, DrainReport, passes
from sha_disclosure.outbox.crew import Crew, Work
from sha_disclosure.outbox.delivering import Delivering
from sha_disclosure.outbox.leases import Leased, Leases

_PAUSE_MAX_S = 3600.0


class Drain:
    """One drain: its workers, and the heartbeat of their leases."""

    def __init__(
        self,
        kanta: Client,
        leases: Leases,
        course: Course,
        breaker: Breaker,
        delivering: Delivering,
    ) -> None:
        self._kanta = kanta
        self._leases = leases
        self._course = course
        self._breaker = breaker
        self._delivering = delivering
        self._sources = course.sources
        self._timing = course.timing

    def run(self, workers: int, crew: Crew) -> DrainReport:
        """Work until all is done or the drain is stopped; raise the error that ended a worker."""
        course, began = self._course, self._sources.monotonic()
        name = self._sources.uuid()[:8]
        course.while_busy(self._leases.sweep)
        names = [f"{name}.{n}" for n in range(1, workers + 1)]
        works = {f"outbox-{each}": self._guarded(partial(self._work, each)) for each in names}
        heartbeat = self._guarded(self._renew_leases)
        crew.run(works, heartbeat, stop=course.stop, ended=course.ended)
        if course.error is not None:
            raise course.error
        return course.report(self._sources.monotonic() - began)

    def _guarded(self, work: Callable[[], None]) -> Work:
        """Return the same work; its error ends the drain and is raised to its caller."""

        def guarded() -> None:
            try:
                work()
            except OutboxError as error:
                self._course.fail(error)
            except Exception as error:  # noqa: BLE001 - raised to the caller as its class
                kind = type(error).__name__
                self._course.fail(OutboxError(message("outbox.worker_failed", kind=kind)))
            except BaseException as error:  # noqa: BLE001 - the program's own, raised as it is
                self._course.fail(error)

        return guarded

    def _work(self, worker: str) -> None:
        """Deliver one message after another until nothing is left or the drain is stopped."""
        course = self._course
        leased: Leased | None = None
        while leased is not None or not course.stopping:
            if leased is not None:
                leased = self._delivering.deliver(leased, worker)
            elif (pause := self._breaker.wait()) > 0:
                if course.until_empty and pause > self._timing.patience_s:
                    return
                self._pause(pause)
            else:
                leased = course.hold(course.while_busy(lambda: self._leases.take(worker)))
                course.beat()
                if leased is None and not self._wait_for_messages():
                    return

    def _wait_for_messages(self) -> bool:
        """Wait for the next message; return False when this worker has nothing left to do."""
        course = self._course
        course.while_busy(self._leases.sweep)
        due_s = course.while_busy(self._leases.next_due_s)
        busy = bool(course.held)
        if course.until_empty and not busy:
            if due_s is None:
                return course.while_busy(self._leases.sending)
            if due_s > self._timing.patience_s:
                return False
        poll_s = self._timing.poll_s * (0.5 + self._sources.randomness.random())
        if busy:
            course.wait_for_others(poll_s)
            return True
        # A message that is due already but was not leased is being leased by another worker.
        self._pause(min(poll_s, due_s) if due_s else poll_s)
        return True

    def _pause(self, seconds: float) -> None:
        if isinstance(self._kanta, RenewingClient):
            self._kanta.renew_when_due()
        self._course.stop.wait(min(seconds, _PAUSE_MAX_S))

    def _renew_leases(self) -> None:
        """Renew the leases of this drain while its submissions run."""
        while not self._course.ended.wait(self._timing.lease_s / 3):
            try:
                if tokens := self._course.held:
                    self._leases.renew(tokens)
                self._leases.sweep()
                self._course.beat()
            except OutboxError as error:
                if not passes(error):
                    raise
                # The next renewal comes before the lease ends, or another worker takes over.
