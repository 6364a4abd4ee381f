"""The entry of a search in the provider's own access log (käyttöloki, 703/2023 10 § 2 mom.)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sha_disclosure.law.searches.request import AccessUnit, AccessUser, VerifiedRelationship
from sha_disclosure.law.searches.rights import UseCase
from sha_disclosure.values import Instant


@dataclass(frozen=True, slots=True)
class AccessLogEntry:
    """Who searched, in which unit, by which right, when; never the cause or the justification.

    ``to_dict()`` has no name and no identity code, so it may go to any log. ``reveal()`` adds
    the user's name and identifier and the client's identifier: for the access log itself.
    Which data came, and of which provider, is added when the answer comes.
    """

    use_case: UseCase
    provision: str
    asked_at: Instant
    verified_at: Instant
    unit: AccessUnit
    user: AccessUser = field(repr=False)
    relationship: VerifiedRelationship = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain values, free of personal data."""
        return {
            "purpose": self.use_case,
            "provision": self.provision,
            "asked_at": str(self.asked_at),
            "relationship_verified_at": str(self.verified_at),
            "unit": {"oid": str(self.unit.oid), "name": self.unit.name.reveal()},
        }

    def reveal(self) -> dict[str, Any]:
        """Return the entry with personal data. Only for the access log, whose access is logged."""
        user, of = self.user, self.relationship
        names = [*(name.reveal() for name in user.given_names), user.family_name.reveal()]
        return {
            **self.to_dict(),
            "user": {
                "name": " ".join(names),
                "id": {"system": str(user.id.system), "value": user.id.value.reveal()},
                "task": user.task.reveal(),
            },
            "client": {
                "personal_id": of.personal_id.reveal() if of.personal_id else None,
                "temporary_id": of.temporary_id.reveal() if of.temporary_id else None,
            },
            "relationship_reference": of.reference.reveal() if of.reference else None,
        }
