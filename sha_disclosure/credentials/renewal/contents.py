"""What the files of keys and certificates hold now, as digests."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sha_disclosure.credentials import watched_files
from sha_disclosure.credentials.principals import Part, Parts, Use
from sha_disclosure.settings import Settings

_TABLES: tuple[Use, Use, Use] = ("tls", "signing", "token")


class Contents:
    """One look at the files; what several organisations share is read once."""

    def __init__(self) -> None:
        self._digests: dict[Path, bytes] = {}

    def parts(self, settings: Settings) -> Parts:
        """Return the parts of one organisation's identity as its files stand now."""
        tls, signing, token = (self._part(settings, use) for use in _TABLES)
        if settings.token is None:  # the content's key makes the tokens too
            token = Part("token", signing.table, signing.digest)
        return tls, signing, token

    def _part(self, settings: Settings, use: Use) -> Part:
        others: dict[str, None] = {other: None for other in _TABLES if other != use}
        whole = hashlib.sha256()
        for file in watched_files(settings.model_copy(update=others)):
            whole.update(self._digest(file))
        return Part(use, getattr(settings, use), whole.hexdigest())

    def _digest(self, file: Path) -> bytes:
        if file not in self._digests:
            try:
                self._digests[file] = hashlib.sha256(file.read_bytes()).digest()
            except OSError:
                self._digests[file] = b"unreadable"
        return self._digests[file]
