"""What a run of cases found (tulokset)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.editions import Edition
from sha_disclosure.findings import Problem
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import Settings
from sha_disclosure.tools.joint_test.case import Case, Expectation
from sha_disclosure.tools.joint_test.recording import Exchange

State = Literal["passed", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of a case: what was to hold, whether it did, and what was seen."""

    words: Words
    passed: bool
    seen: str = ""


@dataclass(slots=True)
class Course:
    """How a case went: what was prepared, sent and answered.

    ``notices`` are the data given. ``altered`` is the body that was sent in place of the
    prepared one. ``message`` is the error's own text, which never holds a value of a notice.
    """

    notices: list[dict[str, Any]] = field(default_factory=list, repr=False)
    prepared: list[PreparedNotice] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    outcome: str = ""
    message: str = ""
    attempts: int = 0
    retry_at: datetime | None = None
    altered: bytes | None = field(default=None, repr=False)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case with its verdict; ``why`` says why it was not run."""

    case: Case
    state: State
    expected: Expectation
    course: Course = field(default_factory=Course)
    checks: tuple[CheckResult, ...] = ()
    service_checks: tuple[CheckResult, ...] = ()
    why: Words | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run: where, when, with what, and every case's result."""

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
        """How many cases passed, failed and were not run."""
        counted = Counter(each.state for each in self.results)
        states: tuple[State, ...] = ("passed", "failed", "not_run")
        return {state: counted[state] for state in states}
