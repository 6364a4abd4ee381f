"""The origins of keys and certificates: tables of the settings and the content of their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from sha_disclosure.credentials.keys import TokenUri
from sha_disclosure.credentials.keys.pin import pin_file
from sha_disclosure.credentials.places import look_at
from sha_disclosure.files import Unreadable
from sha_disclosure.settings import KeyPair, Settings, Tls

Table = Literal["tls", "signing", "token"]
"""The settings tables that name keys."""
TABLES: tuple[Table, Table, Table] = ("tls", "signing", "token")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one part of the credentials was read from; equal origins hold the same key.

    ``names`` is the settings table (None if a signer of the host replaces it), ``digest`` the
    SHA-256 of its files' contents, in hexadecimal.
    """

    table: Table
    names: KeyPair | None = field(repr=False)
    digest: str


class Origins(NamedTuple):
    """The origins of the parts of one organisation's credentials."""

    tls: Origin
    signing: Origin
    token: Origin


class FileDigests:
    """A snapshot of the files; those shared by several organisations are read once."""

    def __init__(self) -> None:
        self._digests: dict[Path, bytes] = {}

    def origins(self, settings: Settings) -> Origins:
        """Return the origins of one organisation's credentials in its current files."""
        tls, signing, token = (self._origin(settings, table) for table in TABLES)
        if settings.token is None:  # the content's key also signs the tokens
            token = Origin("token", signing.names, signing.digest)
        return Origins(tls, signing, token)

    def _origin(self, settings: Settings, table: Table) -> Origin:
        names: KeyPair | None = getattr(settings, table)
        whole = hashlib.sha256()
        for file in dict.fromkeys(_files(names)):
            whole.update(self._digest(file))
        return Origin(table, names, whole.hexdigest())

    def _digest(self, file: Path) -> bytes:
        if file not in self._digests:
            try:
                self._digests[file] = hashlib.sha256(look_at(file).data).digest()
            except Unreadable:
                self._digests[file] = b"unreadable"
        return self._digests[file]


def watched_files(settings: Settings) -> tuple[Path, ...]:
    """Return every file that the credentials of ``settings`` are read from, without duplicates.

    Keys, certificates, trusted CAs, revocation lists and PINs; not variables and tokens.
    Raises ConfigurationError for an invalid ``pkcs11:`` URI.
    """
    named = (file for table in TABLES for file in _files(getattr(settings, table)))
    return tuple(dict.fromkeys(named))


def _files(names: KeyPair | None) -> Iterator[Path]:
    if names is None:
        return
    for place in (names.certificate, names.key):
        if isinstance(place, Path):
            yield place
    if isinstance(names.key, str) and names.key.startswith("pkcs11:"):
        pin = pin_file(TokenUri.parse(names.key).pin_source)
        if pin is not None:
            yield pin
    if isinstance(names, Tls):
        yield names.ca
        if names.crl is not None:
            yield names.crl
