"""The files an identity is read from, to see when it was renewed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sha_disclosure.credentials.keys import TokenUri
from sha_disclosure.credentials.keys.pin import pin_file
from sha_disclosure.settings import KeyPair, Settings, Tls


def watched_files(settings: Settings) -> tuple[Path, ...]:
    """Return every file the identity of ``settings`` is read from, each once.

    Keys, certificates, trusted CAs, revocation lists and PINs; what is in variables and on
    tokens is not among them. Raises ConfigurationError for a ``pkcs11:`` URI that is none.
    """
    tables = (settings.tls, settings.signing, settings.token)
    named = (file for table in tables if table is not None for file in _files(table))
    return tuple(dict.fromkeys(named))


def _files(table: KeyPair) -> Iterator[Path]:
    for place in (table.certificate, table.key):
        if isinstance(place, Path):
            yield place
    if isinstance(table.key, str) and table.key.startswith("pkcs11:"):
        pin = pin_file(TokenUri.parse(table.key).pin_source)
        if pin is not None:
            yield pin
    if isinstance(table, Tls):
        yield table.ca
        if table.crl is not None:
            yield table.crl
