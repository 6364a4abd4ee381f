"""Reminders that a certificate will expire, once each at 30, 7 and 1 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sha_disclosure.credentials.certificate import Chain, thumbprint
from sha_disclosure.credentials.credentials import Credentials
from sha_disclosure.credentials.origins import Table
from sha_disclosure.events import CertificateExpiring

_DAYS = (30, 7, 1)


def chains(credentials: Credentials) -> dict[Table, Chain]:
    """Return the certificate chain of each use; that of tokens only if it differs."""
    found: dict[Table, Chain] = {
        "tls": credentials.client_chain,
        "signing": credentials.content.chain,
    }
    if credentials.token.leaf != credentials.content.leaf:
        found["token"] = credentials.token.chain
    return {table: chain for table, chain in found.items() if chain}


def ends_at(chain: Chain) -> datetime:
    """Return when the first certificate of a chain expires."""
    return min(certificate.not_valid_after_utc for certificate in chain)


class ExpiryReminders:
    """Tracks which expiring certificates have been announced."""

    def __init__(self) -> None:
        self._announced: dict[str, int] = {}

    def due(self, table: Table, chain: Chain, now: datetime) -> CertificateExpiring | None:
        """Return the event if one is due, and mark it as announced."""
        left, name = ends_at(chain) - now, thumbprint(chain[0])
        reached = [days for days in _DAYS if left <= timedelta(days=days)]
        if not reached or min(reached) >= self._announced.get(name, _DAYS[0] + 1):
            return None
        self._announced[name] = min(reached)
        return CertificateExpiring(table, name, left.days)
