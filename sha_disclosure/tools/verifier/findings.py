"""What the sandbox finds in a request: named checks, findings, and the OperationOutcome of them.

Texts say why and where, never what stood there: a message holds personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sha_disclosure.editions.wire import CodingValue

_ISSUES_AT_MOST = 100
UNKNOWN_ELEMENTS = "unknown elements"


@dataclass(frozen=True, slots=True)
class Check:
    """One check that was made of a request: its name, whether it passed, and what was seen."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a request. ``code`` is of FHIR's issue types, ``where`` a FHIRPath."""

    check: str
    code: str
    why: str
    where: str = ""


class Report:
    """Collects the checks of one request and everything they find."""

    def __init__(self) -> None:
        self._checks: dict[str, str] = {}
        self._current = ""
        self.findings: list[Finding] = []

    def begin(self, check: str, detail: str = "") -> None:
        """Name the check that what follows belongs to; ``detail`` says what was seen."""
        self._current = check
        if detail or check not in self._checks:
            self._checks[check] = detail

    def refuse(self, why: str, where: str = "", *, code: str = "invalid", check: str = "") -> None:
        """Add a finding to ``check``, or to the check begun last."""
        if check:
            self._checks.setdefault(check, "")
        self.findings.append(Finding(check or self._current, code, why, where))

    @property
    def clean(self) -> bool:
        """Whether nothing was found so far."""
        return not self.findings

    def checks(self) -> tuple[Check, ...]:
        """Return every check in the order made, each with the first thing it found."""
        first: dict[str, Finding] = {}
        for finding in self.findings:
            first.setdefault(finding.check, finding)
        return tuple(
            Check(name, False, f"{first[name].why} {first[name].where}".strip())
            if name in first
            else Check(name, True, detail)
            for name, detail in self._checks.items()
        )


def outcome(findings: list[Finding], coding: CodingValue) -> dict[str, Any]:
    """Return the OperationOutcome that tells all ``findings``, coded with ``coding``.

    The coding is a stand-in: which code Kanta gives for which fault is not public.
    """
    details = {"coding": [coding.model_dump()]}
    issues: list[dict[str, Any]] = []
    for finding in findings[:_ISSUES_AT_MOST]:
        issue = {
            "severity": "error",
            "code": finding.code,
            "details": details,
            "diagnostics": f"{finding.check}: {finding.why}",
        }
        issues.append({**issue, "expression": [finding.where]} if finding.where else issue)
    return {"resourceType": "OperationOutcome", "issue": issues}
