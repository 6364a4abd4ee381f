"""Certificate revocation lists (sulkulistat) of the CAs behind the server's certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sha_disclosure.credentials.revocation_lists import load_revocation_lists
from sha_disclosure.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Revocations:
    """Readable revocation lists that are in force."""

    lists: tuple[x509.CertificateRevocationList, ...]

    @property
    def pem(self) -> bytes:
        """The lists as PEM."""
        return b"".join(each.public_bytes(Encoding.PEM) for each in self.lists)

    def cover(self, anchors: Iterable[x509.Certificate]) -> bool:
        """Return whether every trusted CA has a list: then all levels of a chain are checked."""
        issuers = {each.issuer for each in self.lists}
        return all(anchor.subject in issuers for anchor in anchors)


def read_revocations(path: Path, now: datetime) -> Revocations:
    """Return the lists of a file: PEM, one or several, or one in DER.

    A connection needs the list of the CA that issued the server's certificate; with the lists
    of all CAs up to the roots of the ``ca`` file, every level is checked. What is missing or out
    of date fails the connection: so a list that is not in force is refused here already.

    Raises ConfigurationError.
    """
    lists = load_revocation_lists(path)
    for place, each in enumerate(lists, 1):
        end = each.next_update_utc
        if now < each.last_update_utc or (end is not None and end < now):
            until = f" until {end:%Y-%m-%dT%H:%M:%SZ}" if end else ""
            raise ConfigurationError(
                f"{path}: revocation list {place} is in force from "
                f"{each.last_update_utc:%Y-%m-%dT%H:%M:%SZ}{until}, now it is "
                f"{now.isoformat(timespec='seconds')}; fetch the CA's list anew, or check the clock"
            )
    return Revocations(lists)
