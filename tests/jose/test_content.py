"""The content signature, verified by other hands than those that made it."""

from __future__ import annotations

import base64
import copy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from proofs import proof

from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.editions import Edition
from sha_disclosure.errors import CertificateExpired, ConfigurationError, SigningError
from sha_disclosure.jose.content import BundleSigner, SignedBundle
from sha_disclosure.settings import Party
from sha_disclosure.values import Instant, Oid
from tests.authority import DAY, NOW, edition_with, identity, key, leaf
from tests.jose.compact_jws import CompactJws

KINDS = [
    ("rsa-2048", "RS256"),
    proof(("rsa-3072", "RS256")),
    proof(("rsa-4096", "RS256")),
    ("rsa-2048", "PS256"),
    ("p256", "ES256"),
    ("p384", "ES384"),
]
WHO = Party(id=Oid("1.2.246.10.28777751.10.0"), name="Esimerkin hyvinvointialue")
openssl = shutil.which("openssl")


def sign(
    bundle: dict[str, Any], edition: Edition, signer: CertifiedSigner | None = None
) -> SignedBundle:
    return BundleSigner(signer or identity(), edition).sign(bundle, who=WHO, when=Instant(NOW))


def jws_in(signed: SignedBundle) -> CompactJws:
    return CompactJws.read(base64.b64decode(signed.bundle["signature"]["data"]).decode())


def signed_octets(jws: CompactJws, bundle: dict[str, Any]) -> bytes:
    """RFC 7515 section 5.1 in words of its own."""
    payload = base64.urlsafe_b64encode(rfc8785.dumps(bundle)).rstrip(b"=")
    return jws.header_part.encode() + b"." + payload


@pytest.mark.parametrize(("kind", "algorithm"), KINDS)
def test_joserfc_verifies_the_content(
    kind: str, algorithm: str, bundle: dict[str, Any], edition: Edition
) -> None:
    jws = jws_in(sign(bundle, edition, identity(kind, algorithm)))
    assert jws.header["alg"] == algorithm
    assert jws.payload_part == ""
    public = leaf(kind).certificate.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    other = (RSAKey if kind.startswith("rsa") else ECKey).import_key(public)
    verify = JWSRegistry(algorithms=[algorithm]).get_alg(algorithm).verify
    octets = signed_octets(jws, bundle)
    assert verify(octets, jws.signature, other)
    assert not verify(octets + b"A", jws.signature, other)


@pytest.mark.skipif(openssl is None, reason="the openssl command is not installed")
@pytest.mark.parametrize(("kind", "algorithm"), KINDS)
def test_openssl_verifies_the_content(
    kind: str, algorithm: str, bundle: dict[str, Any], edition: Edition, tmp_path: Path
) -> None:
    jws = jws_in(sign(bundle, edition, identity(kind, algorithm)))
    signature = jws.signature
    if algorithm.startswith("ES"):
        half = len(signature) // 2
        r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
        signature = encode_dss_signature(r, s)
    public = key(kind).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, data in (
        ("public.pem", public),
        ("signature", signature),
        ("octets", signed_octets(jws, bundle)),
    ):
        (tmp_path / name).write_bytes(data)
    digest = "-sha384" if algorithm == "ES384" else "-sha256"
    options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
    command = [str(openssl), "dgst", digest, *(options if algorithm == "PS256" else [])]
    command += ["-verify", "public.pem", "-signature", "signature", "octets"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Verified OK", done.stderr


def test_the_signature_element_is_as_the_edition_says(
    bundle: dict[str, Any], edition: Edition
) -> None:
    signed = sign(bundle, edition)
    wire = edition.wire.content_signature
    element = signed.bundle["signature"]
    assert list(signed.bundle) == [*bundle, "signature"]
    assert list(element) == ["type", "when", "who", "targetFormat", "sigFormat", "data"]
    assert element["type"] == [wire.type.model_dump()]
    assert element["when"] == "2026-11-15T10:00:00Z"
    assert element["who"] == {
        "identifier": {
            "system": edition.wire.identifier.oid,
            "value": "urn:oid:1.2.246.10.28777751.10.0",
        },
        "display": "Esimerkin hyvinvointialue",
    }
    assert (element["targetFormat"], element["sigFormat"]) == (wire.target_format, wire.format)


def test_an_empty_target_format_is_left_out(bundle: dict[str, Any]) -> None:
    signed = sign(bundle, edition_with(content_signature={"target_format": ""}))
    assert "targetFormat" not in signed.bundle["signature"]


def test_the_input_stays_as_it_was(bundle: dict[str, Any], edition: Edition) -> None:
    before = copy.deepcopy(bundle)
    sign(bundle, edition)
    assert bundle == before


def test_the_repr_of_a_signed_bundle_has_no_content(
    bundle: dict[str, Any], edition: Edition
) -> None:
    assert "Rekisterinpitäjä" not in repr(sign(bundle, edition))


def test_the_header_follows_the_edition(bundle: dict[str, Any]) -> None:
    edition = edition_with(content_signature={"header": ("typ", "x5t#S256", "x5c")})
    header = jws_in(sign(bundle, edition)).header
    assert list(header) == ["alg", "typ", "x5t#S256", "x5c"]
    assert header["typ"] == "JOSE"


def test_an_attached_payload_is_the_canonical_content(bundle: dict[str, Any]) -> None:
    jws = jws_in(sign(bundle, edition_with(content_signature={"detached": False})))
    padded = jws.payload_part + "=" * (-len(jws.payload_part) % 4)
    assert base64.urlsafe_b64decode(padded) == rfc8785.dumps(bundle)


def test_an_unencoded_payload_must_be_detached(bundle: dict[str, Any]) -> None:
    edition = edition_with(content_signature={"b64": False, "detached": False})
    with pytest.raises(ConfigurationError, match="detached = true"):
        sign(bundle, edition)


def test_a_signed_bundle_is_not_signed_again(bundle: dict[str, Any], edition: Edition) -> None:
    with pytest.raises(SigningError, match="already"):
        sign(sign(bundle, edition).bundle, edition)


def test_nothing_is_signed_with_an_expired_certificate(
    bundle: dict[str, Any], edition: Edition
) -> None:
    later = Instant(NOW + 500 * DAY)
    with pytest.raises(CertificateExpired):
        BundleSigner(identity(), edition).sign(bundle, who=WHO, when=later)


def test_content_that_json_cannot_carry_is_refused_without_showing_it(edition: Edition) -> None:
    with pytest.raises(SigningError) as caught:
        sign({"resourceType": "Bundle", "entry": ["salaisuus \ud800"]}, edition)
    assert "salaisuus" not in str(caught.value)
    assert caught.value.__context__ is None
