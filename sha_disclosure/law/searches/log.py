"""The access log entry of a search (käyttöloki, 703/2023 10 § 2 mom.)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sha_disclosure.codes import Coding
from sha_disclosure.law.searches.request import AccessRequest
from sha_disclosure.law.searches.rights import ReasonPart
from sha_disclosure.messages import Language, message
from sha_disclosure.values import FreeText, Oid


class UsedData(ReasonPart):
    """The data a search returned (käytetyt tiedot, 10 § 2 mom.) from one provider.

    ``provider_oid`` and ``provider_name``: the provider whose data is used (palvelunantaja,
    jonka asiakastietoja käytetään). ``document_ids`` or ``description``: which data.
    """

    provider_oid: Oid
    provider_name: FreeText
    document_ids: tuple[Oid, ...] = ()
    description: FreeText | None = None


@dataclass(frozen=True, slots=True)
class AccessLogEntry:
    """Who searched whose data, in which unit, by which right, for what purpose and when.

    Holds what 10 § 2 mom. requires of the access log, and what a client may request by 11 § 1
    mom.: who has used the data, and on what ground. ``to_dict()`` has no name, identity code or
    free text, so it may go to any log. ``reveal()`` adds them, for the access log itself.
    Neither includes the cause of a broad right or the user's justification.
    """

    request: AccessRequest = field(repr=False)
    reason: Coding | None = field(repr=False)
    used: tuple[UsedData, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain values, without personal data."""
        asked = self.request
        right, unit = asked.right, asked.unit
        return {
            "right": right.kind,
            "use_case": right.use_case,
            "provision": right.provision,
            "purpose": list(right.purposes),
            "reason": _plain(self.reason),
            "conditions": list(right.conditions),
            "denial_overridden": asked.denial_overridden,
            "asked_at": str(asked.asked_at),
            "relationship_verified_at": str(asked.relationship.verified_at),
            "unit": {"oid": str(unit.oid), "name": unit.name.reveal()},
        }

    def purpose(self, language: Language = "fi") -> str:
        """Return what the data is used for (käyttötarkoitus), in the provision's wording."""
        sentences = (
            message(f"search_purpose.{each}").text(language) for each in self.request.right.purposes
        )
        return "; ".join(sentences)

    def reveal(self, language: Language = "fi") -> dict[str, Any]:
        """Return the entry with personal data. Only for the access log, whose access is logged."""
        user, of = self.request.user, self.request.relationship
        names = [*(name.reveal() for name in user.given_names), user.family_name.reveal()]
        task = getattr(self.request.right, "statutory_task", None)
        return {
            **self.to_dict(),
            "purpose_text": self.purpose(language),
            "statutory_task": task.reveal() if task else None,
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
            "used": [_of_provider(each) for each in self.used],
        }


def _plain(reason: Coding | None) -> dict[str, str] | None:
    if reason is None:
        return None
    return {
        "system": str(reason.system),
        "code": str(reason.code),
        "display": reason.display.reveal(),
    }


def _of_provider(used: UsedData) -> dict[str, Any]:
    return {
        "provider": {"oid": str(used.provider_oid), "name": used.provider_name.reveal()},
        "document_ids": [str(oid) for oid in used.document_ids],
        "description": used.description.reveal() if used.description else None,
    }
