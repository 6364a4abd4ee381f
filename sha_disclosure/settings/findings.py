"""Faults in the settings, as findings.

An entry is identified by its place, never by its value, which may be secret or personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from pydantic_core import ErrorDetails

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, Parameters, message
from sha_disclosure.settings.loading import VARIABLE_PREFIX

# Pydantic's error types that share a sentence; the settings' own types name theirs.
_SENTENCES = {
    "missing": "missing",
    "model_type": "not_a_table",
    "extra_forbidden": "unknown",
    "oid": "oid",
    "root_long": "root_long",
    "address": "address",
    "controller_twice": "controller_twice",
    "requester_twice": "requester_twice",
    "host_port": "host_port",
    "personal_id": "personal_id",
    "place": "place",
    "pin": "pin",
    "backslash": "backslash",
    "literal_error": "choice",
    "int_parsing": "whole_number",
    "int_type": "whole_number",
    "float_parsing": "number",
    "float_type": "number",
    "bool_parsing": "boolean",
    "bool_type": "boolean",
    "string_type": "not_text",
    "string_too_short": "empty",
    "blank": "empty",
    "unwritable": "unwritable",
    "string_unicode": "unwritable",
    "string_too_long": "too_long",
    "path_type": "path",
    "greater_than": "above",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "finite_number": "finite",
}
_BOUNDS = ("max_length", "gt", "ge", "le", "longest")


def findings_of(faults: Iterable[ErrorDetails]) -> tuple[Finding, ...]:
    """Return a finding for each of pydantic's errors; ``part("fix")`` says how to fix it."""
    return tuple(dict.fromkeys(map(_finding, faults)))


def naming_variables(findings: Iterable[Finding], variables: Set[str]) -> tuple[Finding, ...]:
    """Return the findings; each entry set by an environment variable names that variable."""
    return tuple(_naming(each, variables) for each in findings)


def settings_refused(origin: str, findings: Sequence[Finding]) -> ConfigurationError:
    """Return the error that lists all findings."""
    listed = tuple(_line(each) for each in findings)
    return ConfigurationError(
        message("settings.refused", origin=origin, findings=listed), findings=findings
    )


def _finding(fault: ErrorDetails) -> Finding:
    sentence = _SENTENCES.get(fault["type"], "other")
    path = ".".join(map(str, fault["loc"]))
    return Finding(f"settings.{sentence}", path, parameters=_parameters(fault))


def _parameters(fault: ErrorDetails) -> Parameters:
    context = fault.get("ctx", {})
    bounds = tuple((name, context[name]) for name in _BOUNDS if name in context)
    if fault["type"] == "literal_error":
        return (("expected", tuple(re.findall(r"'([^']+)'", context["expected"]))),)
    return bounds


def _naming(finding: Finding, variables: Set[str]) -> Finding:
    variable = VARIABLE_PREFIX + finding.path.upper().replace(".", "__")
    if variable not in variables:
        return finding
    detail = message("settings.set_by", variable=variable)
    return Finding(finding.id, finding.path, finding.severity, finding.parameters, detail)


def _line(finding: Finding) -> Message:
    found = Message(finding.id, finding.parameters)
    if finding.detail:
        found = message("settings.found_in", found=found, detail=finding.detail)
    fix = Message(f"{finding.id}.fix", finding.parameters)
    return message("settings.line", path=finding.path, found=found, fix=fix)
