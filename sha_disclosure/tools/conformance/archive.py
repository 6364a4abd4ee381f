"""The JSON files of a FHIR package: an npm-style ``.tgz`` or a folder, read within limits.

Nothing is unpacked to disk, links are not followed, and unreasonably large input is refused
before it is read (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, open_file, read_file
from sha_disclosure.limits import PACKAGE_BYTES, PACKAGE_FILE_BYTES, PACKAGE_FILES
from sha_disclosure.messages import Message, message
from sha_disclosure.tools.conformance.tar import Archive, NotWhole, Unpacked

_FOLDER = "package"


def refused(path: Path, why: Message) -> ConfigurationError:
    """Return the error for a package that cannot be used."""
    return ConfigurationError(message("conformance.package.refused", path=str(path), why=why))


def too_large(path: Path, what: Message) -> ConfigurationError:
    """Return the error for a package over a limit."""
    return refused(path, message("conformance.package.too_large", what=what))


def files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each JSON file of a package, except its examples.

    Raises ConfigurationError if the package cannot be read or is not safe to read.
    """
    tally = _Tally(path)
    if path.is_dir():
        yield from _of_folder(path, tally)
    elif path.is_file():
        yield from _of_archive(path, tally)
    else:
        raise refused(path, message("conformance.package.missing"))


@dataclass(slots=True)
class _Tally:
    """Counts what has been read of a package and enforces its limits."""

    path: Path
    files: int = 0
    bytes: int = 0

    def count(self) -> None:
        self.files += 1
        if self.files > PACKAGE_FILES.value:
            raise too_large(self.path, PACKAGE_FILES.exceeded())

    def add(self, name: str, size: int) -> None:
        self.bytes += size
        if size > PACKAGE_FILE_BYTES.value:
            raise too_large(self.path, PACKAGE_FILE_BYTES.exceeded(name=name))
        if self.bytes > PACKAGE_BYTES.value:
            raise too_large(self.path, PACKAGE_BYTES.exceeded())

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
                yield file.name, read_file(file, limit=PACKAGE_FILE_BYTES).data
    except Unreadable as error:
        why = error.message
    except OSError as error:
        why = message("file.unreadable", reason=error.strerror or type(error).__name__)
    if why:
        raise refused(path, message("conformance.package.unreadable", why=why))


def _of_archive(path: Path, tally: _Tally) -> Iterator[tuple[str, bytes]]:
    error: ConfigurationError | None = None
    # The tar headers and padding come on top of the files' own bytes.
    most = PACKAGE_BYTES.value + PACKAGE_FILES.value * 2048
    try:
        with open_file(path) as packed:
            yield from _members(Archive(Unpacked(packed, most)), tally)
    except Unreadable as unreadable:
        error = refused(path, message("conformance.package.unreadable", why=unreadable.message))
    except NotWhole as fault:
        error = refused(path, message("conformance.package.not_whole"))
        if fault.too_long:
            error = too_large(path, PACKAGE_BYTES.exceeded())
    if error:
        raise error


def _members(archive: Archive, tally: _Tally) -> Iterator[tuple[str, bytes]]:
    for member in archive.members():
        tally.count()
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts or "\\" in member.name:
            raise tally.unsafe(message("conformance.package.name"))
        if member.kind == "other":
            raise tally.unsafe(message("conformance.package.special"))
        if member.kind != "file":
            continue
        tally.add(name.name, member.size)
        if name.parts[:-1] == (_FOLDER,) and _is_json(name.name):
            yield name.name, archive.content(member.size)


def _is_json(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")
