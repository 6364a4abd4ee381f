"""Strict PEM (RFC 7468): a partially written file is damaged, never read as a shorter one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydantic import SecretBytes

from sha_disclosure.messages import Message, message

_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BOUNDARY = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]+)-----")
_COMMENT = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_PIECE = re.compile(rb"-----|^[ \t]*[A-Za-z0-9+/]{60,}={0,2}[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a PEM text, from its BEGIN to its END."""

    label: str
    text: bytes = field(repr=False)


def pem_blocks(data: SecretBytes) -> tuple[Block, ...] | Message:
    """Return the blocks of a PEM text, or why it is damaged.

    Text around the blocks is explanatory (RFC 7468 section 5.2), as written by ``openssl x509
    -text``. Anything there that looks like part of a block is damage, and so is anything but
    comments after the last block, such as the remains of a longer file.
    """
    text = data.get_secret_value()
    if text.startswith(_UTF_16):
        return message("file.utf_16")
    before, *parts = _BOUNDARY.split(text.removeprefix(_MARK))
    blocks: list[Block] = []
    around = [before]
    opened: tuple[bytes, bytes] | None = None
    for kind, label, after in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if kind == b"BEGIN":
            if opened:
                return _unfinished(blocks)
            opened = label, after
            continue
        if not opened or opened[0] != label or b"--" in opened[1]:
            return _unfinished(blocks) if opened else message("pem.no_begin")
        whole = b"-----BEGIN %b-----%b-----END %b-----\n" % (label, opened[1], label)
        blocks.append(Block(label.decode("ascii"), whole))
        around.append(after)
        opened = None
    if opened:
        return _unfinished(blocks)
    if blocks and (any(map(_is_piece, around)) or _remains(around[-1])):
        return message("pem.remains")
    return tuple(blocks)


def _unfinished(blocks: list[Block]) -> Message:
    return message("pem.no_end", place=len(blocks) + 1)


def _is_piece(text: bytes) -> bool:
    return bool(_CONTROL.search(text) or _PIECE.search(_COMMENT.sub(b"", text)))


def _remains(text: bytes) -> bool:
    return bool(_COMMENT.sub(b"", text).strip())
