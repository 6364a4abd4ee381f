"""Reads certificates and chains, ensuring that each part can be read."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from pydantic import SecretBytes

from sha_disclosure.boundary import boundary
from sha_disclosure.credentials.certificate import UNREADABLE, Chain, is_readable
from sha_disclosure.credentials.chain import (
    check_connection,
    check_dates,
    check_keys,
    explanation,
)
from sha_disclosure.credentials.pem import pem_blocks
from sha_disclosure.credentials.places import read_certificates
from sha_disclosure.errors import CertificateExpired, ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, message

_LABELS = ("CERTIFICATE", "X509 CERTIFICATE")  # RFC 7468 section 5.1


@boundary
def load_anchors(path: str | Path) -> Chain:
    """Return the trusted CA certificates of a PEM file. Raises ConfigurationError."""
    return load_chain(Path(path))


@boundary
def load_chain(place: Path | str) -> Chain:
    """Return the PEM certificates of a file, or of a variable ``env:NAME``.

    Raises ConfigurationError.
    """
    return read_chain(read_certificates(place), str(place))


def read_chain(pem: bytes | SecretBytes, name: str) -> Chain:
    """Return the certificates of a PEM text in order, all readable.

    ``name`` identifies the text in errors. Text that may also contain a key is passed as
    SecretBytes. Raises ConfigurationError.
    """
    read = pem_certificates(pem if isinstance(pem, SecretBytes) else SecretBytes(pem))
    if isinstance(read, Message):
        raise ConfigurationError(message("certificate_files.damaged", name=name, why=read))
    if not read:
        raise ConfigurationError(message("certificate_files.no_pem", name=name))
    return readable(read, name)


def pem_certificates(pem: SecretBytes) -> Chain | Message:
    """Return the certificates of a PEM text, possibly none, or why it is damaged.

    Blocks of other kinds, such as the key, are ignored.
    """
    blocks = pem_blocks(pem)
    if isinstance(blocks, Message):
        return blocks
    chain: list[x509.Certificate] = []
    for place, block in enumerate(blocks, 1):
        if block.label == "TRUSTED CERTIFICATE":
            return message("pem.trusted", place=place)
        if block.label in _LABELS:
            try:
                chain.append(_certificate(block.text))
            except UNREADABLE:
                return message("pem.block", place=place)
    return tuple(chain)


# A CA's certificate occurs in the files of many organisations.
_certificate = lru_cache(maxsize=64)(x509.load_pem_x509_certificate)


def readable(chain: Chain, name: str) -> Chain:
    """Return the chain if every part of it can be read. Raises ConfigurationError."""
    if not all(map(is_readable, chain)):
        raise ConfigurationError(message("certificate_files.unreadable_part", name=name))
    return chain


def require_fit(chain: Chain, name: str, now: datetime) -> None:
    """Require a connected chain of strong keys that is valid ``now``.

    Raises ConfigurationError and CertificateExpired.
    """
    require(name, *check_keys(chain), *check_connection(chain))
    why = explanation(check_dates(chain, now))
    if why:
        raise CertificateExpired(message("certificates.refused", name=name, why=why))


def require(name: str, *findings: Finding) -> None:
    """Raise ConfigurationError with all findings, if there are any."""
    why = explanation(findings)
    if why:
        raise ConfigurationError(message("certificates.refused", name=name, why=why))
