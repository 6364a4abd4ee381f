"""The results of a run of cases (tulokset)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.editions import Edition
from sha_disclosure.findings import Finding, Problem
from sha_disclosure.messages import Message
from sha_disclosure.settings import Settings
from sha_disclosure.tools.joint_test.case import Case, Expectation
from sha_disclosure.tools.joint_test.exchanges import Exchange

State = Literal["passed", "failed", "not_run"]


@dataclass(slots=True)
class Execution:
    """The execution of a case (testin suoritus): what was prepared, sent and answered.

    ``notices`` are the data given. ``altered`` is the body that was sent in place of the
    prepared one. ``error`` is the text of the error it ended with, which never contains a value of
    a notice.
    """

    notices: list[dict[str, Any]] = field(default_factory=list, repr=False)
    prepared: list[PreparedNotice] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    outcome: str = ""
    error: Message | str = ""
    attempts: int = 0
    retry_at: datetime | None = None
    altered: bytes | None = field(default=None, repr=False)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case with its verdict; ``why`` explains why it was not run.

    ``checks`` are findings with the severity ``passed`` or ``error``; ``service_checks`` are
    those the embedded sandbox made of the same messages.
    """

    case: Case
    state: State
    expected: Expectation
    execution: Execution = field(default_factory=Execution)
    checks: tuple[Finding, ...] = ()
    service_checks: tuple[Finding, ...] = ()
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run: the environment, the time, the versions, and every case's result."""

    settings: Settings
    edition: Edition
    embedded: bool
    began_at: datetime
    ended_at: datetime
    certificates: dict[str, str]
    results: tuple[CaseResult, ...]
    unreachable: bool = False

    @property
    def counts(self) -> dict[State, int]:
        """The numbers of cases that passed, failed and were not run."""
        counted = Counter(each.state for each in self.results)
        states: tuple[State, ...] = ("passed", "failed", "not_run")
        return {state: counted[state] for state in states}
