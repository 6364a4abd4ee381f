"""The profile of signing certificates: purposes, name constraints, and a CA's rollover."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID

from sha_disclosure.credentials import (
    CertifiedSigner,
    check_connection,
    check_purposes,
    check_trust,
    explanation,
)
from sha_disclosure.credentials.certificate import self_signed
from sha_disclosure.editions import Edition
from sha_disclosure.findings import Finding
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.messages import LANGUAGES
from sha_disclosure.tools.verifier import verify_bundle
from tests.authority import CA, DAY, NOW, Issued, Wish, issue, key, root
from tests.jose.test_content import sign

DOCUMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
UNKNOWN = x509.ObjectIdentifier("1.2.246.517.1")

BARRED: list[tuple[x509.ObjectIdentifier, ...]] = [
    (Purpose.SERVER_AUTH,),
    (Purpose.CLIENT_AUTH,),
    (Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH),
    (Purpose.CODE_SIGNING,),
    (Purpose.OCSP_SIGNING,),
    (Purpose.EMAIL_PROTECTION,),
    (Purpose.TIME_STAMPING,),
    (Purpose.CLIENT_AUTH, Purpose.EMAIL_PROTECTION),
    (Purpose.CODE_SIGNING, DOCUMENTS),
    (Purpose.OCSP_SIGNING, UNKNOWN),
    (Purpose.IPSEC_IKE,),
]
ALLOWED: list[tuple[x509.ObjectIdentifier, ...]] = [
    (),
    (DOCUMENTS,),
    (UNKNOWN,),
    (Purpose.ANY_EXTENDED_KEY_USAGE, Purpose.CLIENT_AUTH),
    (Purpose.CLIENT_AUTH, DOCUMENTS),
    (Purpose.EMAIL_PROTECTION, DOCUMENTS),
]


def signer(mine: Issued, *above: Issued) -> CertifiedSigner:
    chain = (mine.certificate, *(each.certificate for each in above))
    return CertifiedSigner(KeySigner(mine.key, "ES256"), "ES256", chain)


def failed(
    bundle: dict[str, Any], edition: Edition, by: CertifiedSigner, anchor: Issued
) -> set[str]:
    made = sign(bundle, edition, by).bundle
    result = verify_bundle(made, edition, anchors=[anchor.certificate], at=NOW)
    return {f.check for f in result.findings if not f.passed}


@pytest.mark.parametrize("purposes", BARRED, ids=lambda p: "+".join(each._name for each in p))
@pytest.mark.parametrize("whose", ["leaf", "intermediate"])
def test_a_certificate_for_something_else_signs_nothing(
    purposes: tuple[x509.ObjectIdentifier, ...],
    whose: str,
    bundle: dict[str, Any],
    edition: Edition,
) -> None:
    own, above = Wish(), CA
    if whose == "leaf":
        own = replace(own, purposes=purposes)
    else:
        above = replace(above, purposes=purposes)
    middle = issue("Test Middle", key("p256", 61), root(), above)
    mine = issue("Test Own", key("p256"), middle, own)
    assert failed(bundle, edition, signer(mine, middle), root()) == {"key_usage"}
    (found,) = check_purposes((mine.certificate, middle.certificate))
    assert found.path == ("[0]" if whose == "leaf" else "[1]")
    says = explanation([found])
    assert says
    assert len({says.text(language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("purposes", ALLOWED, ids=lambda p: "+".join(each._name for each in p))
def test_a_certificate_for_signing_signs(
    purposes: tuple[x509.ObjectIdentifier, ...], bundle: dict[str, Any], edition: Edition
) -> None:
    mine = issue("Test Own", key("p256"), root(), Wish(purposes=purposes))
    assert not failed(bundle, edition, signer(mine), root())


def test_what_a_root_is_for_is_not_asked() -> None:
    top = issue("Test Top", key("p384", 62), None, replace(CA, purposes=(Purpose.SERVER_AUTH,)))
    mine = issue("Test Own", key("p256"), top)
    assert not check_purposes((mine.certificate, top.certificate))


# --- name constraints ---------------------------------------------------------------

DNS, MAIL, DIRECTORY = x509.DNSName, x509.RFC822Name, x509.DirectoryName
URI, IP = x509.UniformResourceIdentifier, x509.IPAddress


def name(country: str = "FI", organisation: str = "Oma", **more: str) -> x509.Name:
    held = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
    ]
    if "email" in more:
        held.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, more["email"]))
    return x509.Name(held)


def only(*subtrees: x509.GeneralName) -> x509.NameConstraints:
    return x509.NameConstraints(subtrees, None)


def never(*subtrees: x509.GeneralName) -> x509.NameConstraints:
    return x509.NameConstraints(None, subtrees)


def net(text: str) -> x509.IPAddress:
    return IP(ipaddress.ip_network(text))


def host(text: str) -> x509.IPAddress:
    return IP(ipaddress.ip_address(text))


OTHER = x509.OtherName(UNKNOWN, b"\x05\x00")
OWN = name()
CONSTRAINED: list[tuple[str, x509.NameConstraints, x509.Name, tuple[x509.GeneralName, ...], bool]]
CONSTRAINED = [
    ("its own organisation", only(DIRECTORY(OWN)), OWN, (), True),
    ("in another case and blanks", only(DIRECTORY(name("fi", "  OMA "))), OWN, (), True),
    ("another organisation", only(DIRECTORY(OWN)), name("FI", "Toinen"), (), False),
    ("a longer name", only(DIRECTORY(OWN)), name(email="a@b.fi"), (), True),
    ("a shorter name", only(DIRECTORY(name(email="a@b.fi"))), OWN, (), False),
    ("an excluded organisation", never(DIRECTORY(OWN)), name("fi", "oma"), (), False),
    ("beside the excluded", never(DIRECTORY(OWN)), name("FI", "Toinen"), (), True),
    ("a host below", only(DNS("b.fi")), OWN, (DNS("a.b.fi"),), True),
    ("the host itself", only(DNS("b.fi")), OWN, (DNS("B.fi"),), True),
    ("a host that ends alike", only(DNS("b.fi")), OWN, (DNS("ab.fi"),), False),
    ("one host of two", only(DNS("b.fi")), OWN, (DNS("b.fi"), DNS("c.fi")), False),
    ("no host at all", only(DNS("b.fi")), OWN, (), True),
    ("an excluded host", never(DNS("b.fi")), OWN, (DNS("a.b.fi"),), False),
    ("a mailbox", only(MAIL("a@b.fi")), OWN, (MAIL("a@B.fi"),), True),
    ("another mailbox", only(MAIL("a@b.fi")), OWN, (MAIL("c@b.fi"),), False),
    ("a mailbox of the host", only(MAIL("b.fi")), OWN, (MAIL("c@b.fi"),), True),
    ("a mailbox of a host below", only(MAIL("b.fi")), OWN, (MAIL("c@a.b.fi"),), False),
    ("a mailbox below a domain", only(MAIL(".b.fi")), OWN, (MAIL("c@a.b.fi"),), True),
    ("a mailbox in the subject", only(MAIL("b.fi")), name(email="c@d.fi"), (), False),
    ("a URI", only(URI("b.fi")), OWN, (URI("https://b.fi/a"),), True),
    ("a URI of another host", only(URI("b.fi")), OWN, (URI("https://c.fi/b.fi"),), False),
    ("a URI without a host", only(URI("b.fi")), OWN, (URI("urn:oid:1.2"),), False),
    ("an address", only(net("10.0.0.0/8")), OWN, (host("10.1.2.3"),), True),
    ("another address", only(net("10.0.0.0/8")), OWN, (host("11.1.2.3"),), False),
    ("an address of another kind", only(net("10.0.0.0/8")), OWN, (host("::1"),), False),
    ("a kind nobody reads, permitted", only(OTHER), OWN, (OTHER,), False),
    ("a kind nobody reads, excluded", never(OTHER), OWN, (OTHER,), False),
    ("a kind nobody reads, not held", never(OTHER), OWN, (), True),
]  # fmt: skip


@pytest.mark.parametrize("critical", [True, False], ids=["critical", "not critical"])
@pytest.mark.parametrize(
    ("limits", "subject", "names", "allowed"), [c[1:] for c in CONSTRAINED],
    ids=[c[0] for c in CONSTRAINED],
)  # fmt: skip
def test_name_constraints_hold_whether_critical_or_not(
    limits: x509.NameConstraints,
    subject: x509.Name,
    names: tuple[x509.GeneralName, ...],
    allowed: bool,
    critical: bool,
) -> None:
    above = issue(
        "Test Limited",
        key("p256", 63),
        root(),
        replace(CA, limits=limits, limits_critical=critical),
    )
    mine = issue(subject, key("p256"), above, Wish(names=names))
    chain = (mine.certificate, above.certificate)
    found = check_connection(chain)
    assert (not found) is allowed
    assert _ids(found) <= {"certificates.name_constraints"}
    # The trusted certificate's own constraints hold too, in the chain or above it.
    for sent in (chain, chain[:1]):
        found = check_trust(sent, (above.certificate,), NOW)
        assert (not found) is allowed
        assert _ids(found) <= {"certificates.name_constraints"}


def _ids(findings: Iterable[Finding]) -> set[str]:
    return {each.id for each in findings}


def test_a_bundle_of_a_name_out_of_bounds_is_not_valid(
    bundle: dict[str, Any], edition: Edition
) -> None:
    limits = only(DIRECTORY(OWN))
    above = issue("Test Limited", key("p256", 63), root(), replace(CA, limits=limits))
    for subject, expected in ((OWN, set()), (name("SE"), {"chain"})):
        mine = issue(subject, key("p256"), above)
        assert failed(bundle, edition, signer(mine, above), root()) == expected


def test_constraints_hold_for_the_cas_between_too() -> None:
    high = issue("Test High", key("p256", 64), root(), replace(CA, limits=only(DIRECTORY(OWN))))
    low = issue(name("SE"), key("p256", 65), high, CA)
    mine = issue(OWN, key("p256"), low)
    (found,) = check_connection((mine.certificate, low.certificate, high.certificate))
    assert (found.id, found.path) == ("certificates.name_constraints", "[1]")


# --- rollover -----------------------------------------------------------------------


def rolled() -> tuple[Issued, Issued, Issued]:
    """Return the old root, the new key's certificate by the old key, and a leaf by the new key."""
    old = issue("Test Rolling", key("p384", 66), None, replace(CA, path_length=0))
    new = issue("Test Rolling", key("p384", 67), old, CA)
    mine = issue("Test Own", key("p256"), new)
    return old, new, mine


def test_a_certificate_of_a_rolled_over_key_is_sent_and_counted_in_no_path(
    bundle: dict[str, Any], edition: Edition
) -> None:
    old, new, mine = rolled()
    assert self_signed(old.certificate)
    assert not self_signed(new.certificate)
    by = signer(mine, new, old)
    assert len(by.x5c) == 2
    assert not check_connection((mine.certificate, new.certificate, old.certificate))
    assert not failed(bundle, edition, by, old)


def test_a_rolled_over_key_without_its_root_is_no_root() -> None:
    _, new, mine = rolled()
    (found,) = check_trust((mine.certificate, new.certificate), (root().certificate,), NOW)
    assert found.id == "certificates.issuer_unknown"


def test_a_root_of_any_kind_of_key_is_known_as_one() -> None:
    owner = ed25519.Ed25519PrivateKey.generate()
    made = (
        x509.CertificateBuilder()
        .subject_name(OWN)
        .issuer_name(OWN)
        .public_key(owner.public_key())
        .serial_number(1)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(owner, None)
    )
    assert self_signed(made)
