"""Telling that a certificate will end, each once at 30, 7 and 1 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sha_disclosure.credentials import Chain, Identity
from sha_disclosure.credentials.certificate import thumbprint
from sha_disclosure.credentials.principals import Use
from sha_disclosure.events import CertificateExpiring

_DAYS = (30, 7, 1)


def chains(identity: Identity) -> dict[Use, Chain]:
    """Return the certificate chain of each use; tokens' only where it is not the content's."""
    found: dict[Use, Chain] = {"tls": identity.client, "signing": identity.content.chain}
    if identity.token.leaf != identity.content.leaf:
        found["token"] = identity.token.chain
    return {use: chain for use, chain in found.items() if chain}


def ends_at(chain: Chain) -> datetime:
    """Return when the first certificate of a chain ends."""
    return min(certificate.not_valid_after_utc for certificate in chain)


class Expiry:
    """Remembers what was told of which certificate."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def to_tell(self, use: Use, chain: Chain, now: datetime) -> CertificateExpiring | None:
        """Return the event that is due, if one is; it counts as told then."""
        left, name = ends_at(chain) - now, thumbprint(chain[0])
        reached = [days for days in _DAYS if left <= timedelta(days=days)]
        if not reached or min(reached) >= self._told.get(name, _DAYS[0] + 1):
            return None
        self._told[name] = min(reached)
        return CertificateExpiring(use, name, left.days)
