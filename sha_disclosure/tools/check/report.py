"""Findings for people and programs: the check, its result, what was expected, and the fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sha_disclosure.findings import Finding, Severity
from sha_disclosure.messages import Language, message
from sha_disclosure.tools.check.checks import CHECKS

Status = Literal["ok", "warning", "failed", "not_run"]
_STATUS: Mapping[Severity, Status] = {
    "passed": "ok",
    "warning": "warning",
    "objection": "warning",
    "error": "failed",
    "not_run": "not_run",
}


@dataclass(frozen=True, slots=True)
class Line:
    """The texts of one finding in one language; ``fix`` is empty if nothing needs to be done."""

    check: str
    status: Status
    what: str
    found: str
    expected: str
    fix: str

    def to_dict(self) -> dict[str, Any]:
        """Return the line as ``check --json`` prints it; ``ok`` is false for a warning too."""
        made = {"check": self.check, "ok": self.status == "ok", **asdict(self)}
        made["mend"] = made.pop("fix")
        return made


def line(finding: Finding, language: Language, hide: Callable[[str], str]) -> Line:
    """Return the texts of a finding; ``hide`` removes this host's folders from them."""
    check = finding.path
    table, _, part = ("", "", check) if check in CHECKS else check.rpartition(".")
    key = part.replace(".", "_")
    what = message(f"check.name.{key}").text(language)
    expected = finding.part("expected", language)
    return Line(
        check,
        _STATUS[finding.severity],
        f"[{table}] {what}" if table else what,
        hide(finding.text(language)),
        expected or message(f"check.expected.{key}").text(language),
        hide(finding.part("fix", language)),
    )
