"""Reads a gzipped tar archive member by member, every step bounded (POSIX pax and ustar, GNU).

``tarfile`` reads headers of any length, nested to any depth.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

_BLOCK = 512
_LONGEST_NAME = 64 * 1024
"""Bytes of a header that holds only the next member's name and dates."""
_GZIP = 31  # zlib's value for a single gzip member with its checksum
Kind = Literal["file", "folder", "header", "other"]
_KINDS: dict[bytes, Kind] = {
    b"0": "file", b"\0": "file", b"7": "file", b"5": "folder",
    b"x": "header", b"g": "header", b"L": "header",
}  # fmt: skip


class NotWhole(Exception):  # noqa: N818 - a signal to the room, never shown to users as such
    """The archive is damaged or, if ``too_long``, larger than allowed."""

    def __init__(self, *, too_long: bool = False) -> None:
        super().__init__()
        self.too_long = too_long


class Unpacked:
    """The bytes of a gzip file, decompressed on demand, at most ``most`` of them."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._left = most
        self._unpacker = zlib.decompressobj(_GZIP)

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer only at the end. Raises NotWhole."""
        parts: list[bytes] = []
        missing = size
        while missing and (part := self._next(missing)):
            parts.append(part)
            missing -= len(part)
        self._left -= size - missing
        if self._left < 0:
            raise NotWhole(too_long=True)
        return b"".join(parts)

    def _next(self, most: int) -> bytes:
        while not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(_BLOCK * 128)
            if not packed:
                break
            try:
                part = self._unpacker.decompress(packed, most)
            except zlib.error:
                part = None
            if part is None:
                break
            if part:
                return part
        if not self._unpacker.eof:
            raise NotWhole
        return b""


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its name, type and size in bytes.

    A ``header`` describes the member after it; ``other`` is a link, a device or the like.
    """

    name: str
    kind: Kind
    size: int


class Archive:
    """The members of an archive; ``content`` reads from the one yielded last."""

    def __init__(self, stream: Unpacked) -> None:
        self._stream = stream
        self._unread = 0

    def members(self) -> Iterator[Member]:
        """Yield every member in order, including headers. Raises NotWhole."""
        name = ""
        while any(header := self._stream.read(_BLOCK)):
            if len(header) < _BLOCK or not _is_header(header):
                raise NotWhole
            kind = _KINDS.get(header[156:157], "other")
            size = _number(header[124:136])
            self._unread = size + -size % _BLOCK
            yield Member(name or _name(header), kind, size)
            if kind != "header":
                name = ""
            elif size > _LONGEST_NAME:
                raise NotWhole
            elif header[156:157] != b"g":
                name = _name_within(header[156:157], self.content(size)) or name
            while self._unread:
                self.content(min(self._unread, _BLOCK * 128))

    def content(self, size: int) -> bytes:
        """Return the next bytes of the member. Raises NotWhole."""
        data = self._stream.read(size)
        if len(data) < size:
            raise NotWhole
        self._unread -= size
        return data


def _is_header(header: bytes) -> bool:
    summed = sum(header[:148]) + 8 * ord(" ") + sum(header[156:])
    return summed == _number(header[148:156])


def _number(field: bytes) -> int:
    """Return an octal number. Raises NotWhole."""
    digits = field.strip(b" \0")
    if digits and not all(b"0"[0] <= each <= b"7"[0] for each in digits):
        raise NotWhole
    return int(digits or b"0", 8)


def _name(header: bytes) -> str:
    prefix = _text(header[345:500]) if header[257:262] == b"ustar" else ""
    name = _text(header[:100])
    # GNU tar has dates in the place of ustar's prefix, marked by two blanks.
    return f"{prefix}/{name}" if prefix and header[262:264] != b"  " else name


def _name_within(kind: bytes, content: bytes) -> str:
    if kind == b"L":
        return _text(content)
    name = ""
    while content:
        length, blank, _ = content.partition(b" ")
        end = int(length) if len(length) < 8 and length.isdigit() else 0
        record = content[len(length) + len(blank) : end]
        if not record.endswith(b"\n"):
            raise NotWhole
        key, _, value = record[:-1].partition(b"=")
        if key == b"size":  # only for files beyond any limit
            raise NotWhole
        name = _text(value) if key == b"path" else name
        content = content[end:]
    return name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")
