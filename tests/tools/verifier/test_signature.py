"""Verification of signed Bundles: what passes, and every way to fail."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
import rfc8785
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proofs import examples

from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.editions import Edition
from sha_disclosure.encoding import from_base64url, to_base64url
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.tools.verifier import CHECKS, Verification, verify_bundle
from sha_disclosure.values import Instant
from tests.authority import (
    CA,
    DAY,
    NOW,
    Issued,
    Wish,
    edition_with,
    identity,
    issue,
    issuing,
    key,
    leaf,
    root,
)
from tests.jose.test_content import KINDS, sign

Document = dict[str, Any]
NAME = "Meikäläinen-31337"


def verify(document: Any, edition: Edition, **changes: Any) -> Verification:
    options: dict[str, Any] = {"anchors": [root().certificate], "at": NOW, **changes}
    return verify_bundle(document, edition, **options)


def failed(result: Verification) -> set[str]:
    """Return the checks that failed, or ``unmade:<check>`` for those that were not made."""
    made = {finding.check for finding in result.findings}
    return {f.check for f in result.findings if not f.passed} | {
        f"unmade:{c}" for c in {*CHECKS} - made
    }


@pytest.fixture
def document(bundle: Document, edition: Edition) -> Document:
    bundle["entry"][0]["resource"]["outcomeDesc"] = NAME
    return sign(bundle, edition).bundle


@pytest.mark.parametrize(("kind", "algorithm"), KINDS)
@pytest.mark.parametrize("form", ["dict", "bytes"])
def test_a_signed_bundle_is_valid(
    kind: str, algorithm: str, form: str, bundle: Document, edition: Edition
) -> None:
    signed = sign(bundle, edition, identity(kind, algorithm))
    document = orjson.dumps(signed.bundle) if form == "bytes" else signed.bundle
    result = verify(document, edition)
    assert result.signed, result.findings
    assert [f.check for f in result.findings] == list(CHECKS)
    assert result.algorithm == algorithm
    content = rfc8785.dumps({k: v for k, v in signed.bundle.items() if k != "signature"})
    assert result.digest == hashlib.sha256(content).hexdigest()
    assert result.who == "1.2.246.10.28777751.10.0"
    assert result.when == "2026-11-15T10:00:00Z"
    assert result.thumbprint == identity(kind).thumbprint
    assert result.certificate_serial == f"{leaf(kind).certificate.serial_number:x}"


def test_white_space_and_order_of_members_do_not_matter(
    document: Document, edition: Edition
) -> None:
    text = json.dumps(document, indent=3, sort_keys=True).encode()
    assert verify(text, edition).signed


@pytest.mark.parametrize(
    "values",
    [{"detached": False}, {"b64": False}, {"target_format": ""},
     {"header": ("typ", "x5t#S256", "x5c")}],
    ids=str,
)  # fmt: skip
def test_other_values_of_an_edition_sign_and_verify(
    values: Document, bundle: Document, edition: Edition
) -> None:
    other = edition_with(content_signature=values)
    document = sign(bundle, other).bundle
    assert verify(document, other).signed
    assert not verify(document, edition).signed or "header" in values


# --- altering the document -------------------------------------------------------


def parts(document: Document) -> list[str]:
    return base64.b64decode(document["signature"]["data"]).decode().split(".")


def put(document: Document, *new: str) -> None:
    document["signature"]["data"] = base64.b64encode(".".join(new).encode()).decode()


def header(document: Document, **changes: Any) -> None:
    """Change members of the protected header; the signature stays that of the old one."""
    old, payload, signature = parts(document)
    members = {**json.loads(from_base64url(old)), **changes}
    members = {name: value for name, value in members.items() if value is not ...}
    put(document, to_base64url(orjson.dumps(members)), payload, signature)


def unsigned(document: Document) -> None:
    header(document, alg="none")
    put(document, *parts(document)[:2], "")


def content(document: Document) -> None:
    document["entry"][0]["resource"]["recorded"] = "2026-11-15T11:00:01+02:00"


def attach(document: Document) -> None:
    head, _, signature = parts(document)
    rest = {name: value for name, value in document.items() if name != "signature"}
    put(document, head, to_base64url(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)), signature)


def pad(part: int) -> Callable[[Document], None]:
    def act(document: Document) -> None:
        split = parts(document)
        split[part] += "="
        put(document, *split)

    return act


def blank(part: int) -> Callable[[Document], None]:
    def act(document: Document) -> None:
        split = parts(document)
        split[part] = split[part][:8] + "\n" + split[part][8:]
        put(document, *split)

    return act


def data(change: Callable[[str], str]) -> Callable[[Document], None]:
    def act(document: Document) -> None:
        document["signature"]["data"] = change(document["signature"]["data"])

    return act


def element(**changes: Any) -> Callable[[Document], None]:
    def act(document: Document) -> None:
        document["signature"].update(changes)

    return act


def spare_bits(document: Document) -> None:
    split = parts(document)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(split[2][-1]) | 1]
    put(document, split[0], "", split[2][:-1] + last)


def der(issued: Issued) -> str:
    return base64.b64encode(issued.certificate.public_bytes(Encoding.DER)).decode()


NO_DATA = {"data", "unmade:critical", "unmade:certificates", "unmade:key", "unmade:key_usage",
           "unmade:chain", "unmade:dates", "unmade:detached", "unmade:algorithm",
           "unmade:content"}  # fmt: skip
NO_LEAF = {"certificates", "unmade:key", "unmade:key_usage", "unmade:chain", "unmade:dates",
           "unmade:content", "unmade:algorithm"}  # fmt: skip
BAD_ALG = {"algorithm", "unmade:content"}

ALTERED: list[tuple[str, Callable[[Document], None], set[str]]] = [
    ("content altered", content, {"content"}),
    ("member added", lambda d: d.update(id="1"), {"content"}),
    ("entry removed", lambda d: d["entry"].clear(), {"content"}),
    ("true became one", lambda d: d["entry"][0]["resource"]["agent"][0].update(requestor=1),
     {"content"}),
    ("header altered", lambda d: header(d, typ="JOSE"), {"content", "critical"}),
    ("header without x5c", lambda d: header(d, x5c=...), NO_LEAF),
    ("x5c empty", lambda d: header(d, x5c=[]), NO_LEAF),
    ("x5c not a list", lambda d: header(d, x5c=der(leaf())), NO_LEAF),
    ("x5c of numbers", lambda d: header(d, x5c=[1]), NO_LEAF),
    ("x5c base64url", lambda d: header(d, x5c=[der(leaf()).replace("+", "-")[:-4] + "-_-_"]),
     NO_LEAF),
    ("x5c with blanks", lambda d: header(d, x5c=[der(leaf())[:64] + "\n" + der(leaf())[64:]]),
     NO_LEAF),
    ("x5c garbage", lambda d: header(d, x5c=["AAAA"]), NO_LEAF),
    ("x5c with an extension none can read",
     lambda d: header(d, x5c=[der(leaf("p256", Wish(unreadable=True)))]), NO_LEAF),
    ("x5c not Latin", lambda d: header(d, x5c=["ä"]), NO_LEAF),
    ("x5t#S256 of another", lambda d: header(d, **{"x5t#S256": "AA"}),
     {"certificates", "content", "critical"}),
    ("alg none", lambda d: header(d, alg="none"), BAD_ALG),
    ("alg none, no signature", unsigned,
     BAD_ALG),
    ("alg HS256", lambda d: header(d, alg="HS256"), BAD_ALG),
    ("alg RS512", lambda d: header(d, alg="RS512"), BAD_ALG),
    ("alg missing", lambda d: header(d, alg=...), BAD_ALG),
    ("alg a list", lambda d: header(d, alg=["ES256"]), BAD_ALG),
    ("alg of another key", lambda d: header(d, alg="RS256"), BAD_ALG),
    ("alg of another curve", lambda d: header(d, alg="ES384"), BAD_ALG),
    ("unknown crit", lambda d: header(d, crit=["sigT"], sigT="x"), {"critical", "content"}),
    ("crit empty", lambda d: header(d, crit=[]), {"critical", "content"}),
    ("b64 against the edition", lambda d: header(d, b64=False, crit=["b64"]),
     {"critical", "content"}),
    ("payload attached", attach, {"detached"}),
    ("foreign payload attached", lambda d: put(d, parts(d)[0], "e30", parts(d)[2]), {"detached"}),
    ("header padded", pad(0), NO_DATA),
    ("signature padded", pad(2), NO_DATA),
    ("header with white space", blank(0), NO_DATA),
    ("signature with white space", blank(2), NO_DATA),
    ("spare bits set", spare_bits, NO_DATA),
    ("two parts", lambda d: put(d, *parts(d)[:2]), NO_DATA),
    ("five parts", lambda d: put(d, *parts(d), "", ""), NO_DATA),
    ("header a list", lambda d: put(d, to_base64url(b"[]"), "", ""), NO_DATA),
    ("alg twice", lambda d: put(d, to_base64url(b'{"alg":"ES256","alg":"none"}'), "", ""), NO_DATA),
    ("signature empty", lambda d: put(d, *parts(d)[:2], ""), {"content"}),
    ("signature short", lambda d: put(d, *parts(d)[:2], "AAAA"), {"content"}),
    ("signature zero", lambda d: put(d, *parts(d)[:2], to_base64url(bytes(64))), {"content"}),
    ("data with white space", data(lambda t: t[:76] + "\n" + t[76:]), NO_DATA),
    ("data with blank at end", data(lambda t: t + " "), NO_DATA),
    ("data padded more", data(lambda t: t + "="), NO_DATA),
    ("data the raw JWS", data(lambda t: base64.b64decode(t).decode()), NO_DATA),
    ("data not ASCII", data(lambda t: t + "ä"), NO_DATA),
    ("data empty", element(data=""), NO_DATA),
    ("data missing", element(data=None), NO_DATA),
    ("signature missing", lambda d: d.pop("signature"),
     {"element", "unmade:who", "unmade:when", "unmade:data", *NO_DATA} - {"data"}),
    ("signature a list", lambda d: d.update(signature=[d["signature"]]),
     {"element", "unmade:who", "unmade:when", "unmade:data", *NO_DATA} - {"data"}),
    ("type of another", element(type=[{"system": "x", "code": "4"}]), {"element"}),
    ("type not a list", element(type={"code": "4"}), {"element"}),
    ("sigFormat of another", element(sigFormat="application/pdf"), {"element"}),
    ("targetFormat of another", element(targetFormat="text/plain"), {"element"}),
    ("who missing", element(who=None), {"who"}),
    ("who without identifier", element(who={"display": NAME}), {"who"}),
    ("who no OID", element(who={"identifier": {"system": "urn:ietf:rfc:3986", "value": NAME}}),
     {"who"}),
    ("who a bare OID",
     element(who={"identifier": {"system": "urn:ietf:rfc:3986", "value": "1.2.246"}}), {"who"}),
    ("who of another system",
     element(who={"identifier": {"system": "x", "value": "urn:oid:1.2.246"}}), {"who"}),
    ("when missing", element(when=None), {"when"}),
    ("when without offset", element(when="2026-11-15T10:00:00"), {"when"}),
    ("when in the future", element(when="2026-11-15T10:01:01Z"), {"when"}),
    ("when before the certificate", element(when="2026-01-01T00:00:00Z"), {"when"}),
]  # fmt: skip


@pytest.mark.parametrize(("act", "expected"), [a[1:] for a in ALTERED], ids=[a[0] for a in ALTERED])
def test_an_altered_document_fails_the_right_checks(
    act: Callable[[Document], Any], expected: set[str], document: Document, edition: Edition
) -> None:
    altered = copy.deepcopy(document)
    act(altered)
    result = verify(orjson.dumps(altered), edition)
    assert not result.signed
    assert failed(result) == expected
    assert NAME not in str(result.to_dict("fi")) + str(result.to_dict("en")) + repr(result)


TEXTS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("a name twice", lambda t: t.replace(b'"type":"tr', b'"type":"x","type":"tr', 1)),
    ("a name twice below", lambda t: t.replace(b'"url":"A', b'"url":"x","url":"A', 1)),
    ("signature twice", lambda t: t[:-1] + b',"signature":{}}'),
    ("a byte order mark", lambda t: b"\xef\xbb\xbf" + t),
    ("not UTF-8", lambda t: t.decode().encode("utf-16")),
    ("cut short", lambda t: t[:-5]),
    ("more after it", lambda t: t + b"{}"),
    ("a list", lambda t: b"[" + t + b"]"),
    ("a number that is none", lambda t: t[:-1] + b',"x":NaN}'),
    ("empty", lambda t: b""),
]


@pytest.mark.parametrize("act", [t[1] for t in TEXTS], ids=[t[0] for t in TEXTS])
def test_a_text_that_is_not_strict_json_is_refused(
    act: Callable[[bytes], bytes], document: Document, edition: Edition
) -> None:
    result = verify(act(orjson.dumps(document)), edition)
    assert failed(result) == {"document"} | {f"unmade:{c}" for c in CHECKS if c != "document"}
    assert not result.signed


@pytest.mark.parametrize("number", ["9007199254740993", "1e400", '"\\ud800"'])
def test_content_without_canonical_form_is_refused(
    number: str, document: Document, edition: Edition
) -> None:
    text = orjson.dumps(document)[:-1] + f',"x":{number}}}'.encode()
    result = verify(text, edition)
    assert "content" in failed(result)
    assert not result.signed


# --- certificates ----------------------------------------------------------------


def signer_of(issued: Issued, *issuers: Any, algorithm: str = "ES256") -> CertifiedSigner:
    certificates = (issued.certificate, *(i.certificate for i in issuers))
    return CertifiedSigner(KeySigner(issued.key, algorithm), algorithm, certificates)


def rogue() -> CertifiedSigner:
    other = issue("Test Signing", key("p256"), issuing(1))
    return signer_of(other, issuing(1), root(1))


def renamed() -> CertifiedSigner:
    """A chain whose issuing CA has the right name but a key of its own."""
    false = issue("Test Issuing 0", key("p256", 9), issue("Test Root 0", key("p384", 9), None, CA),
                  CA)  # fmt: skip
    return signer_of(issue("Test Signing", key("p256"), false), false)


def no_ca() -> CertifiedSigner:
    between = issue("Test Leaf", key("p256", 7), issuing(), Wish(usage=("key_cert_sign",)))
    return signer_of(issue("Below", key("p256"), between), between, issuing())


def too_long() -> CertifiedSigner:
    between = issue("Test Sub", key("p256", 7), issuing(), CA)
    return signer_of(issue("Below", key("p256"), between), between, issuing())


def ca_without_usage() -> CertifiedSigner:
    other = issue("Test Weak", key("p256", 7), root(), replace(CA, usage=("crl_sign",)))
    return signer_of(issue("Below", key("p256"), other), other)


def old_issuer() -> CertifiedSigner:
    other = issue("Test Old", key("p256", 7), root(), replace(CA, end=NOW - DAY))
    return signer_of(issue("Below", key("p256"), other), other)


def weak_hash() -> CertifiedSigner:
    return signer_of(leaf("p256", Wish(weak_hash=True)), issuing())


def short_key() -> CertifiedSigner:
    return signer_of(leaf("rsa-1024"), issuing(), algorithm="RS256")


CHAINS: list[tuple[str, Callable[[], CertifiedSigner], set[str]]] = [
    ("rogue chain", rogue, {"chain"}),
    ("names of ours, keys of others", renamed, {"chain"}),
    ("missing intermediate", lambda: signer_of(leaf()), {"chain"}),
    ("the leaf twice", lambda: signer_of(leaf(), leaf(), issuing()), {"chain"}),
    ("self-signed", lambda: signer_of(issue("Own", key("p256"))), {"chain"}),
    ("issued by a leaf", no_ca, {"chain"}),
    ("path longer than allowed", too_long, {"chain"}),
    ("CA that may not sign certificates", ca_without_usage, {"chain"}),
    ("certificate by a weak digest", weak_hash, {"chain"}),
    ("critical extension unknown",
     lambda: signer_of(leaf("p256", Wish(unknown_critical=True)), issuing()), {"chain"}),
    ("expired", lambda: signer_of(leaf("p256", Wish(end=NOW - DAY)), issuing()),
     {"dates", "when"}),
    ("not yet valid", lambda: signer_of(leaf("p256", Wish(start=NOW + DAY)), issuing()),
     {"dates", "when"}),
    ("issuer expired", old_issuer, {"dates"}),
    ("wrong key usage",
     lambda: signer_of(leaf("p256", Wish(usage=("key_agreement",))), issuing()), {"key_usage"}),
    ("short RSA key", short_key, {"key"}),
]  # fmt: skip


@pytest.mark.parametrize(("make", "expected"), [c[1:] for c in CHAINS], ids=[c[0] for c in CHAINS])
def test_a_certificate_that_is_not_fit_fails_the_right_checks(
    make: Callable[[], CertifiedSigner],
    expected: set[str],
    bundle: Document,
    edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CertifiedSigner, "require_valid", lambda self, at: None)
    result = verify(sign(bundle, edition, make()).bundle, edition)
    assert not result.signed
    assert failed(result) == expected
    assert all(f.text("en") != f.text("fi") for f in result.findings)
    assert "Test" not in str(result.to_dict())


@pytest.mark.parametrize("usage", [None, ("content_commitment",), ("digital_signature",)], ids=str)
def test_the_usages_of_signing_certificates_pass(
    usage: tuple[str, ...] | None, bundle: Document, edition: Edition
) -> None:
    signed = sign(bundle, edition, signer_of(leaf("p256", Wish(usage=usage)), issuing()))
    assert verify(signed.bundle, edition).signed


@pytest.mark.parametrize("anchor", [root, issuing, leaf])
def test_any_certificate_of_the_chain_can_be_the_trusted_one(
    anchor: Callable[[], Issued], document: Document, edition: Edition
) -> None:
    assert verify(document, edition, anchors=[root(1).certificate, anchor().certificate]).signed


def test_without_anchors_nothing_is_trusted(document: Document, edition: Edition) -> None:
    assert failed(verify(document, edition, anchors=[])) == {"chain"}


def test_an_anchor_counts_only_while_it_is_valid(document: Document, edition: Edition) -> None:
    old = issue("Test Root 0", root().key, None, replace(CA, end=NOW - DAY))
    assert failed(verify(document, edition, anchors=[old.certificate])) == {"chain"}


def test_the_dates_are_judged_at_the_moment_given(document: Document, edition: Edition) -> None:
    assert failed(verify(document, edition, at=NOW + 301 * DAY)) == {"dates"}
    assert failed(verify(document, edition, at=NOW - 100 * DAY)) >= {"dates", "when"}


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW - 30 * DAY - 60 * SECOND, set()),
        (NOW - 30 * DAY - 61 * SECOND, {"when"}),
        (NOW + 300 * DAY, set()),
        (NOW + 300 * DAY + SECOND, {"when"}),
    ],
    ids=["as early as can be", "too early", "as late as can be", "too late"],
)
def test_the_time_of_signing_lies_within_the_validity_of_the_certificate(
    moment: datetime, expected: set[str], document: Document, edition: Edition
) -> None:
    element(when=str(Instant(moment)))(document)
    assert failed(verify(document, edition, at=max(NOW, moment))) - {"dates"} == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW - 30 * DAY, set()),
        (NOW - 30 * DAY - SECOND, {"dates"}),
        (NOW + 300 * DAY, set()),
        (NOW + 300 * DAY + SECOND, {"dates"}),
    ],
    ids=["first moment", "before", "last moment", "after"],
)
def test_validity_has_both_its_ends(
    at: datetime, expected: set[str], bundle: Document, edition: Edition
) -> None:
    end, start = NOW + 300 * DAY, NOW - 30 * DAY
    anchor = issue("Test Anchor", key("p384", 8), None, replace(CA, start=start, end=end))
    mine = signer_of(issue("Test Signing", key("p256"), anchor), anchor)
    document = sign(bundle, edition, mine).bundle
    checked = verify(document, edition, at=at, anchors=[anchor.certificate])
    assert failed(checked) - {"when", "chain"} == expected
    assert ("chain" in failed(checked)) == bool(expected)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: signer_of(leaf(), issuing(1)), ("certificate 1 was not issued by certificate 2",
                                             "varmenne 2 ei ole varmenteen 1 myöntäjä")),
        (no_ca, ("certificate 2 is not a CA certificate",
                 "varmenne 2 ei ole tähän ketjuun kelpaava")),
        (lambda: signer_of(leaf("p256", Wish(unknown_critical=True)), issuing()),
         ("certificate 1 has a critical extension", "varmenteessa 1 on kriittinen laajennus")),
    ],
    ids=["order", "no CA", "critical"],
)  # fmt: skip
def test_a_fault_names_the_place_in_the_chain_in_both_languages(
    make: Callable[[], CertifiedSigner], said: tuple[str, str], bundle: Document, edition: Edition
) -> None:
    findings = verify(sign(bundle, edition, make()).bundle, edition).findings
    first = next(f for f in findings if not f.passed)
    assert first.text("en").startswith(said[0])
    assert first.text("fi").startswith(said[1])


def test_the_leeway_can_be_given(document: Document, edition: Edition) -> None:
    early = NOW - timedelta(seconds=90)
    assert failed(verify(document, edition, at=early)) == {"when"}
    assert verify(document, edition, at=early, leeway=timedelta(seconds=90)).signed


def test_an_algorithm_the_edition_does_not_accept_is_refused(document: Document) -> None:
    other = edition_with(content_signature={"accepted": ("RS256", "PS256")})
    assert failed(verify(document, other)) == BAD_ALG


def test_several_faults_are_reported_together(bundle: Document, edition: Edition) -> None:
    document = sign(bundle, edition, rogue()).bundle
    content(document)
    element(who=None, sigFormat="x")(document)
    assert failed(verify(document, edition)) == {"content", "chain", "who", "element"}


def nested(leaves: st.SearchStrategy[Any], names: st.SearchStrategy[str]) -> Any:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=8,
    )


UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WRITTEN = nested(st.none() | st.booleans() | st.integers(-9, 9) | UNICODE, UNICODE)
ANY = st.text(max_size=8)
VALUES = nested(st.none() | st.booleans() | st.integers() | st.floats() | ANY, ANY)
ON_ONE_DOCUMENT = settings(
    deadline=None,
    max_examples=examples(30, 120),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@given(name=st.sampled_from(["type", "when", "who", "sigFormat", "data"]), value=VALUES)
@ON_ONE_DOCUMENT
def test_nothing_in_the_signature_element_makes_it_raise(
    name: str, value: Any, document: Document, edition: Edition
) -> None:
    altered = {**document, "signature": {**document["signature"], name: value}}
    verify(altered, edition)


@given(name=st.sampled_from(["alg", "x5c", "crit", "b64", "typ"]), value=WRITTEN)
@ON_ONE_DOCUMENT
def test_nothing_in_the_header_makes_it_raise_or_pass(
    name: str, value: Any, document: Document, edition: Edition
) -> None:
    altered = copy.deepcopy(document)
    header(altered, **{name: value})
    assert not verify(altered, edition).signed


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=examples(30, 100))
def test_no_bytes_make_it_raise(edition: Edition, text: bytes) -> None:
    assert not verify(text, edition).signed
