"""The verifier's findings by check, and the OperationOutcome made from them.

Texts give the reason and the place, never the value: a message holds personal data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sha_disclosure.editions.wire import CodingValue
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Language, Message, Parameter, message

UNKNOWN_ELEMENTS = "unknown_elements"
_ISSUES_AT_MOST = 100

# FHIR's issue types (http://hl7.org/fhir/R4/valueset-issue-type.html) by the finding's key.
_ISSUE_TYPES: Mapping[str, str] = {
    key: issue_type
    for issue_type, keys in {
        "required": "missing extension_missing part_missing contained_missing claim_missing "
        "no_service_task own_data_missing register_missing no_type client_unidentified header",
        "structure": "kind array_of_strings not_object bounds unknown member too_many "
        "odd empty blank not_canonical json claims jws payload_missing payload_present "
        "out_of_place claim_unknown original_order too_deep",
        "value": "fixed form profile coding oid_identifier reference_target requestor full_url "
        "label code_system register_system register_code primitive characters claim_text "
        "claim_oid claim_urn audience time_form ends_first base64 header_crit header_lacks "
        "header_unknown header_typ header_b64 request_id sign_future",
        "business-rule": "future later other_extension role_of_person other_part clients",
        "not-found": "dangling target address",
        "invariant": "unreferenced differs differs_recorded twin party",
        "duplicate": "contained_twice full_url_twice request_id_used stored_otherwise",
        "security": "identity_code identity_code_outside user other_signer unexpected_signer "
        "other_organisation no_organisation "
        "no_client_certificate client_usage x5c anchor_sent no_token_usage thumbprint "
        "algorithm signature payload token_used token_early token_future token_long "
        "foreign_signing foreign_token",
        "extension": "extension_unknown",
        "too-long": "text_long body_long",
        "expired": "token_expired",
        "not-supported": "interaction query header_value",
        "login": "bearer",
        "exception": "sandbox_failed",
        "transient": "fault_injected",
    }.items()
    for key in keys.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessageFinding(Finding):
    """A finding about a message (havainto), or that a check passed. ``check`` is the check's id.

    ``path`` is a FHIRPath, or empty if the finding is not about the Bundle.
    """

    check: str = ""

    @property
    def passed(self) -> bool:
        """Whether the check found nothing, or only a warning."""
        return self.severity in {"passed", "warning"}

    def check_name(self, language: Language = "en") -> str:
        """Return the name of the check in ``language``."""
        return message(f"checks.{self.check}").text(language)

    @property
    def issue_type(self) -> str:
        """The FHIR issue type, such as ``required``."""
        return _ISSUE_TYPES.get(self.id.rpartition(".")[2], "invalid")


class Report:
    """Collects the checks of one message and all their findings."""

    def __init__(self) -> None:
        self._seen: dict[str, Message | None] = {}
        self._current = ""
        self.findings: list[MessageFinding] = []

    def begin(self, check: str, seen: Message | None = None) -> None:
        """Start a check, to which the following belongs; ``seen`` describes its subject."""
        self._current = check
        self._seen[check] = seen or self._seen.get(check)

    def refuse(self, key: str, path: str = "", *, check: str = "", **parameters: Parameter) -> None:
        """Add the finding ``key`` to ``check``, or to the check started last."""
        named = message(f"verifier.{key}", **parameters)
        self.add(Finding(named.id, path, "error", named.parameters), check=check)

    def add(self, finding: Finding, *, check: str = "") -> None:
        """Add a finding of another module."""
        name = check or self._current
        self._seen.setdefault(name, None)
        self.findings.append(
            MessageFinding(
                finding.id,
                finding.path,
                finding.severity,
                finding.parameters,
                finding.detail,
                name,
            )
        )

    @property
    def clean(self) -> bool:
        """Whether there have been only warnings so far."""
        return all(finding.passed for finding in self.findings)

    def checks(self) -> tuple[MessageFinding, ...]:
        """Return one finding for each check, in order: its first one, or that it passed.

        A finding that refuses the message takes precedence over a warning.
        """
        first: dict[str, MessageFinding] = {}
        for finding in sorted(self.findings, key=lambda each: each.passed):
            first.setdefault(finding.check, finding)
        return tuple(first.get(check) or _passed(check, seen) for check, seen in self._seen.items())


def _passed(check: str, seen: Message | None) -> MessageFinding:
    says = seen or message("verifier.passed")
    return MessageFinding(says.id, "", "passed", says.parameters, None, check)


def outcome(findings: Iterable[MessageFinding], coding: CodingValue) -> dict[str, Any]:
    """Return the OperationOutcome of ``findings``, in English, coded with ``coding``.

    The coding is a stand-in: Kanta's codes for each fault are not public.
    """
    details = {"coding": [coding.model_dump()]}
    issues: list[dict[str, Any]] = []
    for finding in list(findings)[:_ISSUES_AT_MOST]:
        issue = {
            "severity": "warning" if finding.passed else "error",
            "code": finding.issue_type,
            "details": details,
            "diagnostics": f"{finding.check_name()}: {finding.message}",
        }
        issues.append({**issue, "expression": [finding.path]} if finding.path else issue)
    return {"resourceType": "OperationOutcome", "issue": issues}
