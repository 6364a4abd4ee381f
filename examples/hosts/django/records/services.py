"""A disclosure and its notice, stored together or not at all."""

from datetime import UTC, datetime

from django.db import transaction
from records.models import Disclosure

from sha_disclosure import DisclosureNotice
from sha_disclosure.integrations.django import kanta, outbox


def record_disclosure(key: str, purpose: str) -> Disclosure:
    """Store that a decision was sent to another authority."""
    notice = DisclosureNotice.model_validate(
        {
            "reference": key,
            "client": {
                "birth_date": "1980-02-01",
                "family_name": "Esimerkki",
                "given_names": ["Elli"],
            },
            "controller": {"oid": "1.2.246.10.28777751.10.0", "name": "Esimerkin hyvinvointialue"},
            "discloser": {
                "family_name": "Virtanen",
                "given_names": ["Aino"],
                "unit": {"oid": "1.2.246.10.28777751.10.12", "name": "Aikuissosiaalityö"},
            },
            "recipient": {
                "kind": "organisation",
                "name": "Kansaneläkelaitos",
                "roles": ["other_authority"],
            },
            "ground": {"kind": "statute", "provision": "703/2023 63 § 1 mom."},
            "purpose": purpose,
            "disclosed_at": datetime.now(UTC),
            "disclosed_data": [
                {
                    "description": "Päätös",
                    "service_tasks": [{"code": "20", "display": "Työikäisten palvelut"}],
                }
            ],
        }
    )
    prepared = kanta().prepare(notice)  # an invalid notice stops here: nothing is stored
    with transaction.atomic():
        disclosure = Disclosure.objects.create(
            key=key, purpose=purpose, notice_id=prepared.notice_ids[0]
        )
        outbox().add(prepared)
    return disclosure
