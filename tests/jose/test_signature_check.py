"""A signature is checked by the key and the algorithm it is said to be of, and nothing else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwk

from sha_disclosure.jose.signer import KeySigner, SignatureCheck
from tests.authority import key
from tests.jose.compact_jws import algorithm_named

WAYS = [("rsa-2048", "RS256"), ("rsa-2048", "PS256"), ("p256", "ES256"), ("p384", "ES384")]
STRANGERS = [
    ("rsa-2048", "ES256"),
    ("rsa-2048", "none"),
    ("p256", "RS256"),
    ("p256", "ES384"),
    ("p384", "ES256"),
]


def check(kind: str, algorithm: str) -> SignatureCheck:
    return SignatureCheck(key(kind).public_key(), algorithm)


def signed_by_another_program(kind: str, algorithm: str, data: bytes) -> bytes:
    signature: bytes = algorithm_named(algorithm).sign(jwk.JWK.from_pyca(key(kind)), data)
    return signature


@pytest.mark.parametrize(("kind", "algorithm"), WAYS)
def test_what_another_program_signed_passes(kind: str, algorithm: str) -> None:
    signature = signed_by_another_program(kind, algorithm, b"sisalto")
    assert check(kind, algorithm).passes(b"sisalto", signature) is True


@pytest.mark.parametrize(("kind", "algorithm"), WAYS)
def test_a_signature_of_other_data_does_not_pass(kind: str, algorithm: str) -> None:
    signature = signed_by_another_program(kind, algorithm, b"sisalto")
    assert check(kind, algorithm).passes(b"sisaltO", signature) is False


@pytest.mark.parametrize(("kind", "algorithm"), WAYS)
def test_a_signature_by_another_key_of_the_same_kind_does_not_pass(
    kind: str, algorithm: str
) -> None:
    signature = KeySigner(key(kind, 1), algorithm).sign(b"sisalto")
    assert check(kind, algorithm).passes(b"sisalto", signature) is False


@pytest.mark.parametrize(("kind", "algorithm"), WAYS)
@pytest.mark.parametrize("ending", [b"", b"\0"], ids=["shorter", "longer"])
def test_a_signature_of_another_length_does_not_pass(
    kind: str, algorithm: str, ending: bytes
) -> None:
    signature = signed_by_another_program(kind, algorithm, b"sisalto")
    other = signature + ending if ending else signature[:-1]
    assert check(kind, algorithm).passes(b"sisalto", other) is False
    assert check(kind, algorithm).passes(b"sisalto", b"") is False


def test_one_way_to_sign_by_rsa_does_not_pass_for_the_other() -> None:
    padded = signed_by_another_program("rsa-2048", "PS256", b"sisalto")
    assert check("rsa-2048", "RS256").passes(b"sisalto", padded) is False


def test_the_der_form_of_a_signature_does_not_pass() -> None:
    der = key("p256").sign(b"sisalto", ec.ECDSA(hashes.SHA256()))
    assert check("p256", "ES256").passes(b"sisalto", der) is False


@pytest.mark.parametrize(("kind", "algorithm"), STRANGERS)
def test_an_algorithm_of_another_kind_of_key_is_named_and_refused(
    kind: str, algorithm: str
) -> None:
    for made in (lambda: check(kind, algorithm), lambda: KeySigner(key(kind), algorithm)):
        with pytest.raises(ValueError, match=f"^{algorithm} does not"):
            made()
