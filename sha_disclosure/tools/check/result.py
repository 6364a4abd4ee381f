"""The result of one check: what, found, expected, and how to mend it, in both languages.

Made to be pasted into a ticket: a text here never holds a key, a passphrase, a PIN, a personal
identity code, a person's name or a path outside the folder of the settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sha_disclosure.findings import Finding
from sha_disclosure.messages.words import Language, Words
from sha_disclosure.tools.check.catalogue import expected_of, what_of

Status = Literal["ok", "warning", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class Result:
    """What one check (tarkistus) found. ``mend`` is empty where nothing is to be done."""

    check: str
    status: Status
    what: Words
    found: Words
    expected: Words
    mend: Words

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the result as ``check --json`` prints it; ``ok`` is false for a warning too."""
        return {
            "check": self.check,
            "ok": self.status == "ok",
            "status": self.status,
            "what": self.what.text(language),
            "found": self.found.text(language),
            "expected": self.expected.text(language),
            "mend": self.mend.text(language),
        }


_NOTHING = Words("", "")


def passed(check: str, found: Words) -> Result:
    """Return the result of a check that found nothing wrong."""
    return Result(check, "ok", what_of(check), found, expected_of(check), _NOTHING)


def failed(check: str, found: Words, mend: Words, expected: Words | None = None) -> Result:
    """Return the result of a check that found what must be mended before anything is sent."""
    told = expected or expected_of(check)
    return Result(check, "failed", what_of(check), found, told, mend)


def warned(check: str, found: Words, mend: Words, expected: Words | None = None) -> Result:
    """Return the result of a check that found what may be right, or will soon be wrong."""
    told = expected or expected_of(check)
    return Result(check, "warning", what_of(check), found, told, mend)


def not_run(check: str, *first: str) -> Result:
    """Return that a check was not made, for others have to pass first."""
    named = ", ".join(first)
    why = Words(f"not checked: first {named}", f"ei tarkistettu: ensin {named}")
    return Result(check, "not_run", what_of(check), why, expected_of(check), _NOTHING)


def judged(check: str, faults: Iterable[Finding], found: Words) -> list[Result]:
    """Return one failed result for each fault, or that ``found`` is right."""
    told = [
        failed(check, *(_words(f, part) for part in ("text", "fix", "expected"))) for f in faults
    ]
    return told or [passed(check, found)]


def _words(found: Finding, part: str) -> Words:
    return Words(found.part(part), found.part(part, "fi"))
