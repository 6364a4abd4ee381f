"""Prepared faults of settings, keys, certificates and clock: each is named, and no other."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from places import ROOT
from proofs import sample
from set_up import PASSPHRASE, PROXY, Place, run

from sha_disclosure.tools.check.checks import CHECKS, PAIR_CHECKS
from sha_disclosure.tools.check.configuration import business_id_fits
from sha_disclosure.tools.check.partial_settings import read_settings
from sha_disclosure.values import Oid
from tests.authority import (
    CA,
    CLIENT,
    DAY,
    NOW,
    Wish,
    issue,
    issuing,
    key,
    key_pem,
    leaf,
    pem,
    root,
)
from tests.der import signed_anew

ASSUMED = {"edition.assumed"}


@dataclass(frozen=True)
class Fault:
    """A fault: how it is made, the checks that fail, what is told in English and Finnish."""

    name: str
    make: Callable[[Place], object]
    failed: set[str]
    found: tuple[str, str]
    mend: tuple[str, str]


def own_edition(place: Place, text: str) -> None:
    place.put("own.toml", f'name = "own"\nbased_on = "kanta-1.0.0"\n{text}'.encode())
    place.tables["edition"] = "own.toml"


def production_root(place: Place) -> None:
    print_ = root().certificate.fingerprint(root().certificate.signature_hash_algorithm)  # type: ignore[arg-type]
    own_edition(
        place,
        '[trust.production_roots]\nvalue = [{ name = "R", sha1 = "' + "0" * 40 + '", '
        f'sha256 = "{print_.hex()}" }}]\nstatus = "confirmed"\nsource = "test"\n',
    )


def in_production(place: Place) -> None:
    place.tables |= {"environment": "production", "accept_assumed": True}
    place.tables["base_url"] = "https://kanta.example/fhir"
    own_edition(
        place,
        '[trust.test_words]\nvalue = ["Test"]\nstatus = "confirmed"\nsource = "test"\n',
    )


def sha1(place: Place) -> None:
    mine = signed_anew(leaf().certificate, issuing().key, sha1=True)
    place.certificates("signing", mine, issuing().certificate)


def wish(name: str, wanted: Wish) -> Callable[[Place], object]:
    def make(place: Place) -> None:
        passphrase = PASSPHRASE if name == "signing" else None
        place.pair(name, leaf("p256", wanted), passphrase)

    return make


def key_kind(kind: str) -> Callable[[Place], object]:
    return lambda place: place.pair("signing", issue("Test Own", key(kind), issuing()), PASSPHRASE)


def expired_ca(place: Place) -> None:
    old = issue("Test Root 0", key("p384", 100), None, replace(CA, end=NOW - DAY))
    place.certificates("ca", old.certificate)


FAULTS = [
    Fault("a required entry is missing", lambda p: p.tables.pop("subscriber"), {"settings"},
          ("subscriber: missing", "subscriber: puuttuu"), ("add it", "lisää se")),
    Fault("an entry is wrong", lambda p: p.tables["system"].update(id="1.02"), {"settings"},
          ("system.id: not an OID", "system.id: ei ole OID"), ("digits and dots", "numeroita")),
    Fault("a name is unknown", lambda p: p.tables.update(passphras=PASSPHRASE), {"settings"},
          ("passphras: unknown", "passphras: tuntematon"), ("correct its name", "korjaa sen nimi")),
    Fault("the settings are no TOML", lambda p: setattr(p, "text", f"a = '{PASSPHRASE}"),
          {"settings"}, ("not valid TOML", "ei ole kelvollista TOML:ia"),
          ("quotes", "lainausmerkit")),
    Fault("the edition does not exist", lambda p: p.tables.update(edition="no.toml"),
          {"edition"}, ("no.toml", "määrittelyversiota no.toml ei voi ladata"),
          ("correct the edition file", "korjaa määrittelyversion tiedosto")),
    Fault("production on assumed values", lambda p: (in_production(p), p.tables.update(
          accept_assumed=False), own_edition(p, "")), {"edition.assumed"},
          ("values are only assumed", "arvoa on vain oletettu"),
          ("accept_assumed = true", "accept_assumed = true")),
    Fault("the certificate file is missing", lambda p: (p.folder / "tls.crt").unlink(),
          {"tls.certificate"}, ("tls.crt does not exist", "tiedostoa tls.crt ei ole"),
          ("correct the name", "korjaa nimi")),
    Fault("the certificate is DER", lambda p: p.put(
          "signing.crt", leaf().certificate.public_bytes(Encoding.DER)), {"signing.certificate"},
          ("no PEM certificate", "ei ole PEM-varmennetta"), ("openssl x509", "openssl x509")),
    Fault("the key file is missing", lambda p: (p.folder / "tls.key").unlink(), {"tls.key"},
          ("tls.key does not exist", "tiedostoa tls.key ei ole"), ("correct", "korjaa")),
    Fault("the passphrase is wrong", lambda p: p.put("signing.key", key_pem(key("p256"), b"x")),
          {"signing.key"}, ("does not open the key", "ei avaa avainta"),
          ("correct passphrase", "korjaa passphrase")),
    Fault("the passphrase is missing", lambda p: p.tables["signing"].pop("passphrase"),
          {"signing.key"}, ("the key is encrypted", "avain on salattu"),
          ("add its passphrase", "lisää sen tunnuslause")),
    Fault("a certificate is in the key's place", lambda p: p.put("tls.key", pem(
          leaf().certificate)), {"tls.key"},
          ("no PEM private key", "PEM-muotoista avainta ei löydy"),
          ("openssl pkey", "openssl pkey")),
    Fault("others may read the key", lambda p: (p.folder / "signing.key").chmod(0o644),
          {"signing.permissions"}, ("mode 644", "oikeudet 644"),
          ("chmod 600 signing.key", "chmod 600 signing.key")),
    Fault("the key is another's", lambda p: p.put("tls.key", key_pem(key("p384", 5))),
          {"tls.match"}, ("is not the key of", "ei ole ensimmäisen varmenteen avain"),
          ("belong together", "tehty yhdessä")),
    Fault("the chain is upside down", lambda p: p.certificates(
          "tls", issuing().certificate, leaf("p384", CLIENT).certificate), {"tls.chain"},
          ("wrong order", "väärä järjestys"), ("order 2, 1", "järjestykseen 2, 1")),
    Fault("the intermediate is missing", lambda p: p.certificates("signing", leaf().certificate),
          {"signing.chain"}, ("only the leaf", "vain oma varmenne"),
          ("append the issuer", "lisää tiedoston loppuun")),
    Fault("the chain is of two hierarchies", lambda p: p.certificates(
          "signing", leaf().certificate, issuing(1).certificate), {"signing.chain"},
          ("was not issued by certificate 2", "ei ole varmenteen 1 myöntäjä"),
          ("missing between", "puuttuva varmenne")),
    Fault("a CA is in the leaf's place", lambda p: p.certificates(
          "signing", issuing().certificate, root().certificate), {"signing.chain"},
          ("is a CA certificate", "on varmentajan varmenne"),
          ("put your own certificate before it", "laita oma varmenteesi sen eteen")),
    Fault("a certificate is signed with SHA-1", sha1, {"signing.chain"},
          ("signed with SHA-1", "SHA-1"), ("order a new certificate", "tilaa uusi varmenne")),
    Fault("a certificate has expired", wish("signing", Wish(end=NOW - DAY)), {"signing.dates"},
          ("expired at 2026-11-14", "vanheni 2026-11-14"), ("renew it", "uusi se")),
    Fault("a certificate is not valid yet", wish("signing", Wish(start=NOW + DAY)),
          {"signing.dates"}, ("not valid yet", "ei ole vielä voimassa"),
          ("check the clock", "tarkista kello")),
    Fault("an RSA key is short", key_kind("rsa-1024"), {"signing.strength"},
          ("RSA key of 1024 bits", "RSA-avain on 1024-bittinen"), ("new key", "uusi avain")),
    Fault("a curve is not Kanta's", key_kind("p521"), {"signing.strength"},
          ("secp521r1", "secp521r1"), ("new key", "uusi avain")),
    Fault("a certificate may not sign", wish("signing", Wish(usage=("key_encipherment",))),
          {"signing.usage"}, ("neither digitalSignature", "ei ole digitalSignature"),
          ("system-signature certificate", "järjestelmäallekirjoitusvarmenne")),
    Fault("a certificate is for servers only", wish("tls", Wish(
          purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))), {"tls.usage"},
          ("lacks clientAuth", "puuttuu clientAuth"), ("order", "tilaa")),
    Fault("the CA file is missing", lambda p: (p.folder / "ca.crt").unlink(), {"ca"},
          ("ca.crt does not exist", "tiedostoa ca.crt ei ole"), ("correct", "korjaa")),
    Fault("the CA has expired", expired_ca, {"ca.dates"},
          ("expired at", "vanheni"), ("renew it", "uusi se")),
    Fault("test certificates in production", in_production,
          {"tls.environment", "signing.environment", "ca.environment"},
          ("CA with Test in its name", "jonka nimessä on Test"),
          ("files of this environment", "tämän ympäristön tiedostot")),
    Fault("a production root in the sandbox", production_root, {"ca.environment"},
          ("production root R", "tuotannon juuri R"), ("environment", "environment")),
    Fault("the code lists are missing", lambda p: p.tables.update(code_lists="lists"),
          {"code_lists"}, ("lists: there is no such folder", "koodistoja ei voi lukea"),
          ("codes import", "codes import")),
    Fault("there is no TLS table", lambda p: p.tables.pop("tls"), {"tls.certificate"},
          ("there is no table [tls]", "taulukkoa [tls] ei ole"), ("add it", "lisää se")),
]  # fmt: skip


@pytest.mark.parametrize("fault", sample((pytest.param(f, id=f.name) for f in FAULTS), every=4))
def test_a_fault_is_named_in_both_languages_and_no_other(
    fault: Fault, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault.make(place)
    told = run(place.write(), monkeypatch, place.now)
    assert told.checks("failed") == fault.failed
    assert told.code == 4
    for check in fault.failed:
        for language, at in (("en", 0), ("fi", 1)):
            result = told.of(check, language)
            assert fault.found[at] in result["found"]
            assert fault.mend[at] in result["mend"]
            assert result["what"]
            assert result["expected"]
            assert result["mend"].split("\n")[0] in told.printed
    for secret in place.secrets():
        assert secret not in told.printed


def test_nothing_fails_where_all_is_right(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.tables["proxy"] = f"http://kayttaja:{PROXY}@127.0.0.1:1"
    told = run(place.write(), monkeypatch, place.now)
    assert told.code == 0
    assert told.checks("failed") == set()
    assert told.checks("warning") == ASSUMED
    assert told.checks("not_run") == set()
    assert "loading" in told.checks("ok")
    for secret in place.secrets():
        assert secret not in told.printed


WARNINGS = [
    ("30 days left", wish("signing", Wish(end=NOW + 20 * DAY)), "signing.dates", "order the new"),
    ("7 days left", wish("signing", Wish(end=NOW + 5 * DAY)), "signing.dates", "this week"),
    ("1 day left", wish("tls", replace(CLIENT, end=NOW + DAY)), "tls.dates", "at once"),
    ("a business id that fails its check", lambda p: p.tables["system"].update(
        id="1.2.246.10.12345678.20"), "oids", "register"),
    ("ids of another", lambda p: p.tables.update(ids={"root": "1.2.246.10.2.95"}), "oids", "own"),
    ("the sandbox's address at AT", lambda p: p.tables.update(environment="at"), "address",
     "sidecar"),
    ("a server certificate in the signing slot", wish("signing", CLIENT), "signing.usage",
     "system-signature"),
    ("a signer in code", lambda p: p.tables.pop("signing"), "signing.certificate",
     "content_signer"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "check", "mend"), [w[1:] for w in WARNINGS], ids=[w[0] for w in WARNINGS]
)
def test_what_may_be_right_or_soon_wrong_is_a_warning(
    make: Callable[[Place], object],
    check: str,
    mend: str,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make(place)
    told = run(place.write(), monkeypatch, place.now)
    assert told.code == 0
    assert told.checks("warning") == {check} | ASSUMED
    assert mend in told.of(check)["mend"]
    assert told.of(check, "fi")["mend"] != told.of(check)["mend"]


def test_a_clock_that_stands_at_its_beginning_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(place.write(), monkeypatch, datetime(1970, 1, 1, 0, 5, tzinfo=UTC))
    assert "clock" in told.checks("failed")
    assert "NTP" in told.of("clock", "fi")["mend"]
    assert "tls.dates" in told.checks("failed")


def test_a_certificate_that_begins_later_hints_at_the_clock(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(place.write(), monkeypatch, NOW - 60 * DAY)
    assert "clock" in told.checks("warning")


def test_every_fault_is_told_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.tables["base_url"] = "http://kanta"
    place.tables["system"]["id"] = "x"
    (place.folder / "tls.key").unlink()
    place.pair("signing", leaf("p256", Wish(end=NOW - DAY)), PASSPHRASE)
    told = run(place.write(), monkeypatch, place.now)
    assert told.checks("failed") == {"settings", "tls.key", "signing.dates"}
    assert len([r for r in told.en if r["check"] == "settings"]) == 2


def test_without_settings_the_way_to_get_some_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(place.folder / "none.toml", monkeypatch, NOW)
    assert told.checks("failed") == {"settings"}
    assert "does not exist" in told.of("settings")["found"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_loose_key_is_still_compared_with_its_certificate(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put("tls.key", key_pem(key("p384", 5)), 0o644)
    told = run(place.write(), monkeypatch, place.now)
    assert told.checks("failed") == {"tls.permissions", "tls.match"}


@pytest.mark.parametrize(
    ("oid", "fits"),
    [
        ("1.2.246.10.28777751.10.0", True),
        ("1.2.246.10.2048198", True),
        ("1.2.246.10.12345678.20.1", False),
        ("1.2.246.10.1.1", False),
        ("1.2.246.537.6.1", None),
    ],
)
def test_the_check_digit_of_a_business_id_is_read_from_the_oid(oid: str, fits: bool | None) -> None:
    assert business_id_fits(Oid(oid)) is fits


def test_the_page_about_the_command_tells_of_every_check() -> None:
    page = (ROOT / "docs" / "check.md").read_text("utf-8")
    for check in (*PAIR_CHECKS, *CHECKS):
        assert f"`{check}`" in page or f".{check}`" in page, check


@pytest.mark.parametrize("serial_number", [None, "1.2.246.10.28777751.10.0"])
def test_a_signing_certificate_of_one_s_own_organisation_is_not_spoken_of(
    place: Place, monkeypatch: pytest.MonkeyPatch, serial_number: str | None
) -> None:
    place.pair("signing", leaf("p256", Wish(serial_number=serial_number)), PASSPHRASE)
    told = run(place.write(), monkeypatch, NOW)
    assert {each["check"] for each in told.en} & {"signing.organisation"} == set()


@pytest.mark.parametrize(("strictness", "status"), [("warn", "warning"), ("refuse", "failed")])
def test_a_signing_certificate_of_another_organisation_is_found(
    place: Place, monkeypatch: pytest.MonkeyPatch, strictness: str, status: str
) -> None:
    place.pair("signing", leaf("p256", Wish(serial_number="1.2.246.10.99887766.10.0")), PASSPHRASE)
    own_edition(
        place,
        f'[trust.subject_serial_number]\nvalue = "{strictness}"\n'
        'status = "confirmed"\nsource = "test"\n',
    )
    told = run(place.write(), monkeypatch, NOW)
    assert "signing.organisation" in told.checks(status)
    assert "another organisation" in told.of("signing.organisation")["found"]
    assert "toisen organisaation" in told.of("signing.organisation", "fi")["found"]
    assert "99887766" not in told.printed


def test_a_path_outside_the_settings_folder_is_told_by_its_name_only(place: Place) -> None:
    elsewhere = place.folder.parent / "liisa" / "tls.key"
    place.tables["tls"]["key"] = str(elsewhere)
    read = read_settings(place.write(), {})
    said = f"{elsewhere}: no; {place.folder / 'tls.crt'}: no; {place.folder}: no"
    assert read.without_folders(said) == "tls.key: no; tls.crt: no; .: no"
    assert read.label(elsewhere) == "tls.key"
