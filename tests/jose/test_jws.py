"""The compact form, against the examples printed in RFC 7515 and RFC 7797."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk

from sha_disclosure.credentials import thumbprint
from sha_disclosure.encoding import Malformed, from_base64url, to_base64url
from sha_disclosure.jose.jws import (
    compact,
    header_part,
    signing_input,
)
from tests.authority import leaf
from tests.jose.compact_jws import CompactJws, algorithm_named

PAYLOAD = b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
SECRET = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
A1 = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
A2 = (
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
    "p0igcN_IoypGlUPQGe77Rw"
)
A2_KEY = {
    "kty": "RSA",
    "e": "AQAB",
    "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt"
    "0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5"
    "z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aG"
    "hyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
}
A3 = (
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
A3_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def mac(data: bytes) -> bytes:
    return hmac.new(from_base64url(SECRET), data, hashlib.sha256).digest()


def test_rfc_7515_a1_is_rebuilt_from_its_parts() -> None:
    read = CompactJws.read(A1)
    signed = signing_input(read.header_part.encode(), PAYLOAD)
    assert read.header == {"typ": "JWT", "alg": "HS256"}
    assert read.signature == mac(signed)
    assert compact(signed, read.signature, detached=False) == A1.encode()


@pytest.mark.parametrize(("text", "key"), [(A2, A2_KEY), (A3, A3_KEY)], ids=["A.2", "A.3"])
def test_rfc_7515_a2_and_a3_verify_also_detached(text: str, key: dict[str, Any]) -> None:
    whole = CompactJws.read(text)
    assert from_base64url(whole.payload_part) == PAYLOAD
    detached = CompactJws.read(f"{whole.header_part}..{to_base64url(whole.signature)}")
    signed = signing_input(detached.header_part.encode(), PAYLOAD)
    algorithm = algorithm_named(whole.header["alg"])
    algorithm.verify(jwk.JWK(**key), signed, detached.signature)
    with pytest.raises(InvalidSignature):
        algorithm.verify(jwk.JWK(**key), signed + b"x", detached.signature)
    assert compact(signed, whole.signature, detached=False).decode() == text
    assert compact(signed, whole.signature, detached=True).decode() == text.replace(
        whole.payload_part, ""
    )


def test_rfc_7797_section_4_has_the_published_signatures() -> None:
    encoded = signing_input(b"eyJhbGciOiJIUzI1NiJ9", b"$.02")
    assert to_base64url(mac(encoded)) == "5mvfOroL-g7HyqJoozehmsaqmvTYGEq5jTI1gVvoEoQ"
    header = b"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19"
    raw = signing_input(header, b"$.02", b64=False)
    assert compact(raw, mac(raw), detached=True) == (
        header + b"..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"
    )


def test_the_header_begins_with_alg_and_has_the_members_asked_for() -> None:
    print_ = thumbprint(leaf().certificate)
    part = header_part(
        "ES256", ("typ", "x5t#S256", "x5c"), x5c=("AA==",), thumbprint=print_, typ="JOSE", b64=False
    )
    text = from_base64url(part.decode())
    header = orjson.loads(text)
    assert list(header) == ["alg", "typ", "x5t#S256", "x5c", "b64", "crit"]
    assert header["x5c"] == ["AA=="]
    assert header["crit"] == ["b64"]
    assert b" " not in text
    assert from_base64url(header["x5t#S256"]).hex() == print_


@given(st.binary(max_size=60))
def test_base64url_reads_back(data: bytes) -> None:
    assert from_base64url(to_base64url(data)) == data


@pytest.mark.parametrize("start", [b"", b"a", b"ab"], ids=repr)
def test_an_encoded_part_lacks_its_filling_and_nothing_else(start: bytes) -> None:
    for last in range(256):
        data = start + bytes([last])
        encoded = base64.urlsafe_b64encode(data).decode().removesuffix("=").removesuffix("=")
        assert signing_input(b"e30", data) == b"e30." + encoded.encode()


@pytest.mark.parametrize("text", ["QQ==", "QQ=", "Q Q", "QQ\n", "Q", "+/+/", "QR", "QUI!", "ä"])
def test_base64url_has_one_way_to_write_a_value(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        from_base64url(text)
    assert caught.value.__context__ is None
