"""Requests of searches by a right of access, complete and with one thing changed."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

from notices import identity_code

Data = dict[str, Any]

CLIENT_CODE = identity_code(date(1948, 3, 2), 904)
CAUSES = ("memory_disease", "mental_disorder", "intellectual_disability", "similar_cause")

BROAD: Data = {
    "cause": "memory_disease",
    "cannot_judge_permission": True,
    "no_legal_representative": True,
    "data_necessary": True,
}
AUTHORITY: Data = {
    "statutory_task": "Lastensuojelutarpeen selvittäminen (417/2007 26 §)",
    "purpose": "assess_need",
    "essential_effect": True,
    "necessary_for_task": True,
}
RIGHTS: dict[str, tuple[Data, str, str]] = {
    "broad_search": (
        {**BROAD, "service_necessary": True},
        "social_welfare_provider",
        "703/2023 55 § 2 mom. 1. virke",
    ),
    "broad_patient_data_search": (
        BROAD,
        "social_welfare_provider",
        "703/2023 53 § 5 mom. 1. virke",
    ),
    "health_care_broad_search": (BROAD, "health_care_provider", "703/2023 53 § 6 mom."),
    "authority_search": (
        AUTHORITY,
        "social_welfare_authority",
        "703/2023 55 § 2 mom. 2. virke",
    ),
    "authority_patient_data_search": (
        AUTHORITY,
        "social_welfare_authority",
        "703/2023 53 § 5 mom. 2. virke",
    ),
}
"""Kind of right -> its conditions, to whom it belongs, its provision."""


def right(kind: str) -> Data:
    """Return a right with every condition met."""
    return {"kind": kind, **RIGHTS[kind][0]}


def request(kind: str = "broad_search", **changes: Any) -> Data:
    """Return a complete request that keeps every rule."""
    return copy.deepcopy(
        {
            "right": right(kind),
            "reason": {"code": "7", "display": "Esimerkkiperuste"},
            "justification": "Kotihoidon kiireellinen järjestäminen",
            "relationship": {
                "verified": True,
                "verified_at": "2026-11-22T11:58:00+02:00",
                "personal_id": CLIENT_CODE,
                "reference": "asiakkuus-4711",
            },
            "user": {
                "family_name": "Virtanen",
                "given_names": ["Aino"],
                "id": {"system": "urn:oid:1.2.246.537.29", "value": "81234567890"},
                "task": "Sosiaalityöntekijä",
            },
            "unit": {
                "oid": "1.2.246.10.28777751.10.12",
                "name": "Aikuissosiaalityö",
                "roles": [RIGHTS[kind][1]],
            },
            "asked_at": "2026-11-22T11:59:00+02:00",
            "service_request": {"code": "esim-1", "display": "Esimerkki"},
            "use_situation": {"code": "esim-2", "display": "Toinen esimerkki"},
            **changes,
        }
    )
