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
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from sha_disclosure.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a package may hold: bytes in all, bytes in one file, number of files."""

    total: int = 512 * 1024 * 1024
    file: int = 64 * 1024 * 1024
    files: int = 20_000


_FOLDER = "package"


def files_of(path: Path, bounds: Bounds | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each JSON file of a package, those of its examples left out.

    Raises ConfigurationError when the package cannot be read or is not safe to read.
    """
    limits = bounds or Bounds()
    if path.is_dir():
        yield from _of_folder(path, limits)
    elif path.is_file():
        yield from _of_archive(path, limits)
    else:
        raise ConfigurationError(f"Package {path}: there is no such file or folder; check the name")


def _of_folder(path: Path, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    inner = path / _FOLDER
    if inner.is_symlink():
        raise _unsafe(path, f"{_FOLDER} is a link")
    folder = inner if inner.is_dir() else path
    total = 0
    fault = ""
    try:
        names = sorted(each for each in folder.iterdir() if _wanted(each.name))
        if len(names) > bounds.files:
            raise _too_large(path, f"over {bounds.files} files")
        for file in names:
            if file.is_symlink():
                raise _unsafe(path, f"{file.name} is a link")
            if not file.is_file():
                continue
            size = file.stat().st_size
            total += size
            _require_size(path, file.name, size, total, bounds)
            yield file.name, file.read_bytes()
    except OSError as error:
        fault = error.strerror or type(error).__name__
    if fault:
        raise ConfigurationError(
            f"Package {path}: cannot be read ({fault}); check the folder's permissions"
        )


class _Bounded(io.RawIOBase):
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


def _of_archive(path: Path, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    fault = ""
    # Headers and blocks of tar come on top of the files' own bytes.
    most = bounds.total + bounds.files * 4 * tarfile.BLOCKSIZE
    try:
        with gzip.open(path, "rb") as unpacked:
            stream = cast("IO[bytes]", _Bounded(cast("IO[bytes]", unpacked), most))
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                yield from _members(path, archive, bounds)
    except OverflowError:
        fault = "large"
    except (OSError, EOFError, zlib.error, tarfile.TarError, ValueError):
        fault = "broken"
    if fault == "large":
        raise _too_large(path, f"over {bounds.total} bytes")
    if fault:
        raise ConfigurationError(
            f"Package {path}: not a whole .tgz; get the package again (npm-style, package/*.json)"
        )


def _members(path: Path, archive: tarfile.TarFile, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    total = 0
    for count, member in enumerate(archive, 1):
        if count > bounds.files:
            raise _too_large(path, f"over {bounds.files} files")
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts or "\\" in member.name:
            raise _unsafe(path, "a file's name leads out of it")
        if member.isdir():
            continue
        if not member.isreg():
            raise _unsafe(path, "it holds a link or a device")
        total += member.size
        _require_size(path, name.name, member.size, total, bounds)
        if name.parts[:-1] != (_FOLDER,) or not _wanted(name.name):
            continue
        content = archive.extractfile(member)
        if content is not None:
            yield name.name, content.read()


def _wanted(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")


def _require_size(path: Path, name: str, size: int, total: int, bounds: Bounds) -> None:
    if size > bounds.file:
        raise _too_large(path, f"{name} is over {bounds.file} bytes")
    if total > bounds.total:
        raise _too_large(path, f"over {bounds.total} bytes")


def _too_large(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"Package {path}: too large to be a FHIR package ({what}); get it again from Kela"
    )


def _unsafe(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"Package {path}: not safe to read ({what}); nothing was read, get it again from Kela"
    )
