"""Names compare as RFC 5280 section 7.1 has it, through every check of a chain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sha_disclosure.credentials import (
    CertifiedSigner,
    check_connection,
    check_revocation,
    check_trust,
)
from sha_disclosure.credentials.names import same_name
from sha_disclosure.editions import Edition
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.tools.verifier import verify_bundle
from tests.authority import CA, DAY, NOW, Wish, issue, key
from tests.jose.test_content import sign

Kind = x509.name._ASN1Type


def name(text: str, kind: Any = Kind.UTF8String, country: str = "FI") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.COMMON_NAME, text, kind),
        ]
    )


WRITTEN = name("Test Issuing CA", Kind.PrintableString)
SAME = {
    "UTF8String": name("Test Issuing CA"),
    "BMPString": name("Test Issuing CA", Kind.BMPString),
    "T61String": name("Test Issuing CA", Kind.T61String),
    "another case": name("TEST issuing ca"),
    "blanks around and between": name("  Test   Issuing CA "),
    "a no-break space": name("Test\u00a0Issuing CA"),
    "a soft hyphen": name("Test Issu\u00ading CA"),
    "full-width letters": name("Ｔest Issuing CA"),
    "the country in another case": name("Test Issuing CA", country="fi"),
}
OTHER = {
    "another word": name("Test Issued CA"),
    "no blank": name("TestIssuing CA"),
    "another country": name("Test Issuing CA", country="SE"),
    "another attribute": x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FI"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test Issuing CA"),
        ]
    ),
    "another order": x509.Name(list(reversed(list(WRITTEN)))),
    "one attribute more": x509.Name([*WRITTEN, x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A")]),
    "both in one": x509.Name([x509.RelativeDistinguishedName(list(WRITTEN))]),
}


@pytest.mark.parametrize("spelled", SAME.values(), ids=SAME)
def test_another_spelling_is_the_same_name(spelled: x509.Name) -> None:
    assert same_name(WRITTEN, spelled)
    assert same_name(spelled, WRITTEN)


@pytest.mark.parametrize("spelled", OTHER.values(), ids=OTHER)
def test_another_name_is_another(spelled: x509.Name) -> None:
    assert not same_name(WRITTEN, spelled)


@given(st.text(min_size=1, max_size=30))
def test_a_name_is_the_same_as_itself_in_capitals_with_blanks(text: str) -> None:
    first = _attribute(text)
    if first is not None:
        assert same_name(first, first)
        other = _attribute(f" {text}  ")
        assert other is None or same_name(first, other)


def _attribute(text: str) -> x509.Name | None:
    try:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    except ValueError:
        return None


@pytest.mark.parametrize("spelled", SAME.values(), ids=SAME)
@pytest.mark.parametrize("middle", [False, True], ids=["below the root", "two levels"])
def test_a_chain_with_its_issuer_in_another_spelling_works_everywhere(
    spelled: x509.Name, middle: bool, bundle: dict[str, Any], edition: Edition
) -> None:
    top = issue(WRITTEN, key("p384", 71), None, CA)
    above = top
    if middle:
        above = issue(WRITTEN, key("p256", 72), issue("Test Far", key("p384", 73), None, CA), CA)
        top = issue("Test Far", key("p384", 73), None, CA)
    mine = issue("Test Own", key("p256"), above, Wish(issuer=spelled))
    chain = (mine.certificate, above.certificate)
    assert not check_connection(chain)
    assert not check_trust(chain[: 1 + middle], (top.certificate,), NOW)
    by = CertifiedSigner(KeySigner(mine.key, "ES256"), "ES256", chain[: 1 + middle])
    document = sign(bundle, edition, by).bundle
    result = verify_bundle(document, edition, anchors=[top.certificate], at=NOW)
    assert result.signed, [f.text() for f in result.findings if not f.passed]


@pytest.mark.parametrize("spelled", SAME.values(), ids=SAME)
def test_a_revocation_list_with_its_issuer_in_another_spelling_counts(spelled: x509.Name) -> None:
    top = issue(WRITTEN, key("p384", 71), None, CA)
    mine = issue("Test Own", key("p256"), top).certificate
    entry = x509.RevokedCertificateBuilder().serial_number(mine.serial_number)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(spelled)
        .last_update(NOW - DAY)
        .next_update(NOW + DAY)
        .add_revoked_certificate(entry.revocation_date(NOW - DAY).build())
        .sign(top.key, hashes.SHA256())
    )
    (found,) = check_revocation((mine,), (top.certificate,), [made], NOW)
    assert found.id == "certificates.revoked"


def test_policies_hold_where_the_librarys_verifier_finds_no_candidate() -> None:
    spelled = SAME["another case"]
    for above in (
        replace(CA, ca=False),
        replace(CA, usage=("crl_sign",)),
        replace(CA, end=NOW - DAY),
        replace(CA, weak_hash=False, limits=x509.NameConstraints(
            [x509.DirectoryName(name("Toinen"))], None)),
    ):  # fmt: skip
        top = issue(WRITTEN, key("p384", 71), None, above)
        mine = issue("Test Own", key("p256"), top, Wish(issuer=spelled)).certificate
        assert check_trust((mine,), (top.certificate,), NOW)
    rogue = issue(WRITTEN, key("p384", 74), None, CA)
    mine = issue("Test Own", key("p256"), rogue, Wish(issuer=spelled)).certificate
    honest = issue(WRITTEN, key("p384", 71), None, CA)
    (found,) = check_trust((mine,), (honest.certificate,), NOW)
    assert found.id == "certificates.issuer_name_only"
