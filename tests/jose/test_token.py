"""The token of an attempt: its claims by the edition, verified by another library."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from sha_disclosure.delivery.prepare import User
from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Claim, Fill
from sha_disclosure.encoding import from_base64url
from sha_disclosure.errors import CertificateExpired, ConfigurationError
from sha_disclosure.jose.token import TokenFacts, TokenMaker
from sha_disclosure.settings import Party
from sha_disclosure.values import Oid
from tests.authority import DAY, NOW, edition_with, identity, key
from tests.jose.test_content import KINDS

FACTS = TokenFacts(
    system=Party(id=Oid("1.2.246.10.12345678.20.1"), name="Esimerkkijärjestelmä 1.0"),
    subscriber=Party(id=Oid("1.2.246.10.28777751.10.0"), name="Esimerkin hyvinvointialue"),
    requester=Party(id=Oid("1.2.246.10.28777751.10.1"), name="Esimerkin kunta"),
    base_url="https://127.0.0.1:8443/fhir",
)
USER = User(id="salainen-tunnus", name="Sirkka Salainen", authentication_method="1")
NOBODY = User()


def make(edition: Edition, user: User = USER, now: datetime = NOW) -> tuple[Any, Any]:
    token = TokenMaker(identity(), edition).make(FACTS, user, now=now, unique_id="u-1")
    head, claims, _ = token.split(".")
    return json.loads(from_base64url(head)), json.loads(from_base64url(claims))


@pytest.mark.parametrize(("kind", "algorithm"), KINDS)
def test_joserfc_verifies_the_token(kind: str, algorithm: str, edition: Edition) -> None:
    maker = TokenMaker(identity(kind, algorithm), edition)
    token = maker.make(FACTS, USER, now=NOW, unique_id="u-1")
    public = key(kind).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    other = (RSAKey if kind.startswith("rsa") else ECKey).import_key(public)
    registry = JWSRegistry(algorithms=[algorithm])
    registry.max_header_length = 20_000
    read = jwt.decode(token, other, registry=registry)
    assert read.header["alg"] == algorithm
    assert read.claims["jti"] == "u-1"
    jwt.JWTClaimsRegistry(
        now=int(NOW.timestamp()), aud={"essential": True, "value": FACTS.base_url}
    ).validate(read.claims)


def test_the_header_and_the_claims_are_those_of_the_edition(edition: Edition) -> None:
    header, claims = make(edition)
    assert list(header) == ["alg", "typ", "x5c"]
    assert header["typ"] == "JWT"
    assert header["x5c"] == list(identity().x5c)
    begun = int(NOW.timestamp())
    assert claims == {
        "iss": "urn:oid:1.2.246.10.28777751.10.1",
        "sub": "salainen-tunnus",
        "aud": "https://127.0.0.1:8443/fhir",
        "iat": begun,
        "nbf": begun,
        "exp": begun + 300,
        "jti": "u-1",
        "system": {"id": "1.2.246.10.12345678.20.1", "name": "Esimerkkijärjestelmä 1.0"},
        "user": {"id": "salainen-tunnus", "name": "Sirkka Salainen", "authenticationMethod": "1"},
        "serviceSubscriber": {
            "id": "1.2.246.10.28777751.10.0",
            "name": "Esimerkin hyvinvointialue",
        },
        "serviceRequester": {"id": "1.2.246.10.28777751.10.1", "name": "Esimerkin kunta"},
    }


def test_claims_without_a_source_are_left_out(edition: Edition) -> None:
    _, claims = make(edition, NOBODY)
    assert "sub" not in claims
    assert "user" not in claims


def test_times_are_whole_seconds_rounded_down(edition: Edition) -> None:
    _, claims = make(edition, now=datetime(2026, 11, 15, 10, 0, 0, 999_999, tzinfo=UTC))
    assert claims["iat"] == int(NOW.timestamp())
    assert all(isinstance(claims[name], int) for name in ("iat", "nbf", "exp"))


def test_the_lifetime_and_the_header_come_from_the_edition() -> None:
    other = edition_with(token={"lifetime": 60, "header": ("x5t#S256",)})
    header, claims = make(other)
    assert claims["exp"] - claims["iat"] == 60
    assert list(header) == ["alg", "x5t#S256"]


def test_claim_names_and_depth_come_from_the_edition(edition: Edition) -> None:
    claims = {
        "a": Claim(name="a.b.c", fill="system.urn"),
        "d": Claim(name="a.d", fill="unique_id"),
    }
    _, made = make(edition_with_claims(edition, claims))
    assert made == {"a": {"b": {"c": "urn:oid:1.2.246.10.12345678.20.1"}, "d": "u-1"}}


def test_each_filling_gives_a_claim_its_own_value(edition: Edition) -> None:
    begun = int(NOW.timestamp())
    values: dict[Fill, str | int] = {
        "system.id": "1.2.246.10.12345678.20.1",
        "system.urn": "urn:oid:1.2.246.10.12345678.20.1",
        "system.name": "Esimerkkijärjestelmä 1.0",
        "subscriber.id": "1.2.246.10.28777751.10.0",
        "subscriber.urn": "urn:oid:1.2.246.10.28777751.10.0",
        "subscriber.name": "Esimerkin hyvinvointialue",
        "requester.id": "1.2.246.10.28777751.10.1",
        "requester.urn": "urn:oid:1.2.246.10.28777751.10.1",
        "requester.name": "Esimerkin kunta",
        "user.id": "salainen-tunnus",
        "user.name": "Sirkka Salainen",
        "user.authentication_method": "1",
        "base_url": "https://127.0.0.1:8443/fhir",
        "issued_at": begun,
        "not_before": begun,
        "expires_at": begun + 300,
        "unique_id": "u-1",
    }
    assert set(values) == set(get_args(Fill))
    claims: dict[str, Claim] = {
        fill: Claim(name=fill.replace(".", "_"), fill=fill) for fill in values
    }
    _, made = make(edition_with_claims(edition, claims))
    assert made == {fill.replace(".", "_"): value for fill, value in values.items()}


def edition_with_claims(edition: Edition, claims: dict[str, Claim]) -> Edition:
    wire = edition.wire.model_copy(update={"claim": claims})
    return Edition(edition.name, wire, edition.entries)


@pytest.mark.parametrize(
    "names", [("a", "a"), ("a", "a.b"), ("a.b.c", "a.b"), ("a.", "b"), (".a",)]
)
def test_claims_that_exclude_one_another_are_refused(
    names: tuple[str, ...], edition: Edition
) -> None:
    claims = {str(n): Claim(name=name, fill="unique_id") for n, name in enumerate(names)}
    with pytest.raises(ConfigurationError, match="claim"):
        TokenMaker(identity(), edition_with_claims(edition, claims))


def test_the_user_is_in_no_repr(edition: Edition) -> None:
    shown = repr(FACTS) + repr(USER) + repr(TokenMaker(identity(), edition))
    assert "alainen" not in shown
    assert "user" not in shown


def test_no_token_is_made_with_an_expired_certificate(edition: Edition) -> None:
    with pytest.raises(CertificateExpired):
        make(edition, now=NOW + 500 * DAY)
