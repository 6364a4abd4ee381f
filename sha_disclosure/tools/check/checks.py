"""The checks in order, the findings they produce, and the lines that are printed of them.

A check has a name such as ``clock``; those of a key pair are prefixed with the name of its
table, as in ``signing.dates``. The path of a finding is the name of its check.

Findings may be pasted into a ticket: none contains a key, a passphrase, a PIN, a personal
identity code, a person's name or a path outside the folder of the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sha_disclosure.errors import DisclosureError
from sha_disclosure.files import Unreadable
from sha_disclosure.findings import Finding, Severity
from sha_disclosure.messages import Language, Message, message

CHECKS = (
    "settings", "edition", "edition.assumed", "address", "oids", "ca", "ca.dates",
    "ca.environment", "code_lists", "clock", "loading", "proxy", "name", "connection",
    "handshake", "server.trust", "server.name", "server.dates", "client_certificate", "answer",
    "root", "server.clock", "gateway",
)  # fmt: skip
"""The checks that are made once."""

PAIR_CHECKS = (
    "certificate", "key", "permissions", "match", "chain", "dates", "usage", "strength",
    "environment",
)  # fmt: skip
"""The checks of each key pair."""


def passed(check: str, found: Message) -> Finding:
    """Return the finding of a check that passed."""
    return _finding(check, found, "passed")


def warned(check: str, found: Message) -> Finding:
    """Return the finding of a check whose result may be wrong now or soon."""
    return _finding(check, found, "warning")


def failed(check: str, found: Message) -> Finding:
    """Return the finding of a check whose fault must be fixed before anything is sent."""
    return _finding(check, found, "error")


def not_run(check: str, *first: str) -> Finding:
    """Return the finding of a check that was skipped until others pass."""
    return _finding(check, message("check.not_run", first=first), "not_run")


def _finding(check: str, found: Message, severity: Severity) -> Finding:
    return Finding(found.id, check, severity, found.parameters)


def outcome(check: str, findings: Iterable[Finding], found: Message) -> list[Finding]:
    """Return findings of another module as those of a check, or that it passed with ``found``."""
    return [replace(each, path=check) for each in findings] or [passed(check, found)]


def is_failed(finding: Finding) -> bool:
    """Return whether a check failed."""
    return finding.severity == "error"


def refusal(error: DisclosureError) -> Message:
    """Return the message of a check that repeats an error's text, including its fix."""
    return message("check.refused", why=error.sentence)


def unreadable(file: str, error: Unreadable) -> Message:
    """Return the message for a file that cannot be read."""
    if error.missing:
        return message("check.file_missing", file=file)
    return message("check.file_unreadable", file=file, why=error.message)


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
