"""What a chain must be: each fault told by what was found, what is expected and the mend."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from sha_disclosure.credentials.certificate import read_certificate
from sha_disclosure.credentials.chain import (
    check_connection,
    check_dates,
    check_keys,
    check_usage,
    explanation,
    in_order,
)
from sha_disclosure.credentials.trust import check_environment, check_trust, issued_by_sandbox
from sha_disclosure.editions import load_edition
from sha_disclosure.editions.wire import Root, Trust
from sha_disclosure.findings import Finding
from sha_disclosure.messages import LANGUAGES
from sha_disclosure.tools.sandbox.pki import Pki
from tests.authority import (
    CA,
    CLIENT,
    DAY,
    NOW,
    Issued,
    Wish,
    chain,
    issue,
    issuing,
    key,
    leaf,
    root,
)
from tests.der import signed_anew

Certificates = tuple[x509.Certificate, ...]


def told(faults: Any) -> list[Finding]:
    """Return the faults; each has all its words in both languages, and names nobody."""
    made = list(faults)
    for fault in made:
        whole = explanation([fault])
        assert whole
        for part in ("text", "expected", "fix"):
            for language in LANGUAGES:
                words = fault.part(part, language)
                assert words
                assert "Test " not in words
                assert words in whole.text(language)
    return made


def long_chain(depth: int) -> Certificates:
    """Return a leaf with ``depth`` CAs above it, the last one self-signed."""
    above: Issued | None = None
    made: list[x509.Certificate] = []
    for level in range(depth):
        above = issue(f"Test Level {level}", key("p256", 900 + level), above, CA)
        made.insert(0, above.certificate)
    mine = issue("Test Own", key("p256", 950), above)
    return (mine.certificate, *made)


@given(st.integers(1, 4))
def test_a_chain_in_order_has_no_fault(depth: int) -> None:
    certificates = long_chain(depth)
    assert not told(check_connection(certificates))
    assert not told(check_keys(certificates))
    assert not told(check_dates(certificates, NOW))
    assert not told(check_trust(certificates[:-1], certificates[-1:], NOW))


@given(st.integers(1, 3), st.data())
def test_a_chain_in_another_order_is_told_the_right_one(depth: int, data: st.DataObject) -> None:
    right = long_chain(depth)
    mixed = data.draw(st.sampled_from(list(permutations(range(len(right))))[1:]))
    certificates = tuple(right[place] for place in mixed)
    (fault,) = told(check_connection(certificates))
    assert "wrong order" in fault.text()
    assert "väärä järjestys" in fault.text("fi")
    order = in_order(certificates)
    assert order
    assert tuple(certificates[place - 1] for place in order) == right
    assert ", ".join(map(str, order)) in fault.part("fix")


@given(st.integers(2, 4), st.data())
def test_a_chain_with_a_gap_is_told_where_it_is(depth: int, data: st.DataObject) -> None:
    right = long_chain(depth)
    gap = data.draw(st.integers(1, depth - 1))
    certificates = right[:gap] + right[gap + 1 :]
    (fault,) = told(check_connection(certificates))
    assert f"certificate {gap} was not issued by certificate {gap + 1}" in fault.text()
    assert "missing between" in fault.part("fix")


@given(st.integers(1, 3), st.integers(1, 3))
def test_a_chain_of_two_hierarchies_is_refused(depth: int, other: int) -> None:
    strange = issue("Test Level 0", key("p256", 800), None, CA).certificate
    certificates = (*long_chain(depth)[:-1], strange)
    assert told(check_connection(certificates))
    assert told(check_trust(certificates[:-1], (strange,), NOW))


def test_a_ca_certificate_in_the_leafs_place_is_told() -> None:
    (fault,) = told(check_connection((issuing().certificate, root().certificate)))
    assert "first certificate is a CA certificate" in fault.text()
    assert "put your own certificate before it" in fault.part("fix")


def test_a_missing_intermediate_is_told_when_only_the_root_is_trusted() -> None:
    (fault,) = told(check_trust((leaf().certificate,), (root().certificate,), NOW))
    assert "an intermediate is missing" in fault.text()
    assert "välivarmenne" in fault.part("fix", "fi")


def test_names_in_other_spellings_of_the_same_letters_are_the_same() -> None:
    """RFC 5280 section 7.1; cryptography's verifier compares them byte for byte."""

    def spelled(kind: x509.name._ASN1Type) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Spelled", kind)])

    authority = key("p384", 702)
    above = (
        x509.CertificateBuilder()
        .subject_name(spelled(x509.name._ASN1Type.PrintableString))
        .issuer_name(spelled(x509.name._ASN1Type.PrintableString))
        .public_key(authority.public_key())
        .serial_number(1)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    mine = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Own")]))
        .issuer_name(spelled(x509.name._ASN1Type.UTF8String))
        .public_key(key("p256").public_key())
        .serial_number(2)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(authority, hashes.SHA256())
    )
    assert above.subject.public_bytes() != mine.issuer.public_bytes()
    assert not told(check_trust((mine,), (above,), NOW))
    assert not told(check_connection((mine, above)))


def test_a_root_that_is_not_trusted_is_told() -> None:
    (fault,) = told(check_trust(chain(leaf()), (root(1).certificate,), NOW))
    assert "its root is not trusted" in fault.text()


def test_a_trusted_name_with_another_key_is_told() -> None:
    twin = issue("Test Root 0", key("p384", 700), None, CA).certificate
    (fault,) = told(check_trust(chain(leaf())[:2], (twin,), NOW))
    assert "issuer's name but not its key" in fault.text()


def test_an_expired_anchor_is_told_as_such() -> None:
    old = issue("Test Old", key("p384", 701), None, replace(CA, end=NOW - DAY))
    mine = issue("Test Own", key("p256"), old).certificate
    (fault,) = told(check_trust((mine,), (old.certificate,), NOW))
    assert "not valid now" in fault.text()


@pytest.mark.parametrize("place", [1, 2])
def test_a_signature_with_sha1_is_told_as_such(place: int) -> None:
    mine, above, top = chain(leaf())
    if place == 1:
        mine = signed_anew(mine, issuing().key, sha1=True)
    else:
        above = signed_anew(above, root().key, sha1=True)
    faults = told(check_connection((mine, above, top)))
    assert [f.text() for f in faults] == [f"certificate {place} is signed with SHA-1"]


def test_nobody_looks_at_a_roots_own_signature() -> None:
    top = signed_anew(root().certificate, root().key, sha1=True)
    certificates = (*chain(leaf())[:2], top)
    assert not told(check_connection(certificates))
    assert not told(check_trust(certificates, (top,), NOW))


@given(st.integers(1, 2**320 - 1))
def test_a_serial_number_may_have_any_length(serial: int) -> None:
    mine = signed_anew(leaf().certificate, issuing().key, serial=serial)
    read = read_certificate(mine.public_bytes(Encoding.DER))
    assert read
    assert read.serial_number == serial
    assert not told(check_connection((read, *chain(leaf())[1:])))
    assert not told(check_trust((read, issuing().certificate), (root().certificate,), NOW))


@given(st.timedeltas(timedelta(days=-400), timedelta(days=700)))
def test_dates_fail_outside_the_validity_and_nowhere_else(shift: timedelta) -> None:
    mine, at = leaf().certificate, NOW + shift
    faults = told(check_dates((mine,), at))
    early, late = at < mine.not_valid_before_utc, at > mine.not_valid_after_utc
    assert len(faults) == (1 if early or late else 0)
    if faults:
        assert ("not valid yet" if early else "expired") in faults[0].text()


@pytest.mark.parametrize("kind", ["rsa-1024", "p521"])
def test_a_key_of_an_unfit_size_or_curve_is_told(kind: str) -> None:
    (fault,) = told(check_keys((issue("Test Own", key(kind), issuing()).certificate,)))
    assert fault.id.startswith("certificates.key_")
    assert "2048" in fault.part("expected")


@pytest.mark.parametrize(
    ("wish", "signs", "connects"),
    [
        (Wish(), True, True),
        (CLIENT, True, True),
        (Wish(usage=("content_commitment",)), True, False),
        (Wish(usage=("key_encipherment",)), False, False),
        (Wish(usage=None), True, True),
        (Wish(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)), True, False),
        (Wish(purposes=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)), True, True),
    ],
    ids=str,
)
def test_the_usage_has_to_be_that_of_the_slot(wish: Wish, signs: bool, connects: bool) -> None:
    mine = leaf("p256", wish).certificate
    assert (not told(check_usage(mine, "signing"))) is signs
    assert (not told(check_usage(mine, "tls_client"))) is connects


# --- environments -------------------------------------------------------------------


def named(common: str, issuer: str) -> x509.Certificate:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name(name(issuer))
        .public_key(key("p256").public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + DAY)
        .sign(key("p256"), hashes.SHA256())
    )


SHIPPED = load_edition().wire.trust


@pytest.mark.parametrize(
    ("issuer", "refused"),
    [
        ("VRK TEST Root CA - G2", True),
        ("VRK TEST CA for Social Welfare and Healthcare Service Prov. - G2", True),
        ("DVV Gov. Root CA - G3 RSA", False),
        ("Contest CA", False),
        ("DVV ATTESTATION CA", False),
    ],
)
def test_production_refuses_what_a_test_ca_issued(issuer: str, refused: bool) -> None:
    certificate = named("TEST Oy", issuer)
    assert bool(told(check_environment((certificate,), "production", SHIPPED))) is refused
    assert not told(check_environment((certificate,), "at", SHIPPED))


def test_production_refuses_the_sandbox(tmp_path: Any) -> None:
    pki = Pki(tmp_path)
    for certificate in (*pki.client.chain, pki.root.certificate):
        assert issued_by_sandbox(certificate)
        assert told(check_environment((certificate,), "production", SHIPPED))
        assert not told(check_environment((certificate,), "sandbox", SHIPPED))


@pytest.mark.parametrize("environment", ["sandbox", "at"])
def test_test_environments_refuse_a_production_root(environment: Any) -> None:
    mine = root().certificate
    known = Root(name="R", sha1=mine.fingerprint(hashes.SHA1()).hex())
    other = Root(name="O", sha1="0" * 40, sha256=mine.fingerprint(hashes.SHA256()).hex())
    for entry in (known, other):
        trust = Trust(production_roots=(entry,), test_words=(), subject_serial_number="warn")
        (fault,) = told(check_environment(chain(leaf()), environment, trust))
        assert "certificate 3 is the production root" in fault.text()
        assert not told(check_environment(chain(leaf()), "production", trust))


def test_the_known_roots_say_that_they_are_second_hand() -> None:
    (entry,) = [e for e in load_edition().entries if e.key == "trust.production_roots"]
    assert entry.status == "inferred"
    assert entry.source.startswith("second-hand")
    assert {r.name for r in SHIPPED.production_roots} == {
        "DVV Gov. Root CA - G3 RSA",
        "DVV Gov. Root CA - G3 ECC",
    }
