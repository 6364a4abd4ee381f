"""Damaged, odd and hostile input, made from good input by chance with a seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, MutableMapping, MutableSequence
from typing import Any

Chance = random.Random

ODD_BYTES = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\\", b'"', b"'", b"{", b"}", b"[", b"]", b",",
    b"\n", b"\r", b"\t", b"=", b"#", b"-----BEGIN X-----", b"-----END X-----", b"%00", b"%", b";",
    b"\\ud800", b"\\u0000", b"1e999", b"-0", b"9" * 5000, b"\xc3", b"\xe2\x80\xae", b"\xf0\x9f",
    b"null", b"true", b"NaN", b'""', b"[[[[[[[[", b"://", b"file://[", b"\x1b]0;x\x07",
)  # fmt: skip
ODD_TEXTS = (
    "", " ", "\0", "\ud800", "\ufeff", "\u202e", "a" * 20_000, "1" * 5000, "../../x", "/dev/zero",
    "file://[", "env:", "env:\0", "pkcs11:", "https://[::1", "https://h:99999999/", "%ff%fe", "§",
    "1.2." * 40, "2026-02-30", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "{x}", "{0}",
    "2026-01-01T24:00:00Z", "٣", "ﬁ", "i̇", "0" * 300 + "§", "(" * 200,
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**400, 1.5, float("inf"), [], {}, [[]], [None], [{}], {"": {}},
    {"a": {"a": []}}, *ODD_TEXTS,
)  # fmt: skip


def bytes_mutated(data: bytes, chance: Chance) -> bytes:
    """Return bytes with one to four of them flipped, cut out, doubled, swapped or made odd."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(made) + 1)
        end = min(len(made), start + chance.choice((1, 1, 2, 8, 64, 1000)))
        match chance.randrange(7):
            case 0 if start < len(made):
                made[start] ^= 1 << chance.randrange(8)
            case 1:
                del made[start:end]
            case 2:
                made[start:start] = made[start:end]
            case 3:
                made[start:end] = chance.choice(ODD_BYTES)
            case 4:
                made[start:start] = chance.choice(ODD_BYTES)
            case 5:
                del made[start:]
            case _:
                other = chance.randrange(len(made) + 1)
                made[other:other] = made[start:end]
    return bytes(made)


def encoded_otherwise(data: bytes, chance: Chance) -> bytes:
    """Return a text as editors of other systems save it."""
    text = data.decode("utf-8", "replace")
    encoding = chance.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8"))
    ending = chance.choice(("\n", "\r\n", "\r"))
    return text.replace("\n", ending).encode(encoding, "replace")


def value_mutated(value: Any, chance: Chance) -> Any:
    """Return a JSON value with one to three of its members odd, gone, renamed or elsewhere."""
    made = [copy.deepcopy(value)]
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(list(_places(made)))
        match chance.randrange(6):
            case 0 if holder is not made:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(ODD_TEXTS)] = holder.pop(key)
            case 2:
                _, other = chance.choice([(h, h[k]) for h, k in _places(made)])
                holder[key] = copy.deepcopy(other)
            case 3:
                holder[key] = [copy.deepcopy(holder[key]) for _ in range(chance.randint(1, 3))]
            case 4 if isinstance(holder[key], str):
                place = chance.randrange(len(holder[key]) + 1)
                odd = chance.choice(ODD_TEXTS)
                holder[key] = holder[key][:place] + odd + holder[key][place:]
            case _:
                holder[key] = copy.deepcopy(chance.choice(ODD_VALUES))
    return made[0]


def json_mutated(data: bytes, chance: Chance) -> bytes:
    """Return a JSON text with its values, or its bytes, changed; also nested beyond reason."""
    match chance.randrange(12):
        case 0:
            return encoded_otherwise(data, chance)
        case 1:
            depth = chance.choice((50, 2000, 100_000))
            return b"[" * depth + data + b"]" * depth
        case 2 | 3 | 4:
            return bytes_mutated(data, chance)
    return json.dumps(value_mutated(json.loads(data), chance)).encode()


def lines_mutated(data: bytes, chance: Chance) -> bytes:
    """Return JSON Lines of which one is changed, or the whole."""
    if chance.random() < 0.2:
        return bytes_mutated(encoded_otherwise(data, chance), chance)
    lines = data.split(b"\n")
    lines[chance.randrange(len(lines))] = json_mutated(chance.choice(lines), chance)
    return b"\n".join(lines)


def toml_mutated(data: bytes, chance: Chance) -> bytes:
    """Return a TOML text with values, names or lines changed; also nested beyond reason."""
    match chance.randrange(8):
        case 0:
            return encoded_otherwise(data, chance)
        case 1:
            return bytes_mutated(data, chance)
        case 2:
            depth = chance.choice((50, 5000))
            return data + b"\nx = " + b"[" * depth + b"]" * depth
    lines = data.decode("utf-8").splitlines()
    for _ in range(chance.randint(1, 3)):
        index = chance.randrange(len(lines))
        name, equals, _value = lines[index].partition("=")
        match chance.randrange(5):
            case 0:
                del lines[index : index + chance.randint(1, 3)]
                lines.append("")
            case 1:
                lines.insert(index, chance.choice(lines))
            case 2 if equals:
                lines[index] = f"{name}= {chance.choice(_TOML_VALUES)}"
            case 3:
                lines.insert(index, chance.choice(("[x]", "[[x]]", "[a.b.c]", "[x")))
            case _:
                lines[index] = lines[index].replace(name.strip() or "#", chance.choice(_NAMES))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


_NAMES = (
    '""',
    "a.b",
    '"\\u0000"',
    "x" * 3000,
    "value",
    "name",
    "status",
    "based_on",
    ".".join("abc" * 300),
)
_TOML_VALUES = (
    "1", "-1", "1.5", "nan", "inf", "true", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "[]",
    "{}", "[1]", "[[]]", "{ a = 1 }", '""', "'x'", '"C:\\Users"', "'C:\\Users'", "9" * 5000,
    *(json.dumps(text) for text in ODD_TEXTS if not text.startswith("\ud800")),
)  # fmt: skip


def text_mutated(data: bytes, chance: Chance) -> bytes:
    """Return a text with odd pieces, or in another encoding."""
    if chance.random() < 0.2:
        return encoded_otherwise(data, chance)
    text = data.decode("utf-8")
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) + 1)
        end = start + chance.choice((0, 0, 1, 5, 50))
        piece = chance.choice((*ODD_TEXTS, text[start:end] * chance.choice((1, 2, 400))))
        text = text[:start] + piece + text[end:]
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every holder with the key of each of its members."""
    keys: Any = ()
    if isinstance(value, MutableMapping):
        keys = list(value)
    elif isinstance(value, MutableSequence):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from _places(value[key])


Mutation = Callable[[bytes, Chance], bytes]
