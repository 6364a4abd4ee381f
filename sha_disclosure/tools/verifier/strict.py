"""Strict reading of JSON, base64 and base64url: one spelling of a value, or none."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, NoReturn

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class MalformedError(ValueError):
    """The text is not of the asked form; the message says why, without the text."""


def read_json(data: bytes) -> Any:
    """Return the JSON value in ``data``.

    Refuses what is not UTF-8, a byte order mark, members given twice, NaN and infinities.
    Raises MalformedError.
    """
    fault = ""
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        fault = "is not UTF-8"
    except MalformedError as error:
        fault = str(error)
    except json.JSONDecodeError as error:
        fault = f"is not JSON from line {error.lineno}, column {error.colno} on"
    except RecursionError:
        fault = "is nested too deeply"
    except ValueError:
        fault = "has a number that cannot be read"
    raise MalformedError(fault)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise MalformedError("has an object with the same member twice")
    return made


def _no_number(_: str) -> NoReturn:
    raise MalformedError("has a number that JSON does not know")


def from_base64(text: str) -> bytes:
    """Return the bytes of standard, padded base64 (RFC 4648 section 4). Raises MalformedError."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = b""
    # The round trip refuses spare bits: one value has one spelling.
    if not data or base64.b64encode(data).decode("ascii") != text:
        raise MalformedError("is not standard base64 with padding")
    return data


def from_base64url(text: str) -> bytes:
    """Return the bytes of unpadded base64url (RFC 7515 section 2). Raises MalformedError."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise MalformedError("is not base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(data) != text:
        raise MalformedError("is not base64url in its one form")
    return data


def to_base64url(data: bytes) -> str:
    """Return ``data`` in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
