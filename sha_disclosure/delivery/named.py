"""A service's values for a stored notice, accepted only in the forms of FHIR and HTTP.

Anything else could be any text, even an identity code, and is not kept: receipts, evidence and
events outlive the notice.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from sha_disclosure.identity_codes import has_code

_STORED = re.compile(r"(2[0-9]{2})(?: (.*))?", re.DOTALL)
_PHRASES = {str(each.value): each.phrase.lower() for each in HTTPStatus}
_LOCATION_MAX = 512
_ID = r"[A-Za-z0-9.-]{1,64}"
_LOCATION = re.compile(
    r"(https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?)?/?([A-Za-z0-9._~-]{1,64}/){0,8}"
    rf"[A-Z][A-Za-z]{{0,40}}/{_ID}(/_history/{_ID})?",
    re.ASCII,
)


def stored_status(status: object) -> str | None:
    """Return the status of a stored entry, e.g. ``201 Created``; None for any other.

    A non-standard reason phrase is omitted.
    """
    found = _STORED.fullmatch(status) if isinstance(status, str) else None
    if found is None:
        return None
    code, phrase = found[1], found[2] or ""
    return f"{code} {phrase}" if phrase and phrase.lower() == _PHRASES.get(code) else code


def location(value: object) -> str | None:
    """Return the location of a resource: ``[base]/[type]/[id]``, with or without a version."""
    if not isinstance(value, str) or len(value) > _LOCATION_MAX or has_code(value):
        return None
    return value if _LOCATION.fullmatch(value) else None
