"""The health of an outbox (säilön kunto), for monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sha_disclosure.messages import Language, Message, message
from sha_disclosure.outbox.inventory import Status


@dataclass(frozen=True, slots=True)
class Health:
    """Whether an outbox is within the given thresholds.

    ``problems``: one message for each that is not. ``status`` is None if the database could not
    be queried.
    """

    problems: tuple[Message | str, ...]
    status: Status | None = None

    @property
    def ok(self) -> bool:
        """Whether there is no problem."""
        return not self.problems

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the health as plain values, without personal data."""
        return {
            "ok": self.ok,
            "problems": [
                each.text(language) if isinstance(each, Message) else each for each in self.problems
            ],
            "status": self.status.to_dict() if self.status else None,
        }


def judged(status: Status, max_age: float | None, max_quarantined: int | None) -> Health:
    """Return the health of an outbox from its counts."""
    problems = []
    if max_age is not None and status.oldest_pending_s > max_age:
        seconds = f"{status.oldest_pending_s:.0f}"
        problems.append(message("outbox.health.too_old", seconds=seconds, limit=max_age))
    quarantined = status.counts["quarantined"]
    if max_quarantined is not None and quarantined > max_quarantined:
        problems.append(message("outbox.health.too_many", count=quarantined, limit=max_quarantined))
    return Health(tuple(problems), status)
