"""Strict JSON (RFC 7493), TOML, base64 (RFC 4648) and base64url (RFC 7515): one spelling only.

Malformed input raises ``Malformed``, which names the kind of fault and never contains the
text.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any, NoReturn

from sha_disclosure.limits import JSON_VALUES, TOML_PARTS, Limit
from sha_disclosure.messages import Message, message

_DOTTED = r"""(?<![\w-])(?>(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*)"""
_BACKSLASH = re.compile(r'"[^"]*\\')


class Malformed(ValueError):  # noqa: N818 - a signal between rooms, never shown to users as such
    """A text is not in the expected format; ``message`` says why."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.message = why

    @property
    def kind(self) -> str:
        """The last part of the message's id, such as ``duplicate``."""
        return self.message.id.rpartition(".")[2]


def read_json(data: str | bytes, *, values: Limit = JSON_VALUES) -> Any:
    """Return the JSON value in a string or in UTF-8, ignoring a leading byte order mark.

    Refuses input that is not UTF-8, a member given twice in one object, NaN and infinities,
    unreadable numbers, excessive nesting and more values than ``values``, before creating any.
    Raises Malformed.
    """
    try:
        text = (data if isinstance(data, str) else _decoded(bytes(data))).removeprefix("\ufeff")
        _require_few(text, values)
        return _JSON.decode(text)
    except Malformed as error:
        why = error.message
    except json.JSONDecodeError as error:
        why = message("json.syntax", line=error.lineno, column=error.colno)
    except ValueError:  # a number with more digits than Python accepts
        why = message("json.number")
    except RecursionError:
        why = message("json.deep")
    del data  # a traceback keeps the variables of this frame
    raise Malformed(why)


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Malformed(message("json.utf_16"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None:
        raise Malformed(message("json.encoding"))
    if "\0" in text:  # never in JSON; UTF-16 without its mark has one in each character
        raise Malformed(message("json.nul"))
    return text


def _require_few(text: str, values: Limit) -> None:
    if count_values(text) > values.value:
        raise Malformed(values.exceeded())


def count_values(text: str) -> int:
    """Return an upper bound of the values in a JSON text, from its commas, colons and brackets."""
    return 1 + sum(map(text.count, ",:[{"))


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Malformed(message("json.duplicate"))
    return made


def _refuse_constant(_: str) -> NoReturn:
    raise Malformed(message("json.number"))


_JSON = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse_constant)


def read_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises Malformed, which only states the place."""
    line, column, why = 0, 0, message("toml.end")
    try:
        _require_few_dots(text)
        tables = tomllib.loads(text)
        _require_shallow(tables)
    except tomllib.TOMLDecodeError as error:
        # The parser's own text may quote a value.
        if place := re.search(r"at line (\d+), column (\d+)", str(error)):
            line, column = int(place[1]), int(place[2])
    except RecursionError:
        why = TOML_PARTS.exceeded()
    except ValueError:  # a number with more digits than Python accepts
        why = message("toml.number")
    else:
        return tables
    if line:
        hint = message("toml.backslash") if _has_backslash(text, line) else ""
        why = message("toml.syntax", line=line, column=column, hint=hint)
    del text  # a traceback keeps the variables of this frame
    raise Malformed(why)


def _require_few_dots(text: str) -> None:
    """Raise RecursionError for a dotted key far over the limit: parsing takes quadratic time.

    The search also counts dots in strings, hence the wide margin.
    """
    if re.search(f"{_DOTTED}{{{10 * TOML_PARTS.value}}}", text, re.ASCII):
        raise RecursionError


def _require_shallow(tables: dict[str, Any]) -> None:
    """Raise RecursionError for tables and lists nested beyond the limit."""
    held: list[Any] = [tables]
    for _ in range(TOML_PARTS.value):
        held = [inner for each in held for inner in _members_of(each)]
        if not held:
            return
    raise RecursionError


def _members_of(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _has_backslash(text: str, line: int) -> bool:
    """Return whether a line has a backslash in double quotes, as in a pasted Windows path."""
    lines = text.split("\n", line)
    return _BACKSLASH.search(lines[line - 1]) is not None


def to_toml(value: Any) -> str:
    """Return a value on one line of TOML: a string, number or boolean, or a list or table."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {to_toml(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def base64url(data: bytes) -> bytes:
    """Return base64url without padding (RFC 7515 section 2), as ASCII."""
    # Quicker than base64.urlsafe_b64encode, which translates every byte.
    plain = binascii.b2a_base64(data, newline=False).rstrip(b"=")
    return plain.replace(b"+", b"-").replace(b"/", b"_")


def to_base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64url(data).decode("ascii")


def from_base64url(text: str) -> bytes:
    """Return the bytes of base64url in the only spelling RFC 7515 allows.

    Raises Malformed for padding, blanks, foreign characters and non-zero spare bits.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        data = b""
    # Encoding again is the whole check: a lenient decoder skips unknown characters.
    if to_base64url(data) != text:
        raise Malformed(message("base64.url"))
    return data


def from_base64(text: str) -> bytes:
    """Return the bytes of standard, padded base64 (RFC 4648 section 4), which must not be empty.

    Raises Malformed.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = b""
    # The round trip refuses non-zero spare bits: each value has one spelling.
    if not data or base64.b64encode(data).decode("ascii") != text:
        raise Malformed(message("base64.standard"))
    return data


__all__ = [
    "Malformed",
    "base64url",
    "count_values",
    "from_base64",
    "from_base64url",
    "read_json",
    "read_toml",
    "to_base64url",
    "to_toml",
]
