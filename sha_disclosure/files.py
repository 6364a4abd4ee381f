"""Bounded reading of regular files, and checks of who may read or change them."""

from __future__ import annotations

import codecs
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sha_disclosure.limits import FILE_BYTES, Limit
from sha_disclosure.messages import Message, message
from sha_disclosure.process import raised_by_signal_handler

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PIECE = 64 * 1024


class Unreadable(Exception):  # noqa: N818 - a signal between rooms, never shown to users as such
    """A file cannot be read; ``message`` says why. ``missing``: the file does not exist."""

    def __init__(self, why: Message, *, missing: bool = False) -> None:
        super().__init__(str(why))
        self.message = why
        self.missing = missing


@dataclass(frozen=True, slots=True)
class FileContent:
    """The content of a file, with its mode and owner (a user id) when it was read."""

    data: bytes = field(repr=False)
    mode: int
    owner: int

    def exposed(self, name: str | Path) -> Message | None:
        """Return why a file called ``name`` is not private, or None."""
        return exposed(self.mode, self.owner, name)

    def alterable(self, name: str | Path) -> Message | None:
        """Return why anyone may change a file called ``name``, or None."""
        if not hasattr(os, "geteuid") or not self.mode & stat.S_IWOTH:
            return None
        return message("file.alterable", mode=f"{self.mode:o}", path=str(name))


def read_file(path: str | Path, *, limit: Limit = FILE_BYTES) -> FileContent:
    """Return the content of a regular file within ``limit``. Raises Unreadable."""
    with open_file(path) as file:
        about = os.fstat(file.fileno())
        data = read_stream(file, limit)
    return FileContent(data, stat.S_IMODE(about.st_mode), about.st_uid)


@contextmanager
def open_file(path: str | Path) -> Iterator[BinaryIO]:
    """Yield a regular file open for reading; errors while reading are Unreadable too.

    Refuses pipes and devices without reading them, since they may never end. Raises Unreadable.
    """
    try:
        with _opened(path) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(message("file.not_regular"))
            yield file
    except OSError as error:
        if raised_by_signal_handler(error):
            raise
        missing = isinstance(error, FileNotFoundError)
        raise Unreadable(_why(error, path), missing=missing) from None


def _opened(path: str | Path) -> BinaryIO:
    try:
        # Without O_NONBLOCK, opening a pipe would wait for its writer.
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
        number = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except ValueError as error:  # a NUL in the name
        if raised_by_signal_handler(error):
            raise
    else:
        try:
            return os.fdopen(number, "rb")
        except BaseException:  # a folder
            os.close(number)
            raise
    raise Unreadable(message("file.name"))


def read_stream(stream: BinaryIO, limit: Limit) -> bytes:
    """Return the rest of a stream, which must be within ``limit``. Raises Unreadable."""
    most = limit.value
    data = io.BytesIO()
    # In pieces, because a read allocates all that it may return.
    while wanted := min(_PIECE, most + 1 - data.tell()):
        piece = stream.read(wanted)
        data.write(piece)
        if len(piece) < wanted:
            return data.getvalue()
    raise Unreadable(limit.exceeded())


def _why(error: OSError, path: str | Path) -> Message:
    if isinstance(error, FileNotFoundError) and os.path.islink(path):  # noqa: PTH114 - any path
        return message("file.broken_link")
    return message("file.unreadable", reason=error.strerror or type(error).__name__)


def text_of(data: bytes) -> str:
    """Return UTF-8 as text, ignoring a byte order mark. Raises Unreadable."""
    if data.startswith(_UTF_16):
        raise Unreadable(message("file.utf_16"))
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Unreadable(message("file.not_utf_8")) from None
    if "\0" in text:
        raise Unreadable(message("file.nul"))
    return text


def read_text(path: str | Path, *, limit: Limit = FILE_BYTES) -> str:
    """Return the text of a UTF-8 file, ignoring a byte order mark. Raises Unreadable."""
    return text_of(read_file(path, limit=limit).data)


def exposed(mode: int, owner: int, name: str | Path) -> Message | None:
    """Return why a file that holds a secret is not private, or None.

    It must belong to root or this user, and be inaccessible to anyone else. On Windows access
    lists decide that; they are not checked.
    """
    if not hasattr(os, "geteuid"):
        return None
    if owner not in {0, os.geteuid()}:
        return message("file.of_another_user", owner=owner, path=str(name))
    if open_to_others(mode, owner, os.geteuid()):
        return message("file.open_to_others", mode=f"{mode:o}", path=str(name))
    return None


def open_to_others(mode: int, owner: int, reader: int) -> bool:
    """Return whether anyone but ``owner`` and ``reader`` (user ids) may use a file of ``mode``.

    A root-owned file may be readable by one group, as mounted secrets are.
    """
    return bool(mode & (0o037 if owner == 0 != reader else 0o077))


__all__ = [
    "FileContent",
    "Unreadable",
    "exposed",
    "open_file",
    "open_to_others",
    "read_file",
    "read_stream",
    "read_text",
    "text_of",
]
