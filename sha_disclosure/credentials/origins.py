"""Where keys and certificates come from: the tables of the settings and what their files hold."""

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
"""The tables of the settings that name keys."""
TABLES: tuple[Table, Table, Table] = ("tls", "signing", "token")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one part of the credentials was read from; two that are equal hold the same key.

    ``names`` is the table of the settings (None where a signer of the host's own stands in for
    it), ``digest`` the SHA-256 of what the files named there held, in hexadecimal.
    """

    table: Table
    names: KeyPair | None = field(repr=False)
    digest: str


class Origins(NamedTuple):
    """Where the parts of one organisation's credentials were read from."""

    tls: Origin
    signing: Origin
    token: Origin


class FileDigests:
    """One look at the files; what several organisations share is read once."""

    def __init__(self) -> None:
        self._digests: dict[Path, bytes] = {}

    def origins(self, settings: Settings) -> Origins:
        """Return the origins of one organisation's credentials as its files stand now."""
        tls, signing, token = (self._origin(settings, table) for table in TABLES)
        if settings.token is None:  # the content's key makes the tokens too
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
    """Return every file the credentials of ``settings`` are read from, each once.

    Keys, certificates, trusted CAs, revocation lists and PINs; what is in variables and on
    tokens is not among them. Raises ConfigurationError for a ``pkcs11:`` URI that is none.
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
