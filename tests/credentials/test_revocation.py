"""Revocation lists: what they revoke, and that a lack of proof counts as revoked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from sha_disclosure.credentials.revocation import check_revocation, load_revocation_lists
from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.verifier import verify_bundle
from tests.authority import CLIENT, DAY, NOW, Issued, Wish, issue, issuing, key, leaf, root
from tests.jose.test_content import sign

Crl = x509.CertificateRevocationList


def revoking(
    issuer: Issued,
    *serials: int,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + DAY,
    signer: Any = None,
    digest: Any = None,
    part: bool = False,
    critical: bool = False,
) -> Crl:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(begins)
        .next_update(ends)
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(begins)
        if critical:
            other = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
            entry = entry.add_extension(other, critical=True)
        builder = builder.add_revoked_certificate(entry.build())
    if part:
        builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
    return builder.sign(signer or issuer.key, digest or hashes.SHA256())


def of_root(*serials: int) -> Crl:
    return revoking(root(), *serials)


def of_issuing(*serials: int, **options: Any) -> Crl:
    return revoking(issuing(), *serials, **options)


MINE = leaf().certificate.serial_number
CASES = [
    ("nothing revoked", lambda: [of_issuing(), of_root()], ""),
    ("others revoked", lambda: [of_issuing(7), of_root(8)], ""),
    ("an old list beside the new one", lambda: [
        of_issuing(ends=NOW - DAY / 2), of_issuing(), of_root()], ""),
    ("the signer revoked", lambda: [of_issuing(MINE), of_root()], "certificate 1 is revoked"),
    ("revoked by an old list too", lambda: [
        of_issuing(MINE, ends=NOW - DAY / 2), of_issuing(), of_root()], "1 is revoked"),
    ("the issuer revoked", lambda: [
        of_issuing(), of_root(issuing().certificate.serial_number)], "certificate 2 is revoked"),
    ("the root's list is missing", lambda: [of_issuing()], "certificate 2 has no revocation list"),
    ("the issuer's list is missing", lambda: [of_root()], "certificate 1 has no revocation list"),
    ("a list has expired", lambda: [of_issuing(ends=NOW - DAY / 2), of_root()], "not valid at"),
    ("a list begins later", lambda: [
        of_issuing(begins=NOW + DAY / 2), of_root()], "not valid at"),
    ("a list of another key", lambda: [
        of_issuing(signer=key("p256", 9)), of_root()], "its issuer did not sign"),
    ("a list of a weak digest", lambda: [
        of_issuing(digest=hashes.SHA224()), of_root()], "its issuer did not sign"),
    ("an entry nobody understands, of another", lambda: [
        of_issuing(7, critical=True), of_root()], "unknown critical"),
    ("an entry nobody understands, of the signer", lambda: [
        of_issuing(MINE, critical=True), of_issuing(), of_root()], "unknown critical"),
    ("a list nobody understands beside a good one", lambda: [
        of_issuing(7, critical=True), of_issuing(), of_root()], ""),
    ("a list of a part", lambda: [of_issuing(part=True), of_root()], "a partial list"),
]  # fmt: skip


@pytest.mark.parametrize(("lists", "said"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_chain_is_revoked_unless_every_level_is_proven(
    lists: Any, said: str, bundle: dict[str, Any], edition: Edition
) -> None:
    document = sign(bundle, edition).bundle
    result = verify_bundle(
        document,
        edition,
        anchors=[root().certificate],
        at=NOW,
        revocation_lists=lists(),
    )
    (finding,) = [f for f in result.findings if f.check == "revocation"]
    assert finding.passed is result.signed is (not said)
    assert said in finding.text("en")
    assert finding.text("fi") != finding.text("en")


def test_a_ca_that_may_not_sign_lists_proves_nothing() -> None:
    wish = Wish(usage=("key_cert_sign",), ca=True)
    mute = issue("Test Mute", key("p256", 60), root(), wish)
    mine = issue("Test Own", key("p256"), mute, CLIENT).certificate
    (fault,) = check_revocation((mine,), (mute.certificate,), [revoking(mute)], NOW)
    assert "did not sign" in fault.text()


def test_without_lists_revocation_is_no_finding(bundle: dict[str, Any], edition: Edition) -> None:
    document = sign(bundle, edition).bundle
    result = verify_bundle(document, edition, anchors=[root().certificate], at=NOW)
    assert result.signed
    assert "revocation" not in {f.check for f in result.findings}


def test_lists_are_read_as_pem_and_der(tmp_path: Path) -> None:
    path = tmp_path / "lists.crl"
    path.write_bytes(
        b"".join(each.public_bytes(Encoding.PEM) for each in (of_root(), of_issuing()))
    )
    assert len(load_revocation_lists(path)) == 2
    path.write_bytes(of_root().public_bytes(Encoding.DER))
    assert len(load_revocation_lists(path)) == 1


def test_a_damaged_file_of_lists_gives_no_shorter_one(tmp_path: Path) -> None:
    whole = of_root().public_bytes(Encoding.PEM) + of_issuing().public_bytes(Encoding.PEM)
    path = tmp_path / "lists.crl"
    for data in (whole[:-60], whole[:-3], whole[40:], whole + whole[60:], whole + b"\x00"):
        path.write_bytes(data)
        with pytest.raises(ConfigurationError, match=r"lists\.crl: .*copy the whole file again"):
            load_revocation_lists(path)
    path.write_bytes(of_root().public_bytes(Encoding.DER)[:-1])
    with pytest.raises(ConfigurationError, match="no revocation list"):
        load_revocation_lists(path)


@pytest.mark.parametrize(
    "data", [None, b"", b"text", leaf().certificate.public_bytes(Encoding.PEM)]
)
def test_a_file_without_lists_is_refused(data: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "lists.crl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ConfigurationError, match=r"lists\.crl"):
        load_revocation_lists(path)
