"""The receipt: the service's confirmation that it stored a notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """One notice as the service stored it; ``status`` and ``location`` are the service's values.

    ``reference`` is the caller's own key of the disclosure.
    """

    notice_id: str
    status: str
    location: str | None
    provenance_location: str | None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service accepted the message (vastaanottokuittaus).

    ``request_id``: the X-Request-Id of the accepted attempt. ``response_id``: the
    service's own id of its answer. ``attempts``: the number of attempts. ``possibly_duplicated``:
    an earlier attempt ended without an answer, so the service may hold a second copy.
    ``acknowledged``: the objections that the notices acknowledged.
    """

    notices: tuple[StoredNotice, ...]
    request_id: str
    response_id: str | None
    attempts: int
    received_at: datetime
    possibly_duplicated: bool = False
    acknowledged: tuple[str, ...] = ()

    @property
    def notice_id(self) -> str:
        """The id of the (first) notice."""
        return self.notices[0].notice_id

    @property
    def status(self) -> str:
        """The service's status of the (first) notice, e.g. ``201 Created``."""
        return self.notices[0].status

    @property
    def location(self) -> str | None:
        """Where the service keeps the (first) notice."""
        return self.notices[0].location

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one plain record per notice, as ``send --json`` prints them."""
        return [
            {
                "reference": each.reference,
                "notice_id": each.notice_id,
                "request_id": self.request_id,
                "status": each.status,
                "location": each.location,
                "attempts": self.attempts,
                **({"acknowledged": list(self.acknowledged)} if self.acknowledged else {}),
            }
            for each in self.notices
        ]
