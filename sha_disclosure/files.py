"""Reading files of others: bounded, regular files only; and whether a file is private."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from sha_disclosure.messages import Message, message
from sha_disclosure.process import raised_by_signal_handler

LIMIT = 32 * 1024 * 1024
"""Bytes; far above any file the SDK reads but a FHIR package or a national code list."""


class Unreadable(Exception):  # noqa: N818 - a signal between rooms, never shown to users as such
    """A file cannot be read; ``message`` says why. ``missing``: there is no such file."""

    def __init__(self, why: Message, *, missing: bool = False) -> None:
        super().__init__(str(why))
        self.message = why
        self.missing = missing


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file held when it was read, with its mode and owner (a user id) at that moment."""

    data: bytes = field(repr=False)
    mode: int
    owner: int

    @property
    def open_to_others(self) -> bool:
        """Whether others than its owner and this user may use the file.

        False on Windows, which keeps that in an access list.
        """
        return hasattr(os, "geteuid") and open_to_others(self.mode, self.owner, os.geteuid())


def read_file(path: str | Path, *, limit: int = LIMIT) -> FileContent:
    """Return the content of a regular file of at most ``limit`` bytes. Raises Unreadable.

    A pipe or a device is refused without being read, since it may never end.
    """
    try:
        # Without O_NONBLOCK opening a pipe would wait for its writer.
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable(message("file.not_regular"))
            data = file.read(limit + 1)
    except OSError as error:
        if raised_by_signal_handler(error):
            raise
        missing = isinstance(error, FileNotFoundError)
        raise Unreadable(_why(error), missing=missing) from None
    except ValueError as error:  # a NUL in the name
        if raised_by_signal_handler(error):
            raise
        raise Unreadable(message("file.name")) from None
    if len(data) > limit:
        raise Unreadable(message("file.too_large", limit=limit))
    return FileContent(data, stat.S_IMODE(about.st_mode), about.st_uid)


def _why(error: OSError) -> Message:
    return message("file.unreadable", reason=error.strerror or type(error).__name__)


def read_text(path: str | Path, *, limit: int = LIMIT) -> str:
    """Return the text of a UTF-8 file; a byte order mark is passed over. Raises Unreadable."""
    data = read_file(path, limit=limit).data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(message("file.utf_16"))
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Unreadable(message("file.not_utf_8")) from None
    if "\0" in text:
        raise Unreadable(message("file.nul"))
    return text


def open_to_others(mode: int, owner: int, reader: int) -> bool:
    """Return whether others than ``owner`` and ``reader`` (user ids) may use a file of ``mode``.

    A file of root's may be readable by one group: mounted secrets are given to a service so.
    """
    return bool(mode & (0o037 if owner == 0 != reader else 0o077))


__all__ = ["LIMIT", "FileContent", "Unreadable", "open_to_others", "read_file", "read_text"]
