"""What the tests of signatures share."""

from __future__ import annotations

from typing import Any

import pytest

from sha_disclosure.editions import Edition, load_edition


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition()


@pytest.fixture
def bundle() -> dict[str, Any]:
    """A Bundle as the builders give it: element order of FHIR, Finnish text."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:oid:1.2.246.10.12345678.10.0.95.2026.1",
                "resource": {
                    "resourceType": "AuditEvent",
                    "recorded": "2026-11-15T11:00:00+02:00",
                    "outcomeDesc": 'Rekisterinpitäjä / "A"\n€ 😀',
                    "agent": [{"requestor": True}, {"requestor": False}],
                },
                "request": {"method": "POST", "url": "AuditEvent"},
            }
        ],
    }
