"""Store, workers and a scripted service in any order: none lost, none altered, order kept."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from proofs import TIMES
from sqlalchemy import select

from sha_disclosure.delivery.prepare import PreparedNotice, User
from sha_disclosure.delivery.receipt import Receipt, StoredNotice
from sha_disclosure.errors import (
    NotSent,
    OutcomeUnknown,
    Rejected,
    SubmissionError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.events import SubmissionFailed
from sha_disclosure.outbox import Outbox, OutboxKey
from sha_disclosure.outbox.decision import Circumstances, SubmissionLog, delivered, undelivered
from sha_disclosure.outbox.leases import Leased, Leases
from sha_disclosure.outbox.payload import unpacked
from sha_disclosure.outbox.results import Results
from sha_disclosure.outbox.schema import MESSAGE
from sha_disclosure.outbox.sweeping import Sweeping
from sha_disclosure.sources import Sources

LEASE = 60.0
STORES = {  # what the service does with a notice, and what the sender hears
    "stores": (True, None),
    "stores, answer lost": (True, OutcomeUnknown),
    "connection breaks": (False, OutcomeUnknown),
    "is not reached": (False, NotSent),
    "is busy": (False, Unavailable),
    "refuses": (False, Rejected),
    "refuses the token": (False, Unauthorized),
    "answers nonsense": (False, UnexpectedAnswer),
}
EVENTS = (
    "time 1", "time 20", "time 70", "time 4000", "clock set back", "heartbeat",
    "process restarts", "stop before sending", "worker vanishes", "worker vanishes",
    "worker returns", "worker returns", "person retries",
)  # fmt: skip


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 22, 10, tzinfo=UTC)
    steady: float = 0.0

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.steady

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.steady += seconds


@dataclass
class Service:
    """Remembers what came, in which order."""

    came: list[tuple[str, bytes]] = field(default_factory=list)

    def first(self) -> list[str]:
        return list(dict.fromkeys(notice_id for notice_id, _ in self.came))


def prepared_notice(number: int, client: int) -> PreparedNotice:
    body = f"notice {number} of {client}".encode()
    return PreparedNotice(
        notice_ids=(f"1.2.3.{number}",),
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        certificate="0" * 64,
        edition="kanta-1.0.0",
        prepared_at=datetime(2026, 11, 22, tzinfo=UTC),
        user=User(),
        client=f"client {client}",
    )


class OutboxMachine(RuleBasedStateMachine):
    """Workers are steps here, so that they interleave in every way."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.file = Path(self._folder.name) / "outbox.sqlite"
        self.clock = Clock()
        self.chance = random.Random(7)
        self.sources = Sources(
            clock=self.clock, randomness=self.chance, monotonic=self.clock.monotonic
        )
        self.service = Service()
        self.added: dict[str, bytes] = {}
        self.clients: dict[int, list[str]] = defaultdict(list)
        self.refused: set[str] = set()
        self.workers: dict[int, tuple[Leased, float]] = {}
        self.zombies: list[Leased] = []
        self.key = OutboxKey(bytes(32))

    @initialize(sealed=st.booleans())
    def opened(self, sealed: bool) -> None:
        self.keys = [self.key] if sealed else []
        self.open()

    def open(self) -> None:
        self.outbox = Outbox(self.file, keys=self.keys, sources=self.sources)
        parts = (self.outbox._database, self.sources, LEASE, self.outbox._seals)
        self.leases, self.sweeping = Leases(*parts), Sweeping(*parts)
        self.results = Results(self.outbox._database, self.outbox._seals)

    def teardown(self) -> None:
        self.outbox.close()
        self._folder.cleanup()

    @rule(clients=st.lists(st.integers(0, 1), min_size=1, max_size=4))
    def add(self, clients: list[int]) -> None:
        for client in clients:
            made = prepared_notice(len(self.added), client)
            assert self.outbox.add(made).new
            assert not self.outbox.add(made).new
            self.added[made.notice_ids[0]] = made.body
            self.clients[client].append(made.notice_ids[0])

    @precondition(lambda self: self.added)
    @rule(pick=st.integers(0, 2), does=st.sampled_from(sorted(STORES)))
    def all_lease_and_one_submits(self, pick: int, does: str) -> None:
        idle = sorted({1, 2, 3} - set(self.workers))
        for worker, leased in zip(idle, self.take(len(idle)), strict=False):
            for other, until in self.workers.values():
                assert other.number != leased.number or until <= self.clock.steady
            self.workers[worker] = (leased, self.clock.steady + LEASE)
        if self.workers:
            worker = sorted(self.workers)[pick % len(self.workers)]
            leased, _ = self.workers.pop(worker)
            self.end(leased, does)

    @rule(what=st.sampled_from(EVENTS), does=st.sampled_from(sorted(STORES)))
    def something_happens(self, what: str, does: str) -> None:
        if what.startswith("time"):
            self.clock.advance(float(what.split()[1]))
            self.sweeping.sweep()
        elif what == "clock set back":
            self.clock.now -= timedelta(hours=1)
            self.heartbeat()  # living workers renew before anybody takes their leases over
        elif what == "heartbeat":
            self.heartbeat()
        elif what == "process restarts":
            self.outbox.close()
            self.workers.clear()
            self.open()
        elif what == "worker vanishes" and self.workers:
            leased, _ = self.workers.pop(min(self.workers))
            self.zombies.append(leased)
        elif what == "stop before sending" and self.workers:
            leased, _ = self.workers.pop(max(self.workers))
            with self.outbox._database.write() as connection:
                self.leases.give_back(connection, [leased])
        elif what == "worker returns" and self.zombies:
            self.end(self.zombies.pop(0), does)
        elif what == "person retries":
            self.outbox.retry(state="quarantined")

    def end(self, leased: Leased, does: str) -> None:
        assert leased.genuine
        prepared = unpacked(leased.stored, self.outbox._seals)
        (notice_id,) = prepared.notice_ids
        stores, error = STORES[does]
        if stores:
            self.service.came.append((notice_id, prepared.body))
        log = SubmissionLog()
        if error is None:
            stored = (StoredNotice(notice_id, "201 Created", "AuditEvent/1", None),)
            receipt = Receipt(stored, "r", None, 1, self.clock())
            decision = delivered(receipt, log)
        else:
            fault: SubmissionError = error("told", notice_ids=(notice_id,))
            log(SubmissionFailed((notice_id,), "r", 1, 0.1, error.__name__))
            given = Circumstances(
                now=self.clock(),
                fraction=self.chance.random(),
                tries=leased.tries,
                resends=leased.resends,
            )
            decision = undelivered(fault, log, given)
        with self.outbox._database.write() as connection:
            (recorded,) = self.results.record(connection, [(leased, decision)])
        if (error is Rejected or decision.delay_s is None) and recorded.held:
            self.refused.add(notice_id)

    def take(self, many: int) -> list[Leased]:
        with self.outbox._database.write() as connection:
            return self.leases.take(connection, "drain", many)

    def heartbeat(self) -> None:
        self.leases.renew([leased.token for leased, _ in self.workers.values()])
        self.workers = {
            w: (leased, self.clock.steady + LEASE if until > self.clock.steady else until)
            for w, (leased, until) in self.workers.items()
        }

    @invariant()
    def none_is_lost_or_altered(self) -> None:
        if not hasattr(self, "outbox"):
            return
        entries = {e.notice_ids[0]: e for e in self.outbox.list()}
        assert set(entries) == set(self.added)
        for notice_id, body in self.service.came:
            assert self.added[notice_id] == body
        came = [notice_id for notice_id, _ in self.service.came]
        for notice_id, entry in entries.items():
            if entry.state == "delivered":
                assert notice_id in came
                assert entry.possibly_duplicated or came.count(notice_id) == 1
            if entry.state == "quarantined":
                assert notice_id in self.refused
            evidence = self.outbox.evidence(notice_id)  # with every MAC
            assert evidence["state"] == entry.state

    @invariant()
    def a_lease_that_runs_is_the_only_one(self) -> None:
        if not self.workers:
            return
        with self.outbox._database.read() as connection:
            rows = connection.execute(select(MESSAGE.c.number, MESSAGE.c.state, MESSAGE.c.lease))
            known = {row.number: (row.state, row.lease) for row in rows}
        for leased, until in self.workers.values():
            if until > self.clock.steady:
                assert known[leased.number] == ("sending", leased.token)

    @invariant()
    def order_per_client_is_kept(self) -> None:
        first = self.service.first()
        for notices in self.clients.values():
            due = [n for n in notices if n not in self.refused]
            came = [n for n in first if n in due]
            assert came == due[: len(came)]

    def drained(self) -> None:
        """Let everything end: with a service that works all of it arrives."""
        self.outbox.retry(state="quarantined")
        self.outbox.retry(state="parked")
        for _ in range(3 * len(self.added) + 20):
            if self.outbox.status().counts["delivered"] == len(self.added):
                break
            self.clock.advance(4000)
            self.sweeping.sweep()
            while leased := self.take(5):
                for each in leased:
                    self.end(each, "stores")
        assert set(self.service.first()) == set(self.added)


class EndingMachine(OutboxMachine):
    """As above, and in the end everything is delivered."""

    def teardown(self) -> None:
        if hasattr(self, "outbox"):
            self.workers.clear()
            self.drained()
            self.none_is_lost_or_altered()
        super().teardown()


class TestOutboxMachine(EndingMachine.TestCase):
    settings = hypothesis_settings(max_examples=2, stateful_step_count=20, deadline=None)


@pytest.mark.proof
class TestOutboxMachineAtLength(EndingMachine.TestCase):
    settings = hypothesis_settings(max_examples=60 * TIMES, stateful_step_count=40, deadline=None)
