"""What cannot be signed is refused by a sentence that names the edition, the place or the kind."""

from __future__ import annotations

import base64
import pickle
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import rfc8785

from sha_disclosure.editions import Edition
from sha_disclosure.encoding import from_base64url, read_json
from sha_disclosure.errors import ConfigurationError, SigningError
from sha_disclosure.jose import CallbackSigner
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.jose.token import TokenMaker
from sha_disclosure.messages import message
from sha_disclosure.settings import Party
from sha_disclosure.values import Instant, Oid
from tests.authority import NOW, edition_with, identity

WHO = Party(id=Oid("1.2.246.10.28777751.10.0"), name="Esimerkin hyvinvointialue")


class Recorder:
    """A signer that keeps what it is given to sign."""

    algorithm, x5c, thumbprint = "ES256", ("AA==",), "00"

    def __init__(self) -> None:
        self.signed = b""

    def require_valid(self, at: datetime) -> None:
        """Every moment will do."""

    def sign(self, data: bytes) -> bytes:
        self.signed = data
        return b"signature"


def test_an_unencoded_payload_is_signed_as_it_is_and_said_in_the_header(
    bundle: dict[str, Any],
) -> None:
    recorder = Recorder()
    edition = edition_with(content_signature={"b64": False, "detached": True})
    signed = BundleSigner(recorder, edition).sign(bundle, who=WHO, when=Instant(NOW)).bundle
    header, _, payload = recorder.signed.partition(b".")
    assert payload == rfc8785.dumps(bundle)
    read = read_json(from_base64url(header.decode()))
    assert (read["b64"], read["crit"]) == (False, ["b64"])
    jws = base64.b64decode(signed["signature"]["data"])
    assert jws == header + b".." + base64.urlsafe_b64encode(b"signature").rstrip(b"=")


def test_an_unencoded_payload_inside_the_signature_is_refused_by_the_name_of_the_edition() -> None:
    edition = replace(
        edition_with(content_signature={"b64": False, "detached": False}), name="ours-7"
    )
    with pytest.raises(ConfigurationError, match="ours-7"):
        BundleSigner(identity(), edition)


def test_claims_of_one_name_are_refused_by_the_name_and_that_of_the_edition(
    edition: Edition,
) -> None:
    claims = edition.wire.claim
    clash = {**claims, "system_id": claims["issuer"]}
    wire = edition.wire.model_copy(update={"claim": clash})
    with pytest.raises(ConfigurationError) as caught:
        TokenMaker(identity(), replace(edition, name="ours-7", wire=wire))
    expected = message("token.claim_names", edition="ours-7", name=claims["issuer"].name)
    assert str(caught.value) == str(expected)


def test_content_without_a_canonical_form_is_refused_with_the_reason(edition: Edition) -> None:
    with pytest.raises(SigningError) as caught:
        BundleSigner(identity(), edition).sign({"x": object()}, who=WHO, when=Instant(NOW))
    why = message("canonical.value")
    assert str(caught.value) == str(message("signature.not_canonical", why=why))


def test_a_callback_that_gives_no_bytes_is_refused_by_the_kind_it_gave() -> None:
    wrong: Any = lambda data: "signature"  # noqa: E731 - what a host may write
    with pytest.raises(SigningError, match="str"):
        CallbackSigner(wrong).sign(b"data")


def test_a_signer_that_is_pickled_is_refused_by_its_own_name() -> None:
    with pytest.raises(TypeError, match=r"^CallbackSigner cannot be pickled"):
        pickle.dumps(CallbackSigner(lambda data: data))
    assert repr(CallbackSigner(lambda data: data)) == "CallbackSigner()"
