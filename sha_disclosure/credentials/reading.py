"""Reading certificates and chains, each part of which can be read."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretBytes

from sha_disclosure.credentials.certificate import Chain, read_certificate
from sha_disclosure.credentials.chain import (
    check_connection,
    check_dates,
    check_keys,
    explanation,
)
from sha_disclosure.credentials.places import read_certificates
from sha_disclosure.errors import CertificateExpired, ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message


def load_anchors(path: str | Path) -> Chain:
    """Return the trusted CA certificates of a PEM file. Raises ConfigurationError."""
    return load_chain(Path(path))


def load_chain(place: Path | str) -> Chain:
    """Return the PEM certificates of a file, or of a variable ``env:NAME``.

    Raises ConfigurationError.
    """
    return read_chain(read_certificates(place), str(place))


def read_chain(pem: bytes | SecretBytes, name: str) -> Chain:
    """Return the certificates of a PEM text in its order, all readable.

    ``name`` stands for the text in errors. Text that may hold a key as well is given as
    SecretBytes. Raises ConfigurationError.
    """
    text = pem if isinstance(pem, SecretBytes) else SecretBytes(pem)
    chain: list[x509.Certificate] = []
    with suppress(ValueError):
        chain = x509.load_pem_x509_certificates(text.get_secret_value())
    if not chain:
        raise ConfigurationError(message("certificate_files.no_pem", name=name))
    return readable(tuple(chain), name)


def readable(chain: Chain, name: str) -> Chain:
    """Return the chain when every part of it can be read. Raises ConfigurationError."""
    if any(read_certificate(c.public_bytes(Encoding.DER)) is None for c in chain):
        raise ConfigurationError(message("certificate_files.unreadable_part", name=name))
    return chain


def require_fit(chain: Chain, name: str, now: datetime) -> None:
    """Return for a connected chain of strong keys that is valid ``now``.

    Raises ConfigurationError and CertificateExpired.
    """
    require(name, *check_keys(chain), *check_connection(chain))
    why = explanation(check_dates(chain, now))
    if why:
        raise CertificateExpired(message("certificates.refused", name=name, why=why))


def require(name: str, *findings: Finding) -> None:
    """Return when nothing was found. Raises ConfigurationError with all findings."""
    why = explanation(findings)
    if why:
        raise ConfigurationError(message("certificates.refused", name=name, why=why))
