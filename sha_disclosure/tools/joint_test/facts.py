"""The facts of a run and of each case as plain values, for ``report.json`` and the page."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sha_disclosure._version import __version__
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Language, Message
from sha_disclosure.tools.joint_test.case import Faults
from sha_disclosure.tools.joint_test.redaction import ExchangeEvidence
from sha_disclosure.tools.joint_test.result import CaseResult, Run


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """One case as it may be shown: its facts, the notices given, the exchanges."""

    result: CaseResult
    facts: dict[str, Any]
    notices: list[Any]
    exchanges: list[ExchangeEvidence]


def run_facts(run: Run, *, redact: bool) -> dict[str, Any]:
    """Return the facts of the whole run."""
    edition = run.edition
    statuses = Counter(entry.status for entry in edition.entries)
    settings = run.settings
    return {
        "began_at": run.began_at.isoformat(timespec="seconds"),
        "ended_at": run.ended_at.isoformat(timespec="seconds"),
        "redacted": redact,
        "sdk": {"name": "sha-disclosure", "version": __version__},
        "python": platform.python_version(),
        "environment": {
            "name": settings.environment,
            "base_url": settings.base_url,
            "embedded_sandbox": run.embedded,
            "unreachable": run.unreachable,
        },
        "system": {"id": str(settings.system.id), "name": settings.system.name},
        "subscriber": {"id": str(settings.subscriber.id), "name": settings.subscriber.name},
        "requester": {"id": str(settings.requester.id), "name": settings.requester.name},
        "certificates_sha256": run.certificates,
        "edition": {
            "name": edition.name,
            "entries": len(edition.entries),
            "statuses": dict(statuses),
            "unconfirmed": len(edition.unconfirmed()),
            "assumed": [entry.key for entry in edition.assumed()],
        },
        "summary": run.counts,
    }


def case_facts(result: CaseResult, exchanges: Sequence[ExchangeEvidence]) -> dict[str, Any]:
    """Return the facts of one case, without any content of a notice."""
    case, execution = result.case, result.execution
    situation = case.situation
    expected = result.expected.model_dump(mode="json", exclude_unset=True)
    return {
        "id": case.id,
        "group": case.group,
        "title": _in_all(case.title),
        "purpose": _in_all(case.purpose),
        "citation": case.citation,
        "state": result.state,
        "why": _in_all(result.why) if result.why else None,
        "situation": situation.kind,
        "faults": [f.model_dump(mode="json", exclude_unset=True) for f in situation.faults]
        if isinstance(situation, Faults)
        else [],
        "expected": expected,
        "outcome": execution.outcome or None,
        "attempts": execution.attempts,
        "seconds": round(execution.seconds, 3),
        "message": str(execution.error) or None,
        "error_text": _sentence(execution.error),
        "retry_at": execution.retry_at.isoformat(timespec="seconds")
        if execution.retry_at
        else None,
        "problems": [
            {"rule": p.rule, "path": p.path, **_in_all(p), "rests_on": p.rests_on}
            for p in execution.problems
        ],
        "messages": [
            {
                "notice_ids": list(p.notice_ids),
                "sha256": p.digest,
                "signing_certificate_sha256": p.certificate,
                "edition": p.edition,
                "acknowledged": list(p.acknowledged),
            }
            for p in execution.prepared
        ],
        "receipts": [
            {
                "request_id": r.request_id,
                "response_id": r.response_id,
                "attempts": r.attempts,
                "possibly_duplicated": r.possibly_duplicated,
                "received_at": r.received_at.isoformat(timespec="milliseconds"),
            }
            for r in execution.receipts
        ],
        "checks": [_check(c) for c in result.checks],
        "service_checks": [_check(c) for c in result.service_checks],
        "exchanges": [e.facts for e in exchanges],
    }


REPORTED: tuple[Language, ...] = ("fi", "en")
"""The languages of the evidence and its report: those of the cases."""


class _Text(Protocol):
    def text(self, language: Language = "en") -> str: ...


def _in_all(sentence: _Text) -> dict[str, str]:
    return {language: sentence.text(language) for language in REPORTED}


def _sentence(text: Message | str) -> dict[str, str] | None:
    if isinstance(text, Message):
        return _in_all(text)
    return dict.fromkeys(REPORTED, text) if text else None


def _check(check: Finding) -> dict[str, Any]:
    seen = dict(check.detail.parameters).get("value", "") if check.detail else ""
    return {
        **_in_all(Message(check.id, check.parameters)),
        "passed": check.severity == "passed",
        "seen": str(seen),
        "seen_text": _sentence(seen) if isinstance(seen, Message) else _sentence(str(seen)),
    }
