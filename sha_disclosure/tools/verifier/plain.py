"""Checks that need no knowledge of elements: no empty values, no stray identity codes.

FHIR R4 JSON forbids empty objects, arrays, strings and null; free text must not contain a
personal identity code, since the client and others may read it (703/2023 74 § 2 mom.).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sha_disclosure.characters import CONTROL, NONCHARACTER, shows_nothing
from sha_disclosure.editions.wire import Wire
from sha_disclosure.identity_codes import has_code
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.node import ELEMENT_NAMES

NO_EMPTIES = "no_empties"
FREE_TEXT = "free_text"
# FHIR R4's primitive types (https://hl7.org/fhir/R4/datatypes.html#primitive), and the elements
# of a message that have them; every other text is a string.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "code": re.compile(r"[^\s]+(\s[^\s]+)*"),
    "uri": re.compile(r"\S+"),
    "id": re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII),
}
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("code", "language", "method", "status", "type", "use"), "code"),
    **dict.fromkeys(("sigFormat", "targetFormat"), "code"),
    **dict.fromkeys(("fullUrl", "profile", "system", "url"), "uri"),
    "id": "id",
}


def check_plain(bundle: Any, wire: Wire, report: Report) -> None:
    """Walk the whole message and report empty values, bad characters and identity codes."""
    report.begin(FREE_TEXT)
    report.begin(NO_EMPTIES)
    _walk(bundle, "Bundle", "", wire, report)


def _walk(value: Any, where: str, name: str, wire: Wire, report: Report) -> None:
    if isinstance(value, str):
        _text(value, where, name, wire, report)
    elif isinstance(value, dict):
        identity = value.get("system") == wire.identifier.personal_id
        for inner, member in value.items():
            if identity and inner == "value" and isinstance(member, str) and member:
                continue
            # A name that is not a FHIR element may itself be personal data.
            place = f"{where}.{inner}" if inner in ELEMENT_NAMES else where
            _walk(member, place, inner, wire, report)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _walk(member, f"{where}[{index}]", name, wire, report)
    if value is None or value in ("", [], {}):
        report.refuse("empty", where)


def _text(value: str, where: str, name: str, wire: Wire, report: Report) -> None:
    if not value:
        return  # an empty element, whatever its type
    if shows_nothing(value):
        report.refuse("blank", where)
    elif (kind := _TYPES.get(name)) and not _FORMS[kind].fullmatch(value):
        report.refuse("primitive", where, type=kind)
    if CONTROL.search(value) or NONCHARACTER.search(value):
        report.refuse("characters", where)
    if len(value) > wire.limit.text:
        report.refuse("text_long", where)
    if has_code(value):
        report.refuse("identity_code", where, check=FREE_TEXT)
