"""A PIN as editors and shells write it; what cannot be right is never tried on a token."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sha_disclosure import KeyUnavailable
from sha_disclosure.credentials.keys.pin import read_pin
from sha_disclosure.messages import message

TOKEN = message("pkcs11.token_name", label="card", serial="1")
PIN = "ä271828"


def put(folder: Path, data: bytes) -> str:
    path = folder / "pin"
    path.write_bytes(data)
    path.chmod(0o600)
    return f"file:{path}"


@pytest.mark.parametrize(
    "data",
    [
        PIN.encode(),
        PIN.encode() + b"\n",
        PIN.encode() + b"\r\n",
        PIN.encode("utf-8-sig") + b"\r\n",
    ],
)
def test_a_pin_is_read_without_mark_and_line_end(data: bytes, tmp_path: Path) -> None:
    assert read_pin(put(tmp_path, data), None, TOKEN).get_secret_value() == PIN


IMPOSSIBLE = {
    "UTF-16": "271828\r\n".encode("utf-16"),
    "UTF-16 without a mark": "271828".encode("utf-16-le"),
    "UTF-32": "271828".encode("utf-32"),
    "Latin-1": PIN.encode("latin-1"),
    "two lines": b"271828\n314159\n",
    "a NUL": b"271828\0",
    "a control character": b"\x1b[200~271828",
    "a mark within": "2718\ufeff28".encode(),
    "a replacement character": "271\ufffd828".encode(),
    "two marks": b"\xef\xbb\xbf" * 2 + b"271828",
    "far too long": b"1" * 5000,
}


@pytest.mark.parametrize("data", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_pin_that_cannot_be_right_is_refused_before_it_is_tried(
    data: bytes, tmp_path: Path
) -> None:
    with pytest.raises(KeyUnavailable, match="nothing was tried") as caught:
        read_pin(put(tmp_path, data), None, TOKEN)
    assert "mitään ei kokeiltu" in caught.value.text("fi")
    assert "271" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("pin", ["271828\n", "\ufeff271828", "27\0", "27\udc80", "1" * 5000])
def test_a_pin_of_a_function_or_a_variable_is_held_to_the_same(
    pin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyUnavailable, match="nothing was tried"):
        read_pin(None, lambda _: pin, TOKEN)


@pytest.mark.skipif(os.name != "posix", reason="variables hold text there")
def test_a_variable_of_other_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_PIN", os.fsdecode(b"271\xe4828"))
    with pytest.raises(KeyUnavailable, match="nothing was tried"):
        read_pin("env:A_PIN", None, TOKEN)


@given(st.text(max_size=20))
def test_whatever_a_function_returns_is_a_pin_of_one_line_or_refused(pin: str) -> None:
    try:
        read = read_pin(None, lambda _: pin, TOKEN).get_secret_value()
    except KeyUnavailable:
        return
    assert read == pin
    assert read.isprintable()
