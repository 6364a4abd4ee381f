"""What a service says of a stored notice, in the forms that FHIR and HTTP give it and no other.

Whatever has another form may be anything, an identity code included, and is not kept: receipts,
evidence and events outlive the notice.
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
    """Return the status of an entry that was stored, e.g. ``201 Created``; None of any other.

    Another reason phrase than that of the standard is left out.
    """
    found = _STORED.fullmatch(status) if isinstance(status, str) else None
    if found is None:
        return None
    code, phrase = found[1], found[2] or ""
    return f"{code} {phrase}" if phrase and phrase.lower() == _PHRASES.get(code) else code


def location(value: object) -> str | None:
    """Return where a resource is kept: ``[base]/[type]/[id]``, with a version or without."""
    if not isinstance(value, str) or len(value) > _LOCATION_MAX or has_code(value):
        return None
    return value if _LOCATION.fullmatch(value) else None
