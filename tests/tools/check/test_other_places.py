"""Keys in other places than PEM files, several organisations, a sidecar: `check` knows them."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from set_up import PASSPHRASE, Place, run

from tests.authority import issuing, key, key_pem, leaf, pem

WARNINGS = {"edition.assumed"}


def pfx(passphrase: str) -> bytes:
    issued = leaf()
    return pkcs12.serialize_key_and_certificates(
        b"signing",
        issued.key,
        issued.certificate,
        [issuing().certificate],
        BestAvailableEncryption(passphrase.encode()),
    )


def test_pkcs12_brings_its_certificates(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put("signing.p12", pfx(PASSPHRASE))
    place.tables["signing"] = {"key": "signing.p12", "passphrase": PASSPHRASE}
    told = run(place.write(), monkeypatch, place.now)
    assert (told.code, told.checks("failed"), told.checks("warning")) == (0, set(), WARNINGS)
    assert PASSPHRASE not in told.printed


def test_a_wrong_passphrase_of_pkcs12_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put("signing.p12", pfx("another"))
    place.tables["signing"] = {"key": "signing.p12", "passphrase": PASSPHRASE}
    told = run(place.write(), monkeypatch, place.now)
    assert told.checks("failed") == {"signing.key", "signing.certificate"}
    assert "does not open the PKCS#12 file" in told.of("signing.key")["found"]
    assert "ei avaa PKCS#12-tiedostoa" in told.of("signing.key", "fi")["found"]
    assert "fix the key first" in told.of("signing.certificate")["mend"]
    assert PASSPHRASE not in told.printed


def test_a_key_in_a_variable_is_taken(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = leaf()
    monkeypatch.setenv("OWN_KEY", key_pem(issued.key).decode())
    monkeypatch.setenv("OWN_CERTIFICATE", pem(issued.certificate, issuing().certificate).decode())
    place.tables["signing"] = {"key": "env:OWN_KEY", "certificate": "env:OWN_CERTIFICATE"}
    told = run(place.write(), monkeypatch, place.now)
    assert (told.code, told.checks("failed")) == (0, set())
    secret = base64.b64encode(key_pem(issued.key)).decode()[40:90]
    assert secret not in told.printed


def test_a_variable_that_is_not_set_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.tables["signing"] = {"key": "env:OWN_KEY", "certificate": "signing.crt"}
    told = run(place.write(), monkeypatch, place.now)
    assert told.checks("failed") == {"signing.key"}
    assert "env:OWN_KEY: this environment variable is not set" in told.of("signing.key")["found"]
    assert "env:OWN_KEY" in told.of("signing.key", "fi")["found"]


def test_each_organisation_has_its_own_checks(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.pair("first", leaf())
    place.put("first.key", key_pem(key("p256", 7)))
    place.tables["organisation"] = [
        {
            "requester": {"id": "1.2.246.10.28777751.10.1", "name": "Ensimmäinen"},
            "signing": {"certificate": "first.crt", "key": "first.key"},
        }
    ]
    told = run(place.write(), monkeypatch, place.now)
    assert told.checks("failed") == {"organisation.0.signing.match"}
    assert "[organisation.0.signing]" in told.of("organisation.0.signing.match")["what"]


def test_a_host_may_not_sign_for_its_tenant_unless_the_edition_allows_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.tables["organisation"] = [
        {"requester": {"id": f"1.2.246.10.28777751.10.{n}", "name": "Vuokralainen"}} for n in (1, 2)
    ]
    told = run(place.write(), monkeypatch, place.now)
    assert told.checks("failed") == {"loading"}
    assert "content_signature.broker" in told.of("loading")["found"]


def test_a_sidecar_that_is_down_is_told_apart_from_the_service(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.tables["base_url"] = "https://localhost/fhir"
    place.tables["tls"]["sidecar"] = "127.0.0.1:1"
    told = run(place.write(), monkeypatch, place.now, "--connect")
    assert told.checks("failed") == {"connection"}
    assert "127.0.0.1:1 refuses" in told.of("connection")["found"]
    assert "start the TLS sidecar" in told.of("connection")["mend"]
    assert "käynnistä TLS-välittäjä" in told.of("connection", "fi")["mend"]
