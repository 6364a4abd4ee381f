"""Whatever certificate a message carries, verifying it ends with findings, never with an error."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sha_disclosure.credentials import CertifiedSigner, Chain, read_certificate
from sha_disclosure.editions import Edition
from sha_disclosure.encoding import from_base64url, to_base64url
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.messages import LANGUAGES
from sha_disclosure.tools.verifier import Verification, verify_bundle
from tests.authority import CA, CURVES, NOW, Issued, Wish, issue, key
from tests.jose.test_content import sign
from tests.proofs import lengths

SEED = 20261101


def name(text: str) -> x509.Name:
    """Return a name with an attribute of each string type and a multi-valued part."""
    kinds = x509.name._ASN1Type
    return x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FI")]),
            x509.RelativeDistinguishedName(
                [
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, text, kinds.BMPString),
                    x509.NameAttribute(NameOID.SERIAL_NUMBER, "1.2.246.10.28777751.10.0"),
                ]
            ),
            x509.RelativeDistinguishedName(
                [x509.NameAttribute(NameOID.EMAIL_ADDRESS, "a@b.fi", kinds.IA5String)]
            ),
            x509.RelativeDistinguishedName(
                [x509.NameAttribute(NameOID.COMMON_NAME, text, kinds.PrintableString)]
            ),
        ]
    )


def certificates(kind: str) -> tuple[CertifiedSigner, Issued]:
    """Return a signer whose chain has every part that is looked at, and its root."""
    limits = x509.NameConstraints(
        [x509.DirectoryName(name("Test Limit")), x509.DNSName("b.fi")], [x509.DNSName("c.fi")]
    )
    names = (
        x509.DNSName("a.b.fi"),
        x509.RFC822Name("a@b.fi"),
        x509.UniformResourceIdentifier("https://b.fi/"),
        x509.DirectoryName(name("Test Other")),
    )
    top = issue(name("Test Top"), key("p384", 80), None, CA)
    middle = issue(name("Test Middle"), key(kind, 81), top, Wish(**vars(CA) | {"limits": limits}))
    wish = Wish(names=names, purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,))
    mine = issue(name("Test Own"), key(kind), middle, wish)
    algorithm = "ES256" if kind in CURVES else "RS256"
    chain = (mine.certificate, middle.certificate)
    return CertifiedSigner(KeySigner(mine.key, algorithm), algorithm, chain), top


def revoking(issuer: Issued, serial: int) -> x509.CertificateRevocationList:
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(NOW - timedelta(days=1))
        .next_update(NOW + timedelta(days=1))
        .add_revoked_certificate(entry.build())
        .sign(issuer.key, hashes.SHA256())
    )


def mutated(der: bytes, chance: random.Random) -> bytes:
    """Return the bytes with one to three of them changed, doubled, left out or swapped."""
    made = bytearray(der)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        place = chance.randrange(len(made))
        match chance.randrange(6):
            case 0:
                made[place] ^= 1 << chance.randrange(8)
            case 1:
                del made[place]
            case 2:
                made.insert(place, chance.randrange(256))
            case 3:  # another tag, where it is one
                made[place] = chance.choice((0x02, 0x03, 0x05, 0x06, 0x0C, 0x13, 0x14, 0x16, 0x1E))
            case _:
                made[place] = chance.randrange(256)
    return bytes(made)


def mutants(chain: Chain, count: int) -> Iterator[list[bytes]]:
    """Yield chains with one certificate mutated."""
    chance = random.Random(SEED)
    ders = [each.public_bytes(Encoding.DER) for each in chain]
    for _ in range(count):
        place = chance.randrange(len(ders))
        yield [mutated(d, chance) if n == place else d for n, d in enumerate(ders)]


def carrying(document: dict[str, Any], ders: list[bytes]) -> dict[str, Any]:
    """Return the document with other certificates in the header of its signature."""
    header, *rest = base64.b64decode(document["signature"]["data"]).decode().split(".")
    members = orjson.loads(from_base64url(header))
    members["x5c"] = [base64.b64encode(der).decode() for der in ders]
    compact = ".".join([to_base64url(orjson.dumps(members)), *rest])
    data = base64.b64encode(compact.encode()).decode()
    return {**document, "signature": {**document["signature"], "data": data}}


def _said(result: Verification) -> None:
    for language in LANGUAGES:
        assert all(finding.text(language) for finding in result.findings)
        result.to_dict(language)


@pytest.mark.parametrize("kind", ["p256", "rsa-2048"])
@pytest.mark.parametrize("count", lengths(100, 10_000))
def test_no_mutated_certificate_makes_it_raise_or_pass(
    count: int, kind: str, bundle: dict[str, Any], edition: Edition
) -> None:
    signer, top = certificates(kind)
    # What is looked at beside the signature has a test of its own, and takes most of the time.
    small = {n: v for n, v in bundle.items() if n != "entry"}
    document = sign(small, edition, signer).bundle
    lists = [revoking(top, 7)]
    read = 0
    for ders in mutants(signer.chain, count):
        read += all(map(read_certificate, ders))
        for moment in (NOW,):
            result = verify_bundle(
                carrying(document, ders),
                edition,
                anchors=[top.certificate],
                at=moment,
                revocation_lists=lists,
            )
            _said(result)
            assert not result.signed
    assert read > count // 10  # many are read, so that the checks see them


@pytest.mark.parametrize("count", lengths(100, 4_000))
def test_an_anchor_of_an_altered_name_leads_nowhere_without_an_error(
    count: int, bundle: dict[str, Any], edition: Edition
) -> None:
    signer, top = certificates("p256")
    small = {n: v for n, v in bundle.items() if n != "entry"}
    document = sign(small, edition, signer).bundle
    for (der,) in mutants((top.certificate,), count):
        anchor = read_certificate(der)
        if anchor is not None:
            _said(verify_bundle(document, edition, anchors=[anchor], at=NOW))
