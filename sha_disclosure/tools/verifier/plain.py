"""Checks of the message that need no knowledge of its elements: no empties, no stray codes.

FHIR R4 JSON forbids empty objects, arrays, strings and null; free text must not carry a
personal identity code, since the client and others may read it (703/2023 74 § 2 mom.).
"""

from __future__ import annotations

import re
from typing import Any

from sha_disclosure.editions.wire import Wire
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.node import ELEMENT_NAMES
from sha_disclosure.values import names_a_person

NO_EMPTIES = "no empty values"
FREE_TEXT = "no identity code in texts"
# FHIR R4 string: tab, line feed and carriage return are the only control characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def check_plain(bundle: Any, wire: Wire, report: Report) -> None:
    """Walk the whole message and report empty values, bad characters and identity codes."""
    report.begin(FREE_TEXT)
    report.begin(NO_EMPTIES)
    _walk(bundle, "Bundle", wire, report)


def _walk(value: Any, where: str, wire: Wire, report: Report) -> None:
    if isinstance(value, str):
        _text(value, where, wire, report)
    elif isinstance(value, dict):
        identity = value.get("system") == wire.identifier.personal_id
        for name, member in value.items():
            if identity and name == "value" and isinstance(member, str) and member:
                continue
            # A name that no FHIR element has may be personal data itself.
            _walk(member, f"{where}.{name}" if name in ELEMENT_NAMES else where, wire, report)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _walk(member, f"{where}[{index}]", wire, report)
    if value is None or value in ("", [], {}):
        report.refuse("an element is empty or null", where, code="structure")


def _text(value: str, where: str, wire: Wire, report: Report) -> None:
    if value and not value.strip():
        report.refuse("a text is blank", where, code="structure")
    if _CONTROL.search(value):
        report.refuse("a text has a character that FHIR does not allow", where, code="value")
    if len(value) > wire.limit.text:
        report.refuse("a text is longer than FHIR allows", where, code="too-long")
    if names_a_person(value):
        report.refuse("a text has a personal identity code in it", where, code="security",
                      check=FREE_TEXT)  # fmt: skip
