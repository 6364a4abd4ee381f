"""A code list in the shape the national code server's interface returns, with invented codes."""

from __future__ import annotations

from typing import Any

Data = dict[str, Any]

OID = "1.2.246.537.6.1221.201601"
SYSTEM = f"urn:oid:{OID}"


def concept(code: str, **changes: Any) -> Data:
    """Return one code as a page has it."""
    return {
        "conceptCodeId": code,
        "status": "ACTIVE",
        "beginDate": "2016-01-01T00:00:00+02:00",
        "expirationDate": "2099-12-31T00:00:00+02:00",
        "attributes": [
            {"attributeName": "ShortName", "language": "fi", "attributeValue": [f"Nimi {code}"]},
            {"attributeName": "ShortName", "language": "sv", "attributeValue": [f"Namn {code}"]},
            {"attributeName": "LongName", "language": "fi", "attributeValue": ["Pitkä nimi"]},
            {"attributeName": "Description", "attributeValue": []},
        ],
        **changes,
    }


def page(*concepts: Data, number: int = 1, pages: int = 1, total: int | None = None) -> Data:
    """Return one page."""
    return {
        "conceptCodes": list(concepts),
        "page": number,
        "totalItems": len(concepts) if total is None else total,
        "totalPages": pages,
    }
