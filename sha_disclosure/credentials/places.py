"""Reads keys, PINs and certificates from their places, protected and hidden from tracebacks."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Literal

from pydantic import SecretBytes

from sha_disclosure.errors import ConfigurationError, KeyUnavailable
from sha_disclosure.files import FileContent, Unreadable, read_file
from sha_disclosure.messages import Message, message

Secret = Literal["key", "pin"]


_SEEN: ContextVar[dict[Path, FileContent] | None] = ContextVar("seen", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Read each file once in this block, so that what is compared is what is loaded."""
    before = _SEEN.set({})
    try:
        yield
    finally:
        _SEEN.reset(before)


def look_at(path: Path) -> FileContent:
    """Return the content of a file. Raises Unreadable."""
    seen = _SEEN.get()
    if seen is None:
        return read_file(path)
    if path not in seen:
        seen[path] = read_file(path)
    return seen[path]


def read_secret(place: Path | str, what: Secret = "key") -> SecretBytes:
    """Return the content of a file private to its owner, or of a variable ``env:NAME``.

    Raises KeyUnavailable, and ConfigurationError for a file that others may read.
    """
    if isinstance(place, Path):
        return _read_guarded(place, what)
    value = _variable(place)
    if value is None:
        raise KeyUnavailable(message(f"secret.{what}_variable", place=place))
    return value


def read_certificates(place: Path | str) -> SecretBytes:
    """Return the content of a certificate file or variable, which may also contain the key.

    Whoever may change it decides whom we trust, so a world-writable file is refused.

    Raises ConfigurationError.
    """
    if isinstance(place, Path):
        read = _read(place)
        if isinstance(read, Message):
            fault = message("certificate_files.unreadable", path=str(place), why=read)
            raise ConfigurationError(fault)
        if why := read.alterable(place):
            raise ConfigurationError(
                message("certificate_files.alterable", path=str(place), why=why)
            )
        return SecretBytes(read.data)
    if not place.startswith("env:"):
        raise ConfigurationError(message("certificate_files.on_token", place=place))
    value = _variable(place)
    if value is None:
        raise ConfigurationError(message("certificate_files.variable", place=place))
    return value


def _variable(place: str) -> SecretBytes | None:
    # Many tools keep a variable on one line, with the two characters \n as line breaks.
    value = os.environ.get(place.removeprefix("env:"), "").replace("\\n", "\n")
    # Bytes that are not valid text come as lone surrogates.
    return SecretBytes(value.encode("utf-8", "surrogatepass")) if value else None


def _read(path: Path) -> FileContent | Message:
    try:
        return look_at(path)
    except Unreadable as error:
        return error.message


def _read_guarded(path: Path, what: Secret) -> SecretBytes:
    read = _read(path)
    if isinstance(read, Message):
        raise KeyUnavailable(message(f"secret.{what}_unreadable", path=str(path), why=read))
    if not hasattr(os, "geteuid"):
        _warn(path, what)
    elif why := read.exposed(path):
        raise ConfigurationError(message(f"secret.{what}_exposed", path=str(path), why=why))
    return SecretBytes(read.data)


def _warn(path: Path, what: Secret) -> None:
    logging.getLogger("sha_disclosure").warning(
        "%s: who may read this %s file was not checked, since Windows keeps that in an access "
        "list; see it with `icacls` and leave only the service's account",
        path,
        "PIN" if what == "pin" else what,
    )
