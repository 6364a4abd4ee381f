"""The place of a key or certificate: a path, an environment variable, or a token object."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, PlainValidator
from pydantic_core import PydanticCustomError


def key_place(value: object) -> Path | str:
    """Return a path, given bare or as a ``file:`` URI; ``env:`` and ``pkcs11:`` stay strings.

    Raises PydanticCustomError: ``place`` for any other URI, ``pin`` for one that contains a PIN.
    """
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("path_type", "refused")
    require_printable(value)
    scheme, colon, rest = value.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme):
        return Path(value)  # one letter and a colon is a Windows drive
    match scheme.lower():
        case "file" if path := _path_of(value):
            return path
        case "env" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest):
            return f"env:{rest}"
        case "pkcs11":
            # Refused this early so that no settings ever hold, and show, a PIN.
            if re.search(r"(?i)(^|[;?&])pin(?!-source=)[^=;&?]*=", rest):
                raise PydanticCustomError("pin", "refused")
            return f"pkcs11:{rest}"
    raise PydanticCustomError("place", "refused")


def _path_of(uri: str) -> Path | None:
    try:
        parts = urlsplit(uri)
    except ValueError:  # an unbalanced bracket
        return None
    local = parts.netloc in {"", "localhost"} and parts.path
    if not local:
        return None
    from urllib.request import url2pathname  # noqa: PLC0415 - imports http.client and email

    return Path(url2pathname(parts.path))


def require_printable(path: str | Path) -> str | Path:
    r"""Return a path without control characters. Raises PydanticCustomError: ``backslash``.

    TOML silently reads ``C:\temp`` in double quotes as a tab.
    """
    if _CONTROL.search(str(path)):
        raise PydanticCustomError("backslash", "refused")
    return path


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

FilePath = Annotated[Path, AfterValidator(require_printable)]
"""A path without control characters."""

KeyPlace = Annotated[Path | str, PlainValidator(key_place)]
"""A path, or a text ``env:NAME`` or ``pkcs11:...`` (RFC 7512)."""
