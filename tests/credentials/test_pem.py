"""PEM as other programs write it, and damaged in every way: never read as a shorter file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretBytes

from sha_disclosure.credentials import load_chain, read_chain
from sha_disclosure.credentials.pem import pem_blocks
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import LANGUAGES, Message
from tests.authority import chain, key, key_pem, leaf, pem

CHAIN = chain(leaf())
WHOLE = pem(*CHAIN)
EDGES = [len(pem(*CHAIN[:count])) for count in range(len(CHAIN) + 1)]

WRITTEN = {
    "as it is": WHOLE,
    "lines of Windows": WHOLE.replace(b"\n", b"\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "no line's end": WHOLE.rstrip(b"\n"),
    "comments": b"# ----- the CA -----\n"
    + WHOLE.replace(b"-----BEGIN", b"\n# next =====\n-----BEGIN") + b"\n# end\n\n",
    "bag attributes": WHOLE.replace(
        b"-----BEGIN",
        b"Bag Attributes\n    localKeyID: 01 \n    friendlyName: K\xe4ytt\xf6\nsubject=CN = A\n"
        b"\nissuer=C = FI, O = B, CN = A-B_C\n-----BEGIN",
    ),
    "the key beside it": key_pem(key("p256")) + WHOLE,
    "parameters beside it": b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
    b"-----END EC PARAMETERS-----\n" + WHOLE,
    "the old label": WHOLE.replace(b" CERTIFICATE", b" X509 CERTIFICATE"),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_certificates_are_read_as_programs_write_them(text: bytes) -> None:
    assert read_chain(text, "a.crt") == CHAIN


def test_certificates_with_the_text_of_openssl_are_read(tmp_path: Path) -> None:
    plain = tmp_path / "plain.crt"
    plain.write_bytes(pem(CHAIN[0]))
    shown = subprocess.run(
        ["openssl", "x509", "-text", "-in", str(plain)], capture_output=True, check=True
    )
    (tmp_path / "text.crt").write_bytes(shown.stdout + pem(CHAIN[1]))
    assert load_chain(tmp_path / "text.crt") == CHAIN[:2]


def refused(text: bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_chain(text, "a.crt")
    assert caught.value.__context__ is None
    assert len({caught.value.text(language) for language in LANGUAGES}) == len(LANGUAGES)
    assert "a.crt" in str(caught.value)
    return str(caught.value)


@given(st.integers(1, len(WHOLE) - 2))
@example(EDGES[1] + 1)
@example(EDGES[1] + 14)
@example(EDGES[1] + 27)
@example(EDGES[2] - 3)
def test_a_file_cut_anywhere_within_a_block_is_damaged(length: int) -> None:
    text = WHOLE[:length]
    if {length, length + 1} & set(EDGES):  # whole blocks: a shorter file, for all one can see
        return
    says = refused(text)
    assert "copy the whole file again" in says or length < EDGES[1]


@given(st.integers(1, len(WHOLE) - 1))
@example(EDGES[1] + 2)
def test_what_a_longer_file_leaves_behind_a_shorter_one_is_damage(start: int) -> None:
    rest = WHOLE[start:]
    if not rest.partition(b"\n")[0].strip(b"-") or start in EDGES:  # whole blocks
        return
    assert "copy the whole file again" in refused(pem(CHAIN[0]) + rest)


DAMAGE = {
    "garbage behind": WHOLE + b"garbage",
    "bytes behind": WHOLE + b"\x00\xff\x13",
    "bytes before": b"\x00\x00" + WHOLE,
    "bytes between": pem(CHAIN[0]) + b"\x01" + pem(CHAIN[1]),
    "a body without its edges": pem(CHAIN[0]) + b"\n".join(pem(CHAIN[1]).split(b"\n")[1:-2])
    + b"\n" + pem(CHAIN[2]),
    "one block in another": WHOLE[:200] + WHOLE,
    "another end": WHOLE.replace(b"END CERTIFICATE", b"END X509 CRL", 1),
    "a hole in the middle": WHOLE[:300] + WHOLE[340:],
    "a sector of zeros": WHOLE[:128] + bytes(512) + WHOLE[640:],
    "a trusted certificate": WHOLE.replace(b" CERTIFICATE", b" TRUSTED CERTIFICATE"),
    "a trusted certificate last": pem(CHAIN[0])
    + pem(CHAIN[1]).replace(b" CERTIFICATE", b" TRUSTED CERTIFICATE"),
    "UTF-16": WHOLE.decode().encode("utf-16"),
    "an end alone": WHOLE[len(b"-----BEGIN CERTIFICATE-----\n") :],
}  # fmt: skip


@pytest.mark.parametrize("text", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named_and_nothing_of_the_file_is_used(text: bytes) -> None:
    assert "copy the whole file again" in refused(text)


def test_openssls_own_trusted_certificate_says_how_to_convert_it(tmp_path: Path) -> None:
    plain = tmp_path / "plain.crt"
    plain.write_bytes(pem(CHAIN[2]))
    command = ["openssl", "x509", "-trustout", "-addtrust", "serverAuth", "-in", str(plain)]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    assert b"BEGIN TRUSTED CERTIFICATE" in made
    assert "openssl x509 -in FILE" in refused(made)


@given(st.binary(max_size=300))
@example(b"-----BEGIN ")
@example(b"-----END CERTIFICATE-----")
def test_any_bytes_are_blocks_or_damage(data: bytes) -> None:
    for text in (data, WHOLE + data, WHOLE[:400] + data + WHOLE[400:]):
        read = pem_blocks(SecretBytes(text))
        if not isinstance(read, Message):
            assert all(block.text in text + b"\n" for block in read)
