"""The canonical form: the published vectors, and the fast path against the reference."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from proofs import examples

from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.jose.canonical import canonical
from sha_disclosure.messages import LANGUAGES

reference = rfc8785.dumps
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
OWN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)


@given(st.dictionaries(NAMES, OWN, max_size=6))
@settings(deadline=None, max_examples=examples(30, 300))
def test_the_fast_path_gives_the_bytes_of_the_reference(value: dict[str, Any]) -> None:
    assert canonical(value) == reference(value)


@given(st.dictionaries(NAMES, OWN, max_size=6))
@settings(deadline=None, max_examples=examples(15, 100))
def test_the_canonical_form_reads_back_equal(value: dict[str, Any]) -> None:
    assert read_json(reference(value)) == value


def test_rfc_8785_section_3_2_4_gives_the_published_form() -> None:
    text = rb"""{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    assert reference(read_json(text)).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_rfc_8785_section_3_2_3_sorts_by_utf_16_units() -> None:
    text = rb"""{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Dalet",
      "1": "One", "\ud83d\ude00": "Emoji", "\u0080": "Control", "\u00f6": "O With Diaeresis"}"""
    values = list(read_json(reference(read_json(text))).values())
    expected = ["Carriage Return", "One", "Control", "O With Diaeresis", "Euro Sign"]
    assert values == [*expected, "Emoji", "Dalet"]


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555555", "333333333.3333333"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_rfc_8785_appendix_b_numbers(bits: str, text: str) -> None:
    assert reference(struct.unpack(">d", bytes.fromhex(bits))[0]).decode() == text


def test_a_kanta_like_bundle_has_the_known_digest() -> None:
    value: Any = {
        "type": "transaction",
        "resourceType": "Bundle",
        "entry": [
            {
                "resource": {
                    "resourceType": "AuditEvent",
                    "recorded": "2025-03-25T10:00:00+02:00",
                    "outcomeDesc": 'Rekisterinpitäjä / "A"\n€',
                    "_recorded": {"id": "r"},
                },
                "request": {"url": "AuditEvent", "method": "POST"},
                "fullUrl": "urn:oid:1.2.246.10.12345678.10.0.95.2023.8.6.7",
            }
        ],
    }
    known = "26f1740554910ac37023899f07c089e686ceed51db3bf8e911b7224b10cd6f28"
    assert hashlib.sha256(reference(value)).hexdigest() == known
    assert hashlib.sha256(canonical(value)).hexdigest() == known


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), "\ud800", {"\ud800": 1}, {1: 2}, b"x", deep(300), deep(9999), object()],
    ids=["big", "small", "surrogate", "surrogate name", "number name", "bytes", "deep",
         "deeper", "object"],
)  # fmt: skip
def test_a_value_without_canonical_form_is_refused_without_showing_it(value: Any) -> None:
    with pytest.raises(Malformed) as caught:
        canonical({"a": value})
    assert caught.value.__context__ is None
    for language in LANGUAGES:
        assert caught.value.message.text(language)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":1,"\\u0061":1}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        '{"a":"ä"}'.encode("latin-1"),
        b'{"a":1} x',
        b"",
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
    ids=range(10),
)
def test_strict_reading_refuses(text: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read_json(text)
    assert caught.value.__context__ is None
