"""Packed archives as ``tarfile`` would not write them."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path


def archive(path: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write a gzipped archive of files."""
    with tarfile.open(path, "w:gz", compresslevel=1) as made:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return path


def extended(content: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """Return an extended header with its content, padded to whole blocks."""
    member = tarfile.TarInfo("PaxHeader")
    member.type, member.size = kind, len(content)
    return member.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def record(key: str, value: str) -> bytes:
    """Return one record of an extended header: its own length before it."""
    rest = f" {key}={value}\n".encode()
    length = len(rest) + 1
    while len(str(length)) + len(rest) != length:
        length += 1
    return str(length).encode() + rest


def with_names(path: Path, count: int) -> Path:
    """Write an archive with one header after another before its only file."""
    file = tarfile.TarInfo("package/package.json")
    file.size = 2
    block = b"{}" + bytes(510)
    named = extended(record("comment", "x" * 400) + record("path", "package/a.json"))
    path.write_bytes(gzip.compress(named * count + file.tobuf() + block + bytes(1024), 1))
    return path
