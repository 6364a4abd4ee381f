"""What a message's certificates must chain to. ``credentials`` makes every check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from sha_disclosure.credentials import (
    Chain,
    check_connection,
    check_dates,
    check_environment,
    check_keys,
    check_purposes,
    check_revocation,
    check_trust,
    check_usage,
    load_anchors,
    paths_to,
    read_certificate,
)
from sha_disclosure.editions import wire
from sha_disclosure.encoding import Malformed, from_base64
from sha_disclosure.findings import Finding
from sha_disclosure.settings import Environment

SIGNING_CA = "signing-ca.crt"
_KEPT = 256
_LONGEST = 10


class Surroundings(NamedTuple):
    """The environment of the messages, and what distinguishes other environments' certificates."""

    environment: Environment
    marks: wire.Trust


@dataclass(slots=True)
class Trust:
    """Trusted ``anchors``, revocation lists, and a cache of chains already accepted.

    With ``surroundings``, certificates of another environment are refused. A service sees the
    same few chains repeatedly; only their validity is checked each time.
    """

    anchors: Sequence[x509.Certificate]
    revocation_lists: Sequence[x509.CertificateRevocationList] = ()
    surroundings: Surroundings | None = None
    _good: dict[bytes, Chain] = field(default_factory=dict)

    def findings(self, chain: Chain, at: datetime) -> Iterator[tuple[str, Finding]]:
        """Yield the faults of a chain at the time ``at``, each with the name of its part."""
        name = hashlib.sha256(b"".join(c.tbs_certificate_bytes for c in chain)).digest()
        good = self._good.get(name) == chain and self._anchors_valid(at)
        found = [] if good else list(self._judged(chain, at))
        if not found and len(self._good) < _KEPT:
            self._good[name] = chain
        yield from found
        yield from (("dates", each) for each in check_dates(chain, at))
        if self.revocation_lists:
            for each in check_revocation(chain, self.anchors, self.revocation_lists, at):
                yield "revocation", each

    def _judged(self, chain: Chain, at: datetime) -> Iterator[tuple[str, Finding]]:
        yield from (("key", each) for each in check_keys(chain))
        yield from (("key_usage", each) for each in check_usage(chain[0], "signing"))
        yield from (("key_usage", each) for each in check_purposes(chain))
        found = (*check_connection(chain), *check_trust(chain, self.anchors, at))
        yield from (("chain", each) for each in dict.fromkeys(found))
        if self.surroundings:
            above = (path[-1] for each in self.anchors for path in paths_to(chain, each))
            whole = tuple(dict.fromkeys((*chain, *above)))
            for other in check_environment(whole, *self.surroundings):
                yield "chain", other

    def _anchors_valid(self, at: datetime) -> bool:
        return all(a.not_valid_before_utc <= at <= a.not_valid_after_utc for a in self.anchors)


def read_x5c(texts: object) -> Chain | None:
    """Return the certificates of a JWS header's ``x5c``, or None if any cannot be read."""
    if not isinstance(texts, list) or not 1 <= len(texts) <= _LONGEST:
        return None
    try:
        ders = [from_base64(text) for text in texts if isinstance(text, str)]
    except Malformed:
        return None
    return chain_of(ders) if len(ders) == len(texts) else None


def chain_of(ders: Iterable[bytes]) -> Chain | None:
    """Return the certificates in DER, or None if any cannot be read."""
    chain = [read_certificate(der) for der in ders]
    return tuple(each for each in chain if each is not None) if all(chain) else None


def signing_anchors(folder: Path, root: x509.Certificate) -> Chain:
    """Return the anchors of signing certificates: the folder's ``signing-ca.crt``, else the root.

    TLS clients are only accepted under ``ca.crt``, as in Kanta each kind of certificate has its own
    issuing CA. Raises ConfigurationError if the file cannot be read.
    """
    path = folder / SIGNING_CA
    return load_anchors(path) if path.exists() else (root,)


def allows_tls_client(der: bytes) -> bool:
    """Return whether a certificate names clientAuth in its extended key usage."""
    certificate = read_certificate(der)
    if certificate is None:
        return False
    try:
        named = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in named


def allows_digital_signature(certificate: x509.Certificate) -> bool:
    """Return whether a certificate has digitalSignature in its key usage, as a token requires."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature
