"""Where a key or a certificate is: a path, an environment variable, or an object on a token."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError


def key_place(value: object) -> Path | str:
    """Return the path a text names, bare or as ``file:`` URI; ``env:`` and ``pkcs11:`` stay texts.

    Raises PydanticCustomError: ``place`` for any other URI, ``pin`` for one with a PIN in it.
    """
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("path_type", "refused")
    scheme, colon, rest = value.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme):
        return Path(value)  # one letter and a colon is a drive of Windows
    match scheme.lower():
        case "file" if (parts := urlsplit(value)).netloc in ("", "localhost") and parts.path:
            return Path(url2pathname(parts.path))
        case "env" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest):
            return f"env:{rest}"
        case "pkcs11":
            # Refused here already, so that no settings ever hold, and show, a PIN.
            if re.search(r"(?i)(^|[;?&])pin(?!-source=)[^=;&?]*=", rest):
                raise PydanticCustomError("pin", "refused")
            return f"pkcs11:{rest}"
    raise PydanticCustomError("place", "refused")


KeyPlace = Annotated[Path | str, PlainValidator(key_place)]
"""A path, or a text ``env:NAME`` or ``pkcs11:...`` (RFC 7512)."""
