"""The progress journal of ``send``: which notices the service accepted in earlier runs.

An SQLite file, so that it uses little memory, survives a killed process, and allows one
run at a time. It holds references, places in files and notice ids, and nothing else of a
notice.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sha_disclosure.cli.notices import STDIN, Document
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.notice import DisclosureNotice

_TABLES = """
CREATE TABLE IF NOT EXISTS sent (
    key TEXT PRIMARY KEY, notice_id TEXT NOT NULL, accepted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (name TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
"""


class Journal:
    """Records each notice before it is sent and once it is accepted.

    A notice is identified by its ``reference``, or by its line and the digest of its file. Raises
    ConfigurationError if the file is not a journal, is in use, or is of another version of a file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._digests: dict[str, str] = {}
        with self._errors(), ExitStack() as unusable:
            path.touch(mode=0o600)
            self._database = sqlite3.connect(
                path, timeout=0.1, isolation_level=None, check_same_thread=False
            )
            unusable.callback(self._database.close)
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.executescript(_TABLES)
            unusable.pop_all()

    def key(self, document: Document, notice: DisclosureNotice) -> str:
        """Return the key that identifies the notice. Raises ConfigurationError if there is none."""
        if notice.reference is not None:
            return f"reference {notice.reference.reveal()}"
        if document.file == STDIN:
            raise ConfigurationError(message("cli.journal.no_reference", place=document.label))
        return f"line {document.line or 0} {self._digest(document.file)}"

    def accepted(self, key: str) -> bool:
        """Return whether the service has accepted the notice."""
        return (
            self._one("SELECT notice_id FROM sent WHERE key = ? AND accepted = 1", key) is not None
        )

    def begun(self, key: str) -> str | None:
        """Return the notice id of an earlier submission with an unknown end, or None."""
        return self._one("SELECT notice_id FROM sent WHERE key = ? AND accepted = 0", key)

    def begin(self, key: str, notice_id: str) -> None:
        """Record that the notice is about to be sent."""
        self._write("INSERT OR REPLACE INTO sent (key, notice_id) VALUES (?, ?)", key, notice_id)

    def accept(self, key: str) -> None:
        """Record that the service accepted the notice."""
        self._write("UPDATE sent SET accepted = 1 WHERE key = ?", key)

    def forget(self, key: str) -> None:
        """Remove the notice: the service has refused it, so it will be corrected."""
        self._write("DELETE FROM sent WHERE key = ?", key)

    def _digest(self, file: str) -> str:
        if file not in self._digests:
            self._digests[file] = self._same_digest(file)
        return self._digests[file]

    def _same_digest(self, file: str) -> str:
        name, digest = str(Path(file).resolve()), _digest_of(file)
        with self._errors(), self._lock:
            insert = "INSERT OR IGNORE INTO file VALUES (?, ?)"
            self._database.execute(insert, (name, digest))
            found = self._database.execute("SELECT digest FROM file WHERE name = ?", (name,))
            known = found.fetchone()
        if known != (digest,):
            raise ConfigurationError(
                message("cli.journal.changed", file=file, journal=str(self._path))
            )
        return digest

    def _one(self, sql: str, *values: str) -> str | None:
        with self._errors(), self._lock:
            row: tuple[str] | None = self._database.execute(sql, values).fetchone()
        return row and row[0]

    def _write(self, sql: str, *values: str) -> None:
        with self._errors(), self._lock:
            self._database.execute(sql, values)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            refused = message("cli.journal.unusable", journal=str(self._path), reason=reason)
        else:
            return
        raise ConfigurationError(refused)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()


def _digest_of(file: str) -> str:
    with Path(file).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
