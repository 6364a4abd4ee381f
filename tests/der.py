"""Certificates no builder makes: signed with SHA-1, or with a serial number of any length."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

INTEGER, _BITS, SEQUENCE = 0x02, 0x03, 0x30
_ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def signed_anew(
    certificate: x509.Certificate, key: Any, *, serial: int | None = None, sha1: bool = False
) -> x509.Certificate:
    """Return the certificate with another serial number or digest, signed by an EC ``key``."""
    version, old_serial, _, *rest = _members(certificate.tbs_certificate_bytes)
    number = old_serial if serial is None else tagged(INTEGER, integer(serial))
    algorithm = _ECDSA_SHA1 if sha1 else _ECDSA_SHA256
    tbs = tagged(SEQUENCE, b"".join((version, number, algorithm, *rest)))
    signature = key.sign(tbs, ec.ECDSA(hashes.SHA1() if sha1 else hashes.SHA256()))
    der = tagged(SEQUENCE, tbs + algorithm + tagged(_BITS, b"\x00" + signature))
    made = x509.load_der_x509_certificate(der)
    assert made.public_bytes(Encoding.DER) == der
    return made


def integer(value: int) -> bytes:
    """Return the content of an INTEGER."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def tagged(tag: int, content: bytes) -> bytes:
    """Return an element of DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _members(sequence: bytes) -> list[bytes]:
    """Return the encoded members of a SEQUENCE."""
    rest = sequence[_header(sequence) :]
    made = []
    while rest:
        header = _header(rest)
        size = rest[1] if rest[1] < 0x80 else int.from_bytes(rest[2:header], "big")
        made.append(rest[: header + size])
        rest = rest[header + size :]
    return made


def _header(encoded: bytes) -> int:
    return 2 if encoded[1] < 0x80 else 2 + (encoded[1] & 0x7F)
