"""Reading certificates and holding them to what a sender needs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretBytes

from sha_disclosure.credentials.certificate import read_certificate
from sha_disclosure.credentials.chain import (
    ChainFault,
    connection_faults,
    date_faults,
    key_faults,
)
from sha_disclosure.credentials.keys import read_certificates
from sha_disclosure.errors import CertificateExpired, ConfigurationError

Chain = tuple[x509.Certificate, ...]


def load_anchors(path: str | Path) -> Chain:
    """Return the trusted CA certificates of a PEM file. Raises ConfigurationError."""
    return certificates_in(read_certificates(Path(path)), str(path))


def certificates_in(pem: SecretBytes, name: str) -> Chain:
    """Return the certificates of a PEM text, all readable. Raises ConfigurationError."""
    chain: list[x509.Certificate] = []
    with suppress(ValueError):
        chain = x509.load_pem_x509_certificates(pem.get_secret_value())
    if not chain:
        raise ConfigurationError(
            f"{name}: no PEM certificate found (a block BEGIN CERTIFICATE). Convert a DER file "
            "with `openssl x509 -inform der -in FILE -out NEW.crt`"
        )
    return readable(tuple(chain), name)


def readable(chain: Chain, name: str) -> Chain:
    """Return the chain when every part of it can be read. Raises ConfigurationError."""
    if any(read_certificate(c.public_bytes(Encoding.DER)) is None for c in chain):
        raise ConfigurationError(f"{name}: a certificate has a key or extension none can read")
    return chain


def require_fit(chain: Chain, name: str, now: datetime) -> None:
    """Return for a connected chain of strong keys that is valid ``now``.

    Raises ConfigurationError and CertificateExpired.
    """
    require(name, [*key_faults(chain), *connection_faults(chain)])
    expired = "; ".join(fault.en for fault in date_faults(chain, now))
    if expired:
        raise CertificateExpired(f"{name}: {expired}")


def require(name: str, faults: Iterable[ChainFault]) -> None:
    """Return when there are no faults. Raises ConfigurationError with all of them."""
    told = "; ".join(dict.fromkeys(fault.en for fault in faults))
    if told:
        raise ConfigurationError(f"{name}: {told}")
