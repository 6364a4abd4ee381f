"""What signs: keys, callbacks and their certificates."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwcrypto import jwk
from proofs import proof

from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.errors import CertificateExpired, KeyUnavailable
from sha_disclosure.jose.signer import CallbackSigner, KeySigner, SignatureCheck
from sha_disclosure.messages import message
from tests.authority import DAY, NOW, Wish, chain, identity, issuing, key, leaf
from tests.jose.compact_jws import algorithm_named

SECRET = "pin-31337-salaisuus"
KINDS = ["rsa-2048", *map(proof, ["rsa-3072", "rsa-4096"]), "p256", "p384"]
LENGTHS = {"rsa-2048": 256, "rsa-3072": 384, "rsa-4096": 512, "p256": 64, "p384": 96}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_signs_what_its_certificate_verifies(kind: str) -> None:
    signer = identity(kind)
    signature = signer.sign(b"sisalto")
    assert len(signature) == LENGTHS[kind]
    public = jwk.JWK.from_pyca(leaf(kind).certificate.public_key())  # type: ignore[arg-type]
    algorithm_named(signer.algorithm).verify(public, b"sisalto", signature)


def test_the_same_loaded_key_can_sign_by_another_algorithm() -> None:
    first = KeySigner(key("rsa-2048"), "RS256")
    second = first.using("PS256")
    public = jwk.JWK.from_pyca(key("rsa-2048").public_key())
    algorithm_named("PS256").verify(public, b"a", second.sign(b"a"))
    algorithm_named("RS256").verify(public, b"a", first.sign(b"a"))


def with_a_factor_that_is_no_prime() -> rsa.RSAPrivateKey:
    """Return a key whose numbers go together, and which signs wrong all the same."""
    small, e = rsa.generate_private_key(65_537, 1024).private_numbers(), 65_537
    p, q = small.p * small.q, key("rsa-2048").private_numbers().p
    d = pow(e, -1, (p - 1) * (q - 1))
    parts = d % (p - 1), d % (q - 1), pow(q, -1, p)
    numbers = rsa.RSAPrivateNumbers(p, q, d, *parts, rsa.RSAPublicNumbers(e, p * q))
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def test_a_key_that_signs_wrong_is_refused_at_each_signature() -> None:
    signer = KeySigner(with_a_factor_that_is_no_prime(), "RS256")
    for _ in range(2):
        with pytest.raises(KeyUnavailable) as caught:
            signer.sign(b"a")
        assert str(caught.value) == str(message("signer.key_damaged"))


def test_only_the_first_signature_of_a_key_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    verified = []

    class Counted(SignatureCheck):
        def passes(self, data: bytes, signature: bytes) -> bool:
            verified.append(data)
            return super().passes(data, signature)

    monkeypatch.setattr("sha_disclosure.jose.signer.SignatureCheck", Counted)
    signer = KeySigner(key("p256"), "ES256")
    for data in (b"a", b"b", b"c"):
        signer.sign(data)
    assert verified == [b"a"]


def test_threads_share_a_signer() -> None:
    signer = identity("rsa-2048")
    public = jwk.JWK.from_pyca(key("rsa-2048").public_key())
    with ThreadPoolExecutor(4) as pool:
        for signature in pool.map(signer.sign, [b"a"] * 16):
            algorithm_named("RS256").verify(public, b"a", signature)


def test_a_callback_signs_in_place_of_a_key() -> None:
    known = KeySigner(key("p256"), "ES256")
    signer = CertifiedSigner(CallbackSigner(known.sign), "ES256", chain(leaf()))
    public = jwk.JWK.from_pyca(key("p256").public_key())
    algorithm_named("ES256").verify(public, b"a", signer.sign(b"a"))


def failing(data: bytes) -> bytes:
    raise RuntimeError(f"CKR_PIN_INCORRECT {SECRET} {data!r}")


class ForeignSigner:
    """A signer of a user that lets its own exception out."""

    def sign(self, data: bytes) -> bytes:
        return failing(data)


@pytest.mark.parametrize("signer", [CallbackSigner(failing), ForeignSigner()], ids=["ours", "own"])
def test_a_failing_signer_says_so_without_showing_its_error(signer: Any) -> None:
    made = CertifiedSigner(signer, "ES256", chain(leaf()))
    with pytest.raises(KeyUnavailable) as caught:
        made.sign(b"henkilo")
    assert SECRET not in str(caught.value)
    assert "henkilo" not in str(caught.value)
    assert "RuntimeError" in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_an_error_of_this_package_passes_through_a_callback() -> None:
    mine = KeyUnavailable("Insert the card")

    def ask(data: bytes) -> bytes:
        raise mine

    with pytest.raises(KeyUnavailable) as caught:
        CallbackSigner(ask).sign(b"a")
    assert caught.value is mine


@pytest.mark.parametrize("gives", [None, "text", b"", bytearray(b"x" * 64)], ids=repr)
def test_a_callback_that_gives_no_bytes_is_refused(gives: Any) -> None:
    with pytest.raises(KeyUnavailable, match="instead of the signature"):
        CallbackSigner(lambda data: gives).sign(b"a")


def test_a_der_signature_is_refused_with_the_mend() -> None:
    def der(data: bytes) -> bytes:
        signature: bytes = key("p256").sign(data, ec.ECDSA(hashes.SHA256()))
        return signature

    signer = CertifiedSigner(CallbackSigner(der), "ES256", chain(leaf()))
    with pytest.raises(KeyUnavailable, match="R and S concatenated"):
        signer.sign(b"a")


@pytest.mark.parametrize("signer", [KeySigner(key("p256"), "ES256"), CallbackSigner(failing)])
def test_a_signer_is_neither_pickled_nor_copied(signer: Any) -> None:
    for act in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds a key"):
            act(signer)


def test_no_repr_shows_a_key_a_callback_or_a_subject() -> None:
    made = identity()
    shown = repr(made) + repr(made.signer) + repr(CallbackSigner(failing))
    assert made.thumbprint in shown
    assert "ES256" in shown
    assert repr(made.signer) == "KeySigner(ES256)"
    for hidden in ("Test Signing", "failing", str(key("p256").private_numbers().private_value)):
        assert hidden not in shown


def test_an_identity_is_frozen_and_carries_the_chain_without_the_root() -> None:
    made = identity()
    assert len(made.chain) == 3
    assert len(made.x5c) == 2
    assert made.thumbprint == leaf().certificate.fingerprint(hashes.SHA256()).hex()
    with pytest.raises(FrozenInstanceError):
        made.algorithm = "none"  # type: ignore[misc]


def test_validity_is_asked_for_each_moment_with_dates_and_mend() -> None:
    made = identity()
    for covered in (NOW - 30 * DAY, NOW, NOW + 300 * DAY):
        made.require_valid(covered)
    with pytest.raises(CertificateExpired, match=r"expired at 2027-.*renew") as caught:
        made.require_valid(NOW + 301 * DAY)
    assert "Test Signing" not in str(caught.value)
    with pytest.raises(CertificateExpired, match=r"not valid yet: from 2026-10-16.*clock"):
        made.require_valid(NOW - 31 * DAY)


def test_the_validity_of_the_issuers_counts_too() -> None:
    long = leaf("p256", Wish(end=NOW + 9000 * DAY))
    made = CertifiedSigner(KeySigner(key("p256"), "ES256"), "ES256", chain(long))
    assert issuing().certificate.not_valid_after_utc < NOW + 4000 * DAY
    with pytest.raises(CertificateExpired, match="certificate 2 expired"):
        made.require_valid(NOW + 4000 * DAY)
