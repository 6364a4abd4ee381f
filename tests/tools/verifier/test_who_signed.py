"""Who signed: tied to the certificate or to the signer that was expected, otherwise claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sha_disclosure.credentials import CertifiedSigner
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.editions.wire import Root, Trust
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.messages import LANGUAGES
from sha_disclosure.settings import Environment
from sha_disclosure.tools.sandbox.pki import Pki
from sha_disclosure.tools.verifier import Report, Verification, verify_bundle
from sha_disclosure.tools.verifier.signer import check_holder
from tests.authority import CA, NOW, Wish, edition_with, issue, issuing, key, leaf, root
from tests.jose.test_content import sign

OWN, OTHER = "1.2.246.10.28777751.10.0", "1.2.246.10.99887766.10.0"


def by(number: str | None) -> CertifiedSigner:
    mine = leaf("p256", Wish(serial_number=number))
    chain = (mine.certificate, issuing().certificate)
    return CertifiedSigner(KeySigner(mine.key, "ES256"), "ES256", chain)


def verified(
    bundle: dict[str, Any], number: str | None, strictness: str = "warn", **more: Any
) -> Verification:
    edition = edition_with(trust={"subject_serial_number": strictness})
    document = sign(bundle, edition, by(number)).bundle
    return verify_bundle(document, edition, anchors=[root().certificate], at=NOW, **more)


@pytest.mark.parametrize(
    ("given", "signed", "bond", "warned"),
    [
        ((OWN, "warn", None), True, "certificate", False),
        ((OWN, "refuse", None), True, "certificate", False),
        ((OWN, "off", None), True, None, False),
        ((None, "warn", None), True, None, False),
        ((None, "off", None), True, None, False),
        ((None, "refuse", None), False, None, False),
        ((OTHER, "warn", None), True, None, True),
        ((OTHER, "refuse", None), False, None, False),
        ((OTHER, "off", None), True, None, False),
        (("25112345678", "warn", None), True, None, True),
        ((f"{OWN}.1", "refuse", None), False, None, False),
        ((None, "warn", OWN), True, "signer", False),
        ((None, "off", OWN), True, "signer", False),
        ((None, "refuse", OWN), True, "signer", False),
        ((OWN, "warn", OWN), True, "certificate", False),
        ((OTHER, "warn", OWN), True, "signer", True),
        ((OTHER, "refuse", OWN), False, "signer", False),
        ((OWN, "warn", OTHER), False, None, False),
        ((OTHER, "warn", OTHER), False, None, False),
        ((None, "off", OTHER), False, None, False),
    ],
)
def test_who_is_proven_by_the_certificate_or_the_expected_signer_or_only_claimed(
    given: tuple[str | None, str, str | None],
    signed: bool,
    bond: str | None,
    warned: bool,
    bundle: dict[str, Any],
) -> None:
    number, strictness, signer = given
    result = verified(bundle, number, strictness, signer=signer)
    assert result.signed is signed
    assert {f.check for f in result.findings if not f.passed} == (set() if signed else {"who"})
    assert [f.check for f in result.findings if f.severity == "warning"] == ["who"] * warned
    assert result.bond == bond
    assert result.claimed == (("when", "type") if signed and bond else ("who", "when", "type"))
    for language in LANGUAGES:
        plain = result.to_dict(language)
        assert plain["who_proven_by"] == (bond if signed else None)
        assert plain["warnings"] == ["who"] * warned
        assert plain["claimed"] == list(result.claimed)
        assert OTHER not in str(plain["findings"])


def test_what_a_signature_claims_is_only_claimed_while_the_rest_of_it_is_wrong(
    bundle: dict[str, Any], edition: Edition
) -> None:
    document = sign(bundle, edition, by(OWN)).bundle
    good = verify_bundle(document, edition, anchors=[root().certificate], at=NOW)
    assert "who" not in good.claimed
    for anchors, altered in (([root(1).certificate], {}), ([root().certificate], {"id": "x"})):
        result = verify_bundle({**document, **altered}, edition, anchors=anchors, at=NOW)
        assert not result.signed
        assert "who" in result.claimed


def test_another_organisations_name_on_the_same_signature_is_seen(
    bundle: dict[str, Any], edition: Edition
) -> None:
    document = sign(bundle, edition, by(OWN)).bundle
    document["signature"]["who"]["identifier"]["value"] = f"urn:oid:{OTHER}"
    options: dict[str, Any] = {"anchors": [root().certificate], "at": NOW}
    result = verify_bundle(document, edition, **options)
    assert (result.who, "who" in result.claimed) == (OTHER, True)
    assert result.to_dict()["warnings"] == ["who"]
    assert not verify_bundle(document, edition, signer=OWN, **options).signed
    strict = edition_with(trust={"subject_serial_number": "refuse"})
    assert not verify_bundle(document, strict, **options).signed


def test_a_warning_never_hides_a_refusal_of_the_same_check() -> None:
    report = Report()
    report.begin("who")
    check_holder(by(OTHER).leaf, (OWN,), load_edition().wire.trust, report)
    assert report.clean
    report.refuse("other_signer")
    assert not report.clean
    (finding,) = report.checks()
    assert finding.severity == "error"


# --- certificates that are not those of a signer -------------------------------------


@pytest.mark.parametrize("which", ["server", "client"])
def test_a_bundle_signed_with_a_tls_certificate_of_the_sandbox_is_not_valid(
    which: str, bundle: dict[str, Any], edition: Edition, tmp_path: Path
) -> None:
    pki = Pki(tmp_path, now=lambda: NOW)
    held = getattr(pki, which)
    algorithm = "ES256" if "EC" in type(held.key).__name__ else "RS256"
    other = CertifiedSigner(KeySigner(held.key, algorithm), algorithm, held.chain)
    document = sign(bundle, edition, other).bundle
    result = verify_bundle(document, edition, anchors=[pki.root.certificate], at=NOW)
    assert not result.signed
    assert {f.check for f in result.findings if not f.passed} == {"key_usage"}


@pytest.mark.parametrize(
    ("environment", "valid"), [(None, True), ("sandbox", True), ("at", True), ("production", False)]
)
def test_the_sandbox_s_certificates_sign_nothing_in_production(
    environment: Any, valid: bool, bundle: dict[str, Any], edition: Edition, tmp_path: Path
) -> None:
    pki = Pki(tmp_path, now=lambda: NOW)
    held = pki.signing
    algorithm = "ES256" if "EC" in type(held.key).__name__ else "RS256"
    mine = CertifiedSigner(KeySigner(held.key, algorithm), algorithm, held.chain)
    document = sign(bundle, edition, mine).bundle
    result = verify_bundle(
        document, edition, anchors=[pki.root.certificate], at=NOW, environment=environment
    )
    assert result.signed is valid
    assert {f.check for f in result.findings if not f.passed} == (set() if valid else {"chain"})


@pytest.mark.parametrize("environment", ["sandbox", "at", "production"])
def test_a_production_root_is_for_production_only(environment: Any, bundle: dict[str, Any]) -> None:
    print_ = root().certificate.fingerprint(root().certificate.signature_hash_algorithm)  # type: ignore[arg-type]
    known = Root(name="R", sha1="0" * 40, sha256=print_.hex())
    marks = load_edition().wire.trust.model_dump()
    edition = edition_with(
        trust=Trust.model_validate(marks | {"production_roots": (known,)}).__dict__
    )
    document = sign(bundle, edition, by(OWN)).bundle
    result = verify_bundle(
        document, edition, anchors=[root().certificate], at=NOW, environment=environment
    )
    assert result.signed is (environment == "production")


def test_a_test_ca_is_for_no_production(bundle: dict[str, Any], edition: Edition) -> None:
    word = edition.wire.trust.test_words[0]
    above = issue(f"DVV {word} CA", key("p256", 91), root(), CA)
    mine = issue("Test Own", key("p256"), above)
    chain = (mine.certificate, above.certificate)
    other = CertifiedSigner(KeySigner(mine.key, "ES256"), "ES256", chain)
    document = sign(bundle, edition, other).bundle
    environments: tuple[tuple[Environment, bool], ...] = (("production", False), ("at", True))
    for environment, valid in environments:
        result = verify_bundle(
            document, edition, anchors=[root().certificate], at=NOW, environment=environment
        )
        assert result.signed is valid


# --- typ ------------------------------------------------------------------------------


AS_JOSE = {"header": ("typ", "x5c"), "typ": "JOSE"}
AS_JWT = {"header": ("typ", "x5c"), "typ": "JWT"}
WITHOUT = {"header": ("x5c",)}


@pytest.mark.parametrize(
    ("written", "read", "signed"),
    [
        (AS_JOSE, AS_JOSE, True),
        (AS_JWT, AS_JOSE, False),
        ({**AS_JOSE, "typ": "jose"}, AS_JOSE, False),
        (WITHOUT, AS_JOSE, False),
        (AS_JWT, WITHOUT, False),
        (AS_JOSE, WITHOUT, False),
    ],
)
def test_the_type_in_the_header_is_the_editions(
    written: dict[str, Any], read: dict[str, Any], signed: bool, bundle: dict[str, Any]
) -> None:
    document = sign(bundle, edition_with(content_signature=written)).bundle
    result = verify_bundle(
        document, edition_with(content_signature=read), anchors=[root().certificate], at=NOW
    )
    assert result.signed is signed
    assert {f.check for f in result.findings if not f.passed} == (set() if signed else {"critical"})
