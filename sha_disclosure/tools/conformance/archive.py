"""The JSON files of a FHIR package: an npm-style ``.tgz`` or a folder, read within bounds.

Nothing is unpacked to disk, no link is followed, and what would be unreasonably large is
refused before it is read (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification).
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, cast

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file
from sha_disclosure.messages import Message, message

_FOLDER = "package"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a package may hold: bytes in all, bytes in one file, number of files."""

    total: int = 512 * 1024 * 1024
    file: int = 64 * 1024 * 1024
    files: int = 20_000


def refused(path: Path, why: Message) -> ConfigurationError:
    """Return the error of a package that cannot be used."""
    return ConfigurationError(message("conformance.package.refused", path=str(path), why=why))


def files_of(path: Path, bounds: Bounds | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each JSON file of a package, those of its examples left out.

    Raises ConfigurationError when the package cannot be read or is not safe to read.
    """
    tally = _Tally(path, bounds or Bounds())
    if path.is_dir():
        yield from _of_folder(path, tally)
    elif path.is_file():
        yield from _of_archive(path, tally)
    else:
        raise refused(path, message("conformance.package.missing"))


@dataclass(slots=True)
class _Tally:
    """What was read of a package so far, held to its bounds."""

    path: Path
    bounds: Bounds
    files: int = field(default=0)
    bytes: int = field(default=0)

    def count(self) -> None:
        self.files += 1
        if self.files > self.bounds.files:
            raise self._too_large(
                message("conformance.package.many_files", limit=self.bounds.files)
            )

    def add(self, name: str, size: int) -> None:
        self.bytes += size
        if size > self.bounds.file:
            limit = self.bounds.file
            raise self._too_large(message("conformance.package.large_file", name=name, limit=limit))
        if self.bytes > self.bounds.total:
            raise self.overflow()

    def overflow(self) -> ConfigurationError:
        limit = self.bounds.total
        return self._too_large(message("conformance.package.many_bytes", limit=limit))

    def _too_large(self, what: Message) -> ConfigurationError:
        return refused(self.path, message("conformance.package.too_large", what=what))

    def unsafe(self, what: Message) -> ConfigurationError:
        return refused(self.path, message("conformance.package.unsafe", what=what))


def _of_folder(path: Path, tally: _Tally) -> Iterator[tuple[str, bytes]]:
    inner = path / _FOLDER
    if inner.is_symlink():
        raise tally.unsafe(message("conformance.package.link", name=_FOLDER))
    why: Message | None = None
    try:
        folder = inner if inner.is_dir() else path
        for file in sorted(each for each in folder.iterdir() if _is_json(each.name)):
            tally.count()
            if file.is_symlink():
                raise tally.unsafe(message("conformance.package.link", name=file.name))
            if file.is_file():
                tally.add(file.name, file.stat().st_size)
                yield file.name, read_file(file, limit=tally.bounds.file).data
    except Unreadable as error:
        why = error.message
    except OSError as error:
        why = message("file.unreadable", reason=error.strerror or type(error).__name__)
    if why:
        raise refused(path, message("conformance.package.unreadable", why=why))


class _BoundedStream(io.RawIOBase):
    """An unpacked stream that ends with an error when it grows over its bound."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream = stream
        self._left = most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise OverflowError
        return data


def _of_archive(path: Path, tally: _Tally) -> Iterator[tuple[str, bytes]]:
    error: ConfigurationError | None = None
    # Headers and blocks of tar come on top of the files' own bytes.
    most = tally.bounds.total + tally.bounds.files * 4 * tarfile.BLOCKSIZE
    try:
        with gzip.open(path, "rb") as unpacked:
            stream = cast("IO[bytes]", _BoundedStream(cast("IO[bytes]", unpacked), most))
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                yield from _members(archive, tally)
    except OverflowError:
        error = tally.overflow()
    except (OSError, EOFError, zlib.error, tarfile.TarError, ValueError):
        error = refused(path, message("conformance.package.not_whole"))
    if error:
        raise error


def _members(archive: tarfile.TarFile, tally: _Tally) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        tally.count()
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts or "\\" in member.name:
            raise tally.unsafe(message("conformance.package.name"))
        if member.isdir():
            continue
        if not member.isreg():
            raise tally.unsafe(message("conformance.package.special"))
        tally.add(name.name, member.size)
        if name.parts[:-1] != (_FOLDER,) or not _is_json(name.name):
            continue
        content = archive.extractfile(member)
        if content is not None:
            yield name.name, content.read()


def _is_json(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")
