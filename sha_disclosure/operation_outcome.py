"""A service's statement on a message it refuses: the FHIR OperationOutcome."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any

from sha_disclosure.hidden import Held
from sha_disclosure.identity_codes import has_code

_GRAVITY = {"fatal": 0, "error": 1, "warning": 2, "information": 3}
_TOKEN = re.compile(r"[A-Za-z0-9._:-]{1,80}", re.ASCII)


class Diagnostics(Held[str]):
    """A service's own text about a message; hidden, since it may quote the message."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Diagnostics) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: severity and codes may be shown; ``diagnostics`` only by ``reveal()``.

    Pickling it keeps only the codes.
    """

    severity: str
    code: str
    detail_code: str | None = None
    diagnostics: Diagnostics | None = None
    expression: tuple[Diagnostics, ...] = ()
    detail_system: str | None = None

    def __reduce__(self) -> tuple[type[Issue], tuple[Any, ...]]:
        kept = replace(self, diagnostics=None, expression=())
        return Issue, tuple(getattr(kept, each.name) for each in fields(kept))

    def __deepcopy__(self, memo: dict[int, Any]) -> Issue:
        return self

    def __str__(self) -> str:
        return f"{self.severity} {self.code}" + (f" {self.detail_code}" if self.detail_code else "")


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """The issues a service reported (FHIR R4 OperationOutcome), most severe first."""

    issues: tuple[Issue, ...]

    @classmethod
    def read(cls, resource: object) -> OperationOutcome | None:
        """Return the outcome in a parsed JSON value, or None if it is not one."""
        if not isinstance(resource, dict) or resource.get("resourceType") != "OperationOutcome":
            return None
        issues = [_issue(each) for each in _list(resource.get("issue")) if isinstance(each, dict)]
        return cls(tuple(sorted(issues, key=lambda issue: _GRAVITY.get(issue.severity, 4))))

    def to_dict(self) -> dict[str, Any]:
        """Return the codes of the issues, without the service's own text."""
        return {
            "issues": [
                {"severity": i.severity, "code": i.code, "detail_code": i.detail_code}
                for i in self.issues
            ]
        }


def _issue(issue: dict[str, Any]) -> Issue:
    details = issue.get("details")
    codings = _list(details.get("coding") if isinstance(details, dict) else None)
    named = [c for c in codings if isinstance(c, dict) and token(c.get("code"))]
    coding: dict[str, Any] = named[0] if named else {}
    text = details.get("text") if isinstance(details, dict) else None
    words = [w for w in (issue.get("diagnostics"), text) if isinstance(w, str) and w]
    places = _list(issue.get("expression")) or _list(issue.get("location"))
    return Issue(
        severity=token(issue.get("severity")) or "unknown",
        code=token(issue.get("code")) or "unknown",
        detail_code=token(coding.get("code")),
        diagnostics=Diagnostics("; ".join(words)) if words else None,
        expression=tuple(Diagnostics(p) for p in places if isinstance(p, str)),
        detail_system=token(coding.get("system")),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def token(value: object) -> str | None:
    """Return a code or id that is safe to show and keep, since a service could send anything."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value) or has_code(value):
        return None
    return value
